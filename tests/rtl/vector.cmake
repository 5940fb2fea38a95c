# SPDX-License-Identifier: Apache-2.0
#
# The FP32 operators and the vector unit: the widths of the cores on the source, a narrow one on
# source and netlist.

set(segment rtl/vector/trine_fp32_segment.sv)
foreach(unit add mul)
  trine_rtl_models(fp32_${unit} trine_fp32_${unit} rtl/vector/trine_fp32_${unit}.sv)
endforeach()
foreach(unit exp2 recip rsqrt)
  trine_rtl_models(fp32_${unit} trine_fp32_${unit} ${segment} rtl/vector/trine_fp32_${unit}.sv)
endforeach()
trine_model_test(fp32_units_test fp32_units_test.cpp fp32_add fp32_mul fp32_exp2 fp32_recip
                 fp32_rsqrt LIBS trine_golden_exact)
target_compile_definitions(v_fp32_units_test PRIVATE TRINE_CASES=1000000)
target_compile_definitions(n_fp32_units_test PRIVATE TRINE_CASES=50000)

file(GLOB vector_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/rtl/vector/trine_fp32_*.sv
     ${PROJECT_SOURCE_DIR}/rtl/vector/trine_vector_*.sv)
list(APPEND vector_sources rtl/common/trine_fp32_pack.sv)

# trine_vector_test(NAME MODEL GROUPS VECTOR_WORDS MAX_ROWS)
function(trine_vector_test name model groups vector_words max_rows)
  trine_test(${name} vector_unit_test.cpp ${model} trine_sim trine_golden_exact)
  target_compile_definitions(${name} PRIVATE TRINE_Groups=${groups}
    TRINE_VectorWords=${vector_words} TRINE_MAX_ROWS=${max_rows})
endfunction()
foreach(groups 1 4 16)
  trine_verilate(v_vector_unit_g${groups} trine_vector_unit ${vector_sources}
                 PARAMS Groups=${groups} VectorWords=65536)
  trine_vector_test(vector_unit_g${groups}_test v_vector_unit_g${groups} ${groups} 65536 16384)
endforeach()
trine_rtl_models(vector_unit trine_vector_unit ${vector_sources} PARAMS Groups=2 VectorWords=2048)
# For Icarus Verilog (tests/four_state).
trine_netlist(vector_unit_words trine_vector_unit ${vector_sources}
              PARAMS Groups=2 VectorWords=2048 WORDS)
add_custom_target(vector_unit_words ALL DEPENDS ${CMAKE_BINARY_DIR}/netlist/vector_unit_words.sv)
foreach(kind v n)
  trine_vector_test(${kind}_vector_unit_test ${kind}_vector_unit 2 2048 600)
endforeach()
# Their faults are those of the operators too.
trine_mutants(trine_vector_unit vector_unit_test ${vector_sources} LONG PARAMS Groups=2 VectorWords=2048
              DEFINES TRINE_Groups=2 TRINE_VectorWords=2048 TRINE_MAX_ROWS=600 LIBS trine_golden_exact)
