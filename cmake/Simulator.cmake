# SPDX-License-Identifier: Apache-2.0
#
# The Verilated models of the whole core; generated at build time.

# Verilator's runtime, with waves; models without waves link it too and do not use that part.
set(runtime ${VERILATOR_ROOT}/include)
add_library(trine_sim_runtime STATIC EXCLUDE_FROM_ALL
  ${runtime}/verilated.cpp ${runtime}/verilated_threads.cpp ${runtime}/verilated_fst_c.cpp)
target_include_directories(trine_sim_runtime SYSTEM PUBLIC ${runtime} ${runtime}/vltstd)
target_compile_definitions(trine_sim_runtime
  PUBLIC VM_SC=0 VM_COVERAGE=0 VM_TRACE_VCD=0 PRIVATE VM_TRACE=1 VM_TRACE_FST=1)
target_compile_options(trine_sim_runtime PRIVATE -O2 -w)
target_link_libraries(trine_sim_runtime PUBLIC Threads::Threads ZLIB::ZLIB)

# trine_core(GROUPS VECTORS KIND): library trine_core_g<GROUPS>[v<VECTORS>][_check] with the
# Verilated trine_top of so many groups and vectors and the code that clocks it. KIND is `fast`
# (gated clocks, neither assertions nor waves) or `check` (assertions, random initial values,
# waves; clocks as an FPGA has them).
function(trine_core groups vectors kind)
  set(name g${groups})
  if(NOT vectors EQUAL 1)
    string(APPEND name v${vectors})
  endif()
  set(waves 0)
  set(flags --x-assign fast --x-initial fast -GClockGates=1)
  if("${kind}" STREQUAL "check")
    string(APPEND name _check)
    set(waves 1)
    set(flags --assert --trace-fst --x-assign unique --x-initial unique)
  endif()
  file(GLOB_RECURSE modules CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
       ${PROJECT_SOURCE_DIR}/rtl/*.sv)
  trine_rtl_sources(sources ${modules})
  list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/)

  set(dir ${CMAKE_BINARY_DIR}/verilated/trine_core_${name})
  file(MAKE_DIRECTORY ${dir})
  add_custom_command(
    OUTPUT ${dir}/all.cc
    COMMAND bash -c "rm -f *"
    COMMAND ${VERILATOR_BIN} --cc -O3 -I${PROJECT_SOURCE_DIR}/rtl
            ${PROJECT_SOURCE_DIR}/lint/verilator.vlt ${flags} -GGroups=${groups} -GVectors=${vectors}
            --top-module trine_top --prefix Vtrine_${name} --Mdir ${dir} ${sources}
    COMMAND bash -c "printf '#include \"%s\"\\n' *.cpp > all.cc"
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/lint/verilator.vlt
            ${PROJECT_SOURCE_DIR}/rtl/trine_assert.svh
    WORKING_DIRECTORY ${dir} COMMENT "Verilating trine_top (${name})" VERBATIM)
  trine_model(trine_model_${name} ${dir} ${waves})
  target_link_libraries(trine_model_${name} INTERFACE trine_sim_runtime)

  add_library(trine_core_${name} STATIC verilated_core.cpp)
  target_compile_definitions(trine_core_${name} PRIVATE
    TRINE_MODEL=Vtrine_${name} TRINE_MODEL_HEADER="Vtrine_${name}.h"
    TRINE_ROOT_HEADER="Vtrine_${name}___024root.h"
    TRINE_MAKE_CORE=make_core_${name})
  target_link_libraries(trine_core_${name}
    PUBLIC trine_driver PRIVATE trine_model_${name} trine_flags)
endfunction()
