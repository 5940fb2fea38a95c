# SPDX-License-Identifier: Apache-2.0
#
# The Verilated models of the whole core, each a module: a shared object that the simulator loads
# when it is asked for that core. Nothing links a module, so that a program needs none to be built.

set(TRINE_CORE_FOLDER ${PROJECT_BINARY_DIR}/lib/trine)
include(${PROJECT_SOURCE_DIR}/cmake/Profile.cmake)

# A program and a module pass C++ objects to each other. The fingerprint of the headers that define
# them says whether both mean the same.
set(abi ${PROJECT_BINARY_DIR}/generated/sim/core_abi.h)
set(module_includes "")
if(TRINE_SIM)
  set(module_includes "${VERILATOR_ROOT}/include|${VERILATOR_ROOT}/include/vltstd")
endif()
add_custom_command(
  OUTPUT ${abi}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${abi} -DLIST=${TRINE_CORE_FOLDER}/headers.txt
          -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -DCOMPILER=${CMAKE_CXX_COMPILER}
          -DVERSION=${CMAKE_CXX_COMPILER_ID}-${CMAKE_CXX_COMPILER_VERSION}
          -DSYSTEM=${module_includes} -P ${PROJECT_SOURCE_DIR}/cmake/CoreAbi.cmake
  DEPENDS ${PROJECT_SOURCE_DIR}/cmake/CoreAbi.cmake DEPFILE ${abi}.d
  COMMENT "Fingerprint of the headers of core modules" VERBATIM)
add_custom_target(trine_core_abi DEPENDS ${abi})
add_library(trine_core_headers INTERFACE)
target_include_directories(trine_core_headers INTERFACE ${PROJECT_BINARY_DIR}/generated)
add_dependencies(trine_core_headers trine_core_abi)

