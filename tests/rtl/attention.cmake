# SPDX-License-Identifier: Apache-2.0
#
# The attention unit: the widths of the cores on the source, a narrow one on the netlist, which keeps
# its memories.

file(GLOB attention_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/rtl/attention/*.sv)
list(APPEND attention_sources rtl/common/trine_ram.sv rtl/common/trine_fp32_pack.sv
     rtl/vector/trine_fp32_segment.sv rtl/vector/trine_fp32_recip.sv rtl/vector/trine_fp32_mul.sv
     rtl/matrix/trine_act_quantizer.sv rtl/matrix/f16/trine_f16_activations.sv)

# trine_attention_test(NAME MODEL MOST PARAM...): MOST positions, the parameters of the model.
function(trine_attention_test name model most)
  trine_test(${name} attention_unit_test.cpp ${model} trine_sim trine_golden_exact)
  set(defines ${ARGN})
  list(TRANSFORM defines PREPEND TRINE_)
  target_compile_definitions(${name} PRIVATE TRINE_MOST=${most} ${defines})
endfunction()
# trine_attention_source(NAME MOST PARAM...): on the source.
function(trine_attention_source name most)
  trine_verilate(v_attention_${name} trine_attention_unit ${attention_sources} PARAMS ${ARGN})
  trine_attention_test(attention_${name}_test v_attention_${name} ${most} ${ARGN})
endfunction()
trine_attention_source(unit_g16 1100 Groups=16 Heads=8 Width=15 Positions=1 VectorWords=16384)
trine_attention_source(unit_g4 1100 Groups=4 Heads=3 Width=15 Positions=2 VectorWords=16384)
trine_attention_source(unit_g1 1100 Groups=1 Heads=1 Width=15 Positions=1 VectorWords=16384)
# Several positions in a pass, and all 16 bits with blocks of two beats, one and half a beat.
trine_attention_source(unit_g8q4w16 600 Groups=8 Heads=5 Width=16 Positions=4 VectorWords=8192)
trine_attention_source(unit_g4w16 300 Groups=4 Heads=2 Width=16 Positions=1 VectorWords=8192)
trine_attention_source(unit_g16w16 300 Groups=16 Heads=8 Width=16 Positions=8 VectorWords=16384)
# trine_attention_netlist(KIND NAME PARAM...): on a netlist, of words (w) or of gates (n).
function(trine_attention_netlist kind name)
  set(how MEMORIES)
  set(args)
  if(kind STREQUAL w)
    set(how WORDS)
    set(args ARGS --no-assert)
  endif()
  trine_netlist(${kind}_attention_${name} trine_attention_unit ${attention_sources} PARAMS ${ARGN}
                ${how})
  trine_netlist_model(${kind}_attention_${name} trine_attention_unit ${kind}_attention_${name}
                      LONG ${args})
  trine_attention_test(${kind}_attention_${name}_test ${kind}_attention_${name} 70 ${ARGN})
endfunction()
# One head on source and words (engine.cmake says why without assertions). The gates take two minutes
# from Yosys to the end of the test, those of heads and positions side by side five.
set(params Groups=1 Heads=1 Width=8 Positions=1 VectorWords=4096)
trine_attention_source(unit 600 ${params})
trine_attention_netlist(w unit ${params})
set(defines ${params})
list(TRANSFORM defines PREPEND TRINE_)
trine_mutants(trine_attention_unit attention_unit_test ${attention_sources} LONG PARAMS ${params}
              DEFINES TRINE_MOST=70 ${defines} LIBS trine_golden_exact)
if(TRINE_LONG_TESTS)
  trine_attention_netlist(n unit ${params})
  set(params Groups=2 Heads=2 Width=12 Positions=2 VectorWords=4096)
  trine_attention_source(unit_h2 600 ${params})
  trine_attention_netlist(n unit_h2 ${params})
endif()
