# SPDX-License-Identifier: Apache-2.0
#
# The parts of the trit engine and the result writer: a narrow model on source and netlist, the
# width of the core on the source where width matters.

set(trit rtl/matrix/trit)
trine_rtl_test(trine_row_gearbox row_gearbox_test ${trit}/trine_row_gearbox.sv
               PARAMS Groups=2 FifoDepth=8)
trine_wide_test(wide_row_gearbox_test trine_row_gearbox row_gearbox_test
               ${trit}/trine_row_gearbox.sv PARAMS Groups=16 FifoDepth=32)
trine_rtl_test(trine_scale_lookup scale_lookup_test ${trit}/trine_scale_lookup.sv
               PARAMS Groups=3)
trine_wide_test(wide_scale_lookup_test trine_scale_lookup scale_lookup_test
               ${trit}/trine_scale_lookup.sv PARAMS Groups=16)
trine_rtl_test(trine_trit_planes trit_planes_test ${trit}/trine_trit_planes.sv
               PARAMS Groups=2 ActWidth=12)
trine_wide_test(wide_trit_planes_test trine_trit_planes trit_planes_test
               ${trit}/trine_trit_planes.sv PARAMS Groups=16 ActWidth=10)
trine_rtl_test(trine_result_writer result_writer_test rtl/matrix/trine_result_writer.sv
               rtl/common/trine_fp32_pack.sv PARAMS Groups=2 VecAddrWidth=7)

# The order of panels and of set bytes.
trine_rtl_models(tile_walk trine_tile_walk ${trit}/trine_tile_walk.sv
                 PARAMS TilePanels=4 BlockWidth=3)
trine_rtl_models(gray_walk trine_gray_walk ${trit}/trine_gray_walk.sv)
trine_model_test(tile_walk_test tile_walk_test.cpp tile_walk gray_walk DEFINES TRINE_TilePanels=4)

# The tables and what builds them; the netlist keeps its memories. NAME GROUPS LANES BLOCK_WIDTH
function(trine_tables_models name groups lanes block_width kinds)
  math(EXPR words "4 + ${block_width}")
  foreach(lane 2 4 8)
    if(lanes GREATER_EQUAL lane)
      math(EXPR words "${words} - 1")
    endif()
  endforeach()
  set(builder_sources ${trit}/trine_gray_walk.sv ${trit}/trine_table_builder.sv)
  set(builder_params Groups=${groups} QuantLanes=${lanes} TilePanels=2 BlockWidth=${block_width})
  set(tables_sources ${trit}/trine_trit_tables.sv)
  set(tables_params Groups=${groups} QuantLanes=${lanes} ActWidth=12 WordAddr=${words})
  foreach(kind ${kinds})
    set(models)
    foreach(part builder tables)
      set(top trine_trit_${part})
      if(part STREQUAL builder)
        set(top trine_table_builder)
      endif()
      set(model ${kind}_${name}_${part})
      if(kind STREQUAL v)
        trine_verilate(${model} ${top} ${${part}_sources} PARAMS ${${part}_params})
      else()
        trine_netlist(${name}_${part} ${top} ${${part}_sources} PARAMS ${${part}_params} MEMORIES)
        trine_netlist_model(${model} ${top} ${name}_${part})
      endif()
      list(APPEND models ${model})
    endforeach()
    trine_test(${kind}_${name}_test trit_tables_test.cpp ${models} trine_sim trine_golden_format)
    target_compile_definitions(${kind}_${name}_test PRIVATE TRINE_Groups=${groups}
      TRINE_QuantLanes=${lanes} TRINE_BlockWidth=${block_width} TRINE_TilePanels=2
      TRINE_ActWidth=12)
  endforeach()
endfunction()
trine_tables_models(trit_tables 2 4 2 "v;n")
trine_tables_models(single_trit_tables 1 1 1 v)
