# SPDX-License-Identifier: Apache-2.0
#
# trine.core (FuseSoC) and Bender.yml name the sources of the core for hardware projects, in the order
# in which this build reads them. They are checked in; `ninja regenerate` writes them.

set(fusesoc_files "      - {path: rtl/trine_assert.svh, is_include_file: true}\n")
set(bender_files "")
foreach(file ${TRINE_CORE_SOURCES})
  file(RELATIVE_PATH file ${PROJECT_SOURCE_DIR} ${file})
  string(APPEND fusesoc_files "      - ${file}\n")
  string(APPEND bender_files "  - ${file}\n")
endforeach()
string(STRIP "${bender_files}" bender_files)
set(bender_files "  ${bender_files}")
foreach(file trine.core Bender.yml)
  set(current ${PROJECT_BINARY_DIR}/generated/${file})
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${file}.in ${current} @ONLY)
  add_test(NAME ${file}_is_current COMMAND diff ${current} ${file}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  add_custom_target(regenerate_${file} COMMAND ${CMAKE_COMMAND} -E copy_if_different ${current}
                    ${file}
                    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} COMMENT "Writing ${file}")
  add_dependencies(regenerate regenerate_${file})
endforeach()