if(TRINE_SIM)
  # Verilator's runtime, with waves; models without waves link it too and do not use that part.
  set(runtime ${VERILATOR_ROOT}/include)
  set(runtime_sources ${runtime}/verilated.cpp ${runtime}/verilated_threads.cpp
      ${runtime}/verilated_fst_c.cpp)
  if(TRINE_COVERAGE)
    list(APPEND runtime_sources ${runtime}/verilated_cov.cpp)
  endif()
  add_library(trine_sim_runtime STATIC EXCLUDE_FROM_ALL ${runtime_sources})
  target_include_directories(trine_sim_runtime SYSTEM PUBLIC ${runtime} ${runtime}/vltstd)
  target_compile_definitions(trine_sim_runtime
    PUBLIC VM_SC=0 VM_COVERAGE=$<BOOL:${TRINE_COVERAGE}> VM_TRACE_VCD=0
    PRIVATE VM_TRACE=1 VM_TRACE_FST=1)
  target_compile_options(trine_sim_runtime PRIVATE -O2 -w)
  target_link_libraries(trine_sim_runtime PUBLIC Threads::Threads ${TRINE_FST_LIBRARIES})

  file(GLOB_RECURSE TRINE_CORE_SOURCES CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
       ${PROJECT_SOURCE_DIR}/rtl/*.sv)
  trine_rtl_sources(TRINE_CORE_SOURCES ${TRINE_CORE_SOURCES})
  set_property(GLOBAL PROPERTY TRINE_CORE_SOURCES ${TRINE_CORE_SOURCES})
  list(TRANSFORM TRINE_CORE_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)
endif()

set(TRINE_CORE_LIST "")

# _trine_core_field(VARIABLE Parameter=value): ".parameter = value, " of CoreShape.
function(_trine_core_field variable param)
  string(REGEX MATCH "^([^=]+)=(.+)$" matched ${param})
  set(value ${CMAKE_MATCH_2})
  string(REGEX REPLACE "([a-z])([A-Z])" "\\1_\\2" field ${CMAKE_MATCH_1})
  string(TOLOWER ${field} field)
  set(${variable} ".${field} = ${value}, " PARENT_SCOPE)
endfunction()

# trine_core(NAME Parameter=value...): the modules trine_core_NAME and trine_core_NAME_check in
# lib/trine. The first is `fast` (gated clocks, neither assertions nor waves); the second checks
# (assertions, random initial values, waves; clocks as an FPGA has them). The parameters are those of
# trine_top and, in the same order, of CoreShape in driver/core_shape.h, whose core_name() is NAME.
# Tests run on all of these cores.
function(trine_core name)
  set(fields "")
  foreach(param ${ARGN})
    _trine_core_field(field ${param})
    string(APPEND fields "${field}")
  endforeach()
  set(TRINE_CORE_LIST "${TRINE_CORE_LIST}{\"${name}\", {${fields}}},\n" PARENT_SCOPE)
  _trine_core_modules(${name} "${fields}" ${ARGN})
endfunction()

# Both modules of a core. What is reached is counted in the one that checks.
function(_trine_core_modules name fields)
  set(generics ${ARGN})
  list(TRANSFORM generics PREPEND -G)
  _trine_core_module(${name} 0 "${fields}" ${generics}
                     --x-assign fast --x-initial fast)
  _trine_core_module(${name}_check 1 "${fields}" ${generics}
                     --x-assign unique --x-initial unique --assert --trace-fst
                     ${TRINE_COVERAGE_FLAGS})
endfunction()

# The module trine_core_NAME, verilated with the FLAGS that follow.
function(_trine_core_module name waves fields)
  if(NOT TRINE_SIM)
    return()
  endif()
  # The fast module takes each edge in one step (sim/clock_edges.h).
  set(direct 0)
  set(gates "")
  if(NOT waves)
    set(gates -GClockGates=1)
    if(TRINE_DIRECT_EDGES)
      set(direct 1)
      set(gates -GClockGates=2)
    endif()
  endif()
  set(edge "")
  set(prelude "")
  if(direct)
    set(prelude ${PROJECT_SOURCE_DIR}/sim/model_functions.h)
    set(edge COMMAND python3 ${TRINE_EDGE_SCRIPT} Vtrine_${name} > edge.inc
             COMMAND bash -c "echo '#include \"edge.inc\"' >> all.cc")
  endif()
  set(dir ${CMAKE_BINARY_DIR}/verilated/trine_core_${name})
  file(MAKE_DIRECTORY ${dir})
  trine_model_headers(headers ${dir} Vtrine_${name})
  add_custom_command(
    OUTPUT ${dir}/all.cc BYPRODUCTS ${headers}
    COMMAND bash -c "rm -f *"
    COMMAND ${VERILATOR_BIN} --cc -O3 -I${PROJECT_SOURCE_DIR}/rtl
            ${PROJECT_SOURCE_DIR}/lint/verilator.vlt ${ARGN} ${gates}
            --top-module trine_top --prefix Vtrine_${name} --Mdir ${dir} ${TRINE_CORE_SOURCES}
    COMMAND bash -c "printf '#include \"%s\"\\n' ${prelude} *.cpp > all.cc"
    ${edge}
    DEPENDS ${VERILATOR_BIN} ${TRINE_CORE_SOURCES} ${PROJECT_SOURCE_DIR}/lint/verilator.vlt
            ${PROJECT_SOURCE_DIR}/rtl/trine_assert.svh ${TRINE_EDGE_SCRIPTS} ${prelude}
    WORKING_DIRECTORY ${dir} COMMENT "Verilating trine_top (${name})" VERBATIM)
  # A module that checks and writes waves is slow anyhow; -O1 compiles it in less than half the time
  # (that of 16 groups: 28 s for 64 s).
  set(level 2)
  if(waves)
    set(level 1)
  endif()
  set(defines TRINE_MODEL=Vtrine_${name} TRINE_MODEL_HEADER="Vtrine_${name}.h"
      TRINE_ROOT_HEADER="Vtrine_${name}___024root.h"
      TRINE_CORE_NAME="${name}" "TRINE_CORE_SHAPE=${fields}" TRINE_DIRECT_EDGES=${direct})
  set(profiled "")
  if(TRINE_PGO AND NOT waves)
    trine_core_profile(${name} ${dir} "${defines}" ${ARGN})
    set(profiled FLAGS ${TRINE_PROFILE_USE} DEPENDS ${TRINE_PROFILE_FILE})
  endif()
  trine_model(trine_model_${name} ${dir} ${waves} ${level} ${profiled})
  trine_core_library(trine_core_${name} ${TRINE_CORE_FOLDER} trine_model_${name} "${defines}")
  set_property(GLOBAL APPEND PROPERTY TRINE_CORE_MODULES trine_core_${name})
endfunction()

# trine_core_library(TARGET FOLDER MODEL DEFINES): the module TARGET in FOLDER around a model.
function(trine_core_library target folder model defines)
  target_link_libraries(${model} INTERFACE trine_sim_runtime)
  add_library(${target} MODULE verilated_core.cpp)
  target_compile_definitions(${target} PRIVATE ${defines})
  target_link_libraries(${target} PRIVATE trine_driver trine_core_headers ${model} trine_flags)
  # Two modules in one process share no symbol: each exports its entry point and nothing else.
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${PROJECT_SOURCE_DIR}/sim/core_module.map)
  set_target_properties(${target} PROPERTIES
    PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${folder}
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/sim/core_module.map)
endfunction()

# trine_asked_cores(): the cores that somebody asked for, a line each in lib/trine/cores.txt, which
# the simulator writes (sim/core_builder.cpp): NAME Parameter=value... When it has changed, the next
# build configures anew. Nothing builds them but who asks.
function(trine_asked_cores)
  set(file ${TRINE_CORE_FOLDER}/cores.txt)
  if(NOT TRINE_SIM)
    return()
  endif()
  if(NOT EXISTS ${file})
    file(WRITE ${file} "")
  endif()
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} lines)
  foreach(line ${lines})
    string(REPLACE " " ";" words "${line}")
    list(POP_FRONT words name)
    if(TARGET trine_core_${name})
      continue()
    endif()
    set(fields "")
    foreach(param ${words})
      _trine_core_field(field ${param})
      string(APPEND fields "${field}")
    endforeach()
    _trine_core_modules(${name} "${fields}" ${words})
    set_target_properties(trine_core_${name} trine_core_${name}_check PROPERTIES
      EXCLUDE_FROM_ALL TRUE)
  endforeach()
endfunction()

# trine_core_list(): to be called after the last trine_core(). The list for the program that loads
# modules, and that of the files that make one, which headers.txt completes: a module older than any
# of them is built anew.
function(trine_core_list)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/sim/known_cores.inc
       CONTENT "${TRINE_CORE_LIST}")
  if(NOT TRINE_SIM)
    file(REMOVE ${TRINE_CORE_FOLDER}/sources.txt)
    file(WRITE ${TRINE_CORE_FOLDER}/no_builds.txt
         "${PROJECT_BINARY_DIR} was configured without Verilator (TRINE_SIM=OFF) and builds none\n")
    return()
  endif()
  file(REMOVE ${TRINE_CORE_FOLDER}/no_builds.txt)
  set(sources ${TRINE_CORE_SOURCES})
  foreach(file rtl/trine_assert.svh lint/verilator.vlt sim/model_functions.h sim/verilated_core.cpp
               driver/memory.cpp)
    list(APPEND sources ${PROJECT_SOURCE_DIR}/${file})
  endforeach()
  list(APPEND sources ${TRINE_EDGE_SCRIPTS})
  string(REPLACE ";" "\n" sources "${sources}")
  file(CONFIGURE OUTPUT ${TRINE_CORE_FOLDER}/sources.txt CONTENT "${sources}\n")
endfunction()
