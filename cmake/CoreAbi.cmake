# SPDX-License-Identifier: Apache-2.0
#
# cmake -DOUTPUT=FILE -DLIST=FILE -DSOURCE_DIR=DIR -DCOMPILER=C++ -DVERSION=TEXT -DSYSTEM=DIR|...
#       -P CoreAbi.cmake
#
# OUTPUT is a header with a fingerprint of the compiler's version and of all headers of ours that
# sim/core_module.h includes: what a program and a core module must agree on. LIST names, one a line,
# those that the whole of a module includes, when SYSTEM says where Verilator's are. OUTPUT is written
# anew even when nothing in it changes, so that what includes it is never older than a header.
function(headers_of file variable)
  set(options "")
  foreach(dir ${ARGN})
    list(APPEND options -isystem ${dir})
  endforeach()
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -x c++ -MM -I${SOURCE_DIR} ${options} ${SOURCE_DIR}/${file}
    OUTPUT_VARIABLE rule COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "^[^:]*:" "" rule "${rule}")
  string(REGEX MATCHALL "[^ \\\n]+" files "${rule}")
  set(${variable} ${files} PARENT_SCOPE)
endfunction()

headers_of(sim/core_module.h boundary)
set(all "${VERSION}")
foreach(header ${boundary})
  file(SHA256 ${header} hash)
  string(APPEND all " ${hash}")
endforeach()
string(SHA256 hash "${all}")
string(SUBSTRING ${hash} 0 16 hash)
file(WRITE ${OUTPUT} "// SPDX-License-Identifier: Apache-2.0
#pragma once
namespace trine::sim {
inline constexpr const char* kCoreAbi = \"${hash}\";
}  // namespace trine::sim
")

set(whole ${boundary})
if(SYSTEM)
  string(REPLACE "|" ";" SYSTEM "${SYSTEM}")
  headers_of(sim/verilated_core.h whole ${SYSTEM})
  string(REPLACE ";" "\n" text "${whole}")
  file(WRITE ${LIST} "${text}\n")
endif()
string(REPLACE ";" " " text "${whole}")
file(WRITE ${OUTPUT}.d "${OUTPUT}: ${text}\n")
