# SPDX-License-Identifier: Apache-2.0
#
# Profile-guided core modules, with -DTRINE_PGO=ON: a fast model is compiled twice, the second time with
# what the first one noted while the shipped model spoke. What is common then lies together.

option(TRINE_PGO "Profile-guided core modules, trained on the shipped model" OFF)
if(NOT TRINE_PGO OR NOT TRINE_SIM)
  return()
endif()

execute_process(COMMAND ${TRINE_MODEL_CXX} --version OUTPUT_VARIABLE version ERROR_QUIET)
if(version MATCHES "clang")
  execute_process(COMMAND ${TRINE_MODEL_CXX} -print-runtime-dir OUTPUT_VARIABLE runtime_folder
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  file(GLOB TRINE_PROFILE_RUNTIME
       ${runtime_folder}/libclang_rt.profile-${CMAKE_SYSTEM_PROCESSOR}.a
       ${runtime_folder}/libclang_rt.profile.a)
  execute_process(COMMAND ${TRINE_MODEL_CXX} -print-prog-name=llvm-profdata
                  OUTPUT_VARIABLE profdata OUTPUT_STRIP_TRAILING_WHITESPACE)
  find_program(TRINE_PROFDATA ${profdata} DOC "Merges profiles of clang")
  if(NOT TRINE_PROFILE_RUNTIME OR NOT TRINE_PROFDATA)
    message(FATAL_ERROR "TRINE_PGO with ${TRINE_MODEL_CXX} needs its profile runtime and "
                        "llvm-profdata (libclang-rt-dev, llvm)")
  endif()
  list(GET TRINE_PROFILE_RUNTIME 0 TRINE_PROFILE_RUNTIME)
else()
  set(TRINE_PROFDATA "")
  execute_process(COMMAND ${TRINE_MODEL_CXX} -print-file-name=libgcov.a
                  OUTPUT_VARIABLE TRINE_PROFILE_RUNTIME OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()

# What speaks: the shipped model with 4 trits a weight.
set(TRINE_PROFILE_MODEL ${PROJECT_BINARY_DIR}/profile_model)
add_custom_command(
  OUTPUT ${TRINE_PROFILE_MODEL}.stamp
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${TRINE_PROFILE_MODEL}
  COMMAND $<TARGET_FILE:trine> quantize ${PROJECT_SOURCE_DIR}/models/kjv ${TRINE_PROFILE_MODEL}
          --depth 4 -q
  COMMAND ${CMAKE_COMMAND} -E touch ${TRINE_PROFILE_MODEL}.stamp
  DEPENDS ${PROJECT_SOURCE_DIR}/models/kjv/model.safetensors
  COMMENT "Packing the shipped model for profiles" VERBATIM)
add_custom_target(trine_profile_model DEPENDS ${TRINE_PROFILE_MODEL}.stamp)
add_dependencies(trine_profile_model trine)

# trine_core_profile(NAME DIR DEFINES -GParameter=value...): the profile of the model in DIR, the file
# TRINE_PROFILE_FILE. It comes from a module of the same core, in DIR_profile.
function(trine_core_profile name dir defines)
  set(folder ${dir}_profile)
  file(MAKE_DIRECTORY ${folder})
  trine_model(trine_profile_model_${name} ${dir} 0 2
    OBJECT ${folder}/all.o FLAGS -fprofile-generate)
  set(module trine_profile_${name})
  trine_core_library(${module} ${folder} trine_profile_model_${name} "${defines}")
  target_link_libraries(${module} PRIVATE ${TRINE_PROFILE_RUNTIME})
  set_target_properties(${module} PROPERTIES
    OUTPUT_NAME trine_core_${name} EXCLUDE_FROM_ALL TRUE)

  set(options "")
  foreach(word ${ARGN})
    if(word MATCHES "^-G([A-Za-z]+)=([0-9]+)$")
      string(REGEX REPLACE "([a-z])([A-Z])" "\\1-\\2" option ${CMAKE_MATCH_1})
      string(REGEX REPLACE ".*=" "" value ${word})
      string(TOLOWER ${option} option)
      list(APPEND options --${option} ${value})
    endif()
  endforeach()
  if(TRINE_PROFDATA)
    target_link_options(${module} PRIVATE -Wl,-u,__llvm_profile_runtime)
    set(profile ${folder}/model.profdata)
    set(merge "'${TRINE_PROFDATA}' merge -o '${profile}' '${folder}'/*.profraw")
    set(use -fprofile-use=${profile})
  else()                                    # GCC looks beside the object that it makes.
    set(profile ${dir}/all.gcda)
    set(merge "cp '${folder}/all.gcda' '${profile}'")
    set(use -fprofile-use -Wno-error=coverage-mismatch)
  endif()
  add_custom_command(
    OUTPUT ${profile}
    COMMAND bash -c "rm -f '${folder}'/*.profraw '${folder}'/*.gcda"
    COMMAND ${CMAKE_COMMAND} -E env TRINE_CORE_PATH=${folder}
            LLVM_PROFILE_FILE=${folder}/%p.profraw
            $<TARGET_FILE:trine> generate ${TRINE_PROFILE_MODEL} --tokens 296,1133 -n 2
            --device rtl ${options} -q
    COMMAND bash -c ${merge}
    DEPENDS ${module} trine_profile_model ${dir}/all.cc
    COMMENT "Profiling the core ${name}" VERBATIM)
  set(TRINE_PROFILE_FILE ${profile} PARENT_SCOPE)
  set(TRINE_PROFILE_USE ${use} PARENT_SCOPE)
  set_property(GLOBAL PROPERTY TRINE_PROFILE_${name} ${profile})
endfunction()
