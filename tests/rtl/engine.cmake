# SPDX-License-Identifier: Apache-2.0
#
# The matrix-vector unit with both engines: the widths of the cores on the source, a small one on
# source and netlist.

file(GLOB engine_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/rtl/trit/*.sv ${PROJECT_SOURCE_DIR}/rtl/f16/*.sv
     ${PROJECT_SOURCE_DIR}/rtl/vector/*.sv)
list(APPEND engine_sources rtl/common/trine_fp32_pack.sv rtl/common/trine_result_writer.sv
     rtl/trine_matvec.sv)

# trine_engine_tests(MODEL GROUPS TILE_ROWS VECTOR_WORDS MAX_COLS TEST...)
function(trine_engine_tests model groups tile_rows vector_words max_cols)
  foreach(test ${ARGN})
    trine_test(${model}_${test}_test ${test}_test.cpp ${model} trine_sim trine_golden_exact)
    target_compile_definitions(${model}_${test}_test PRIVATE
      TRINE_MODEL=Vtrine_matvec TRINE_GROUPS=${groups} TRINE_TILE_ROWS=${tile_rows}
      TRINE_VECTOR_WORDS=${vector_words} TRINE_MAX_COLS=${max_cols})
  endforeach()
endfunction()

foreach(groups 1 4 16)
  trine_verilate(v_engine_g${groups} trine_matvec ${engine_sources}
    PARAMS Groups=${groups} TileRows=128 VectorWords=17408 MaxCols=16384)
  trine_engine_tests(v_engine_g${groups} ${groups} 128 17408 16384 matvec f16)
endforeach()

set(small Groups=2 TileRows=64 VectorWords=2048 MaxCols=512)
trine_verilate(v_engine_small trine_matvec ${engine_sources} PARAMS ${small})
trine_netlist(engine_small trine_matvec ${engine_sources} PARAMS ${small} MEMORIES)
trine_verilate(n_engine_small trine_matvec ${CMAKE_BINARY_DIR}/netlist/engine_small.sv
  ARGS -Wno-lint -Wno-style -Wno-UNOPTFLAT)
trine_engine_tests(v_engine_small 2 64 2048 512 matvec f16)
# The FP16 engine differs from its source on this netlist: until that is found, the test of the
# netlist covers the quantizer, the trit engine and the writer only (README.md, limits).
trine_engine_tests(n_engine_small 2 64 2048 512 matvec)
