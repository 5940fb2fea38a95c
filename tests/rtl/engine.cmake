# SPDX-License-Identifier: Apache-2.0
#
# The matrix-vector unit with both engines: the widths of the cores on the source, a small one on
# source and netlist.

file(GLOB engine_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/rtl/matrix/*.sv ${PROJECT_SOURCE_DIR}/rtl/matrix/trit/*.sv
     ${PROJECT_SOURCE_DIR}/rtl/matrix/f16/*.sv)
list(APPEND engine_sources rtl/common/trine_clock_gate.sv rtl/common/trine_fp32_pack.sv)

# trine_engine_tests(MODEL GROUPS VECTORS ACT_WIDTH TILE_ROWS VECTOR_WORDS MAX_COLS TEST...)
function(trine_engine_tests model groups vectors act_width tile_rows vector_words max_cols)
  foreach(test ${ARGN})
    trine_test(${model}_${test}_test ${test}_test.cpp ${model} trine_sim trine_product)
    target_compile_definitions(${model}_${test}_test PRIVATE
      TRINE_MODEL=Vtrine_matvec TRINE_GROUPS=${groups} TRINE_VECTORS=${vectors}
      TRINE_ACT_WIDTH=${act_width}
      TRINE_TILE_ROWS=${tile_rows} TRINE_VECTOR_WORDS=${vector_words} TRINE_MAX_COLS=${max_cols})
  endforeach()
endfunction()

# The widest takes as many columns as there can be: GROUPS_COLUMNS.
foreach(instance 1_32768 4_32768 16_131072)
  string(REPLACE "_" ";" sizes ${instance})
  list(GET sizes 0 groups)
  list(GET sizes 1 cols)
  math(EXPR words "${cols} + 1024")
  trine_verilate(v_engine_g${groups} trine_matvec ${engine_sources}
    PARAMS Groups=${groups} TileRows=128 VectorWords=${words} MaxCols=${cols})
  trine_engine_tests(v_engine_g${groups} ${groups} 1 12 128 ${words} ${cols} matvec f16)
endforeach()

# Several activation vectors, and other mantissas: GROUPS_VECTORS_BITS.
foreach(instance 4_2_12 16_4_12 8_1_16 2_8_8)
  string(REPLACE "_" ";" sizes ${instance})
  list(GET sizes 0 groups)
  list(GET sizes 1 vectors)
  list(GET sizes 2 bits)
  set(model v_engine_g${groups}_v${vectors}_a${bits})
  trine_verilate(${model} trine_matvec ${engine_sources}
    PARAMS Groups=${groups} Vectors=${vectors} ActWidth=${bits} TileRows=128 VectorWords=4608
           MaxCols=4096)
  trine_engine_tests(${model} ${groups} ${vectors} ${bits} 128 4608 4096 matvec f16)
endforeach()

# Small ones, with one vector and with two: on source, on the netlist of words (w_) and on that of
# gates (n_), which keeps its memories and takes minutes; its parts have gates of their own.  That
# with two vectors has parity.  No assertions on words: Yosys makes states one-hot, and before the reset they are not.
foreach(vectors 1 2)
  math(EXPR parity "${vectors} - 1")
  set(params Groups=2 Vectors=${vectors} TileRows=64 VectorWords=2048 MaxCols=512 Parity=${parity})
  set(name engine_small_v${vectors})
  trine_verilate(v_${name} trine_matvec ${engine_sources} PARAMS ${params})
  trine_netlist(${name}_words trine_matvec ${engine_sources} PARAMS ${params} WORDS)
  trine_netlist_model(w_${name} trine_matvec ${name}_words LONG ARGS --no-assert)
  set(kinds v w)
  if(TRINE_LONG_TESTS)
    trine_netlist(${name} trine_matvec ${engine_sources} PARAMS ${params} MEMORIES)
    trine_netlist_model(n_${name} trine_matvec ${name} LONG)
    list(APPEND kinds n)
  endif()
  foreach(kind ${kinds})
    trine_engine_tests(${kind}_${name} 2 ${vectors} 12 64 2048 512 matvec f16)
    if(parity)
      trine_engine_tests(${kind}_${name} 2 ${vectors} 12 64 2048 512 matvec_parity)
    endif()
  endforeach()
endforeach()
trine_mutants(trine_matvec engine_test ${engine_sources} LONG
              PARAMS Groups=2 Vectors=1 TileRows=64 VectorWords=2048 MaxCols=512
              FILES matvec_test.cpp f16_test.cpp
              DEFINES TRINE_MODEL=Vtrine_matvec TRINE_GROUPS=2 TRINE_VECTORS=1 TRINE_ACT_WIDTH=12 TRINE_TILE_ROWS=64
                      TRINE_VECTOR_WORDS=2048 TRINE_MAX_COLS=512
              LIBS trine_product)
