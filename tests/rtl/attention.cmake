# SPDX-License-Identifier: Apache-2.0
#
# The attention unit: the widths of the cores on the source, a narrow one on source and netlist,
# which keeps its memories.

file(GLOB attention_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/rtl/attention/*.sv)
list(APPEND attention_sources rtl/common/trine_ram.sv rtl/common/trine_fp32_pack.sv
     rtl/vector/trine_fp32_segment.sv rtl/vector/trine_fp32_recip.sv rtl/vector/trine_fp32_mul.sv
     rtl/matrix/trine_act_quantizer.sv rtl/matrix/f16/trine_f16_activations.sv)

# trine_attention_test(NAME MODEL GROUPS HEADS WIDTH VECTOR_WORDS MOST_POSITIONS)
function(trine_attention_test name model groups heads width vector_words positions)
  trine_test(${name} attention_unit_test.cpp ${model} trine_sim trine_golden_exact)
  target_compile_definitions(${name} PRIVATE TRINE_Groups=${groups} TRINE_Heads=${heads}
    TRINE_Width=${width} TRINE_VectorWords=${vector_words} TRINE_POSITIONS=${positions})
endfunction()
foreach(instance 16_8 4_3 1_1)
  string(REPLACE "_" ";" sizes ${instance})
  list(GET sizes 0 groups)
  list(GET sizes 1 heads)
  trine_verilate(v_attention_unit_g${groups} trine_attention_unit ${attention_sources}
                 PARAMS Groups=${groups} Heads=${heads} VectorWords=16384)
  trine_attention_test(attention_unit_g${groups}_test v_attention_unit_g${groups}
                       ${groups} ${heads} 15 16384 1100)
endforeach()
set(params Groups=2 Heads=2 Width=12 VectorWords=4096)
trine_verilate(v_attention_unit trine_attention_unit ${attention_sources} PARAMS ${params})
trine_netlist(attention_unit trine_attention_unit ${attention_sources} PARAMS ${params} MEMORIES)
trine_netlist_model(n_attention_unit trine_attention_unit attention_unit LONG)
trine_attention_test(v_attention_unit_test v_attention_unit 2 2 12 4096 600)
trine_attention_test(n_attention_unit_test n_attention_unit 2 2 12 4096 70)
