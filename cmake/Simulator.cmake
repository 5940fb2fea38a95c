# SPDX-License-Identifier: Apache-2.0

# trine_core(GROUPS KIND): library trine_core_g<GROUPS>[_check] with the Verilated trine_top
# of so many groups and the code that clocks it. KIND is `fast` (neither assertions nor waves) or
# `check` (assertions, random initial values, waves).
function(trine_core groups kind)
  set(name g${groups})
  if(kind STREQUAL check)
    set(name g${groups}_check)
    set(mode TRACE_FST)
    set(args --assert --x-assign unique --x-initial unique)
    set(optimize -O1)
  else()
    set(mode)
    set(args --x-assign fast --x-initial fast)
    set(optimize -O2)  # -O3 and -march=x86-64-v3 are no faster.
  endif()
  file(GLOB_RECURSE packages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/rtl/*_pkg.sv)
  list(REMOVE_ITEM packages ${PROJECT_SOURCE_DIR}/rtl/trine_pkg.sv)
  set(folders)
  foreach(folder common control f16 memory trit vector)
    list(APPEND folders -y ${PROJECT_SOURCE_DIR}/rtl/${folder})
  endforeach()

  set(target trine_core_${name})
  add_library(${target} STATIC verilated_core.cpp)
  verilate(${target} ${mode} TOP_MODULE trine_top PREFIX Vtrine_${name}
    SOURCES ${PROJECT_SOURCE_DIR}/rtl/trine_pkg.sv ${packages} ${PROJECT_SOURCE_DIR}/rtl/trine_top.sv
    VERILATOR_ARGS -O3 -GGroups=${groups} -I${PROJECT_SOURCE_DIR}/rtl ${folders} ${args}
                   ${PROJECT_SOURCE_DIR}/lint/verilator.vlt)
  target_compile_options(${target} PRIVATE ${optimize})
  # All generated files as one: a tenth faster to run, twice as fast to compile.
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "^${VERILATOR_ROOT}/include/")
  set_source_files_properties(${sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  # Generated code is not held to our warnings, our own file is.
  get_target_property(dirs ${target} INCLUDE_DIRECTORIES)
  set_property(TARGET ${target} PROPERTY INCLUDE_DIRECTORIES)
  set_property(TARGET ${target} PROPERTY INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(${target} SYSTEM PRIVATE ${dirs})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  get_target_property(warnings trine_flags INTERFACE_COMPILE_OPTIONS)
  string(REPLACE ";" " " warnings "${warnings}")
  set_source_files_properties(verilated_core.cpp PROPERTIES
    COMPILE_FLAGS "${warnings}" SKIP_UNITY_BUILD_INCLUSION ON)
  target_compile_definitions(${target} PRIVATE
    TRINE_MODEL=Vtrine_${name} TRINE_MODEL_HEADER="Vtrine_${name}.h"
    TRINE_MAKE_CORE=make_core_${name})
  target_link_libraries(${target} PUBLIC trine_driver)
endfunction()
