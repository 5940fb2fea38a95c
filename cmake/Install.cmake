# SPDX-License-Identifier: Apache-2.0
#
# cmake --install: the command, the libraries with their headers for find_package(Trine) and
# pkg-config, the core modules that were built, the RTL, licence and change log.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The libraries of these folders are what other projects may link.
set(layers isa golden driver machine sim runtime)

# trine_libraries_below(DIR VARIABLE): the library targets of a folder and of all below it.
function(trine_libraries_below dir variable)
  get_property(targets DIRECTORY ${dir} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(folders DIRECTORY ${dir} PROPERTY SUBDIRECTORIES)
  set(found "")
  foreach(target ${targets})
    get_target_property(type ${target} TYPE)
    get_target_property(unlisted ${target} EXCLUDE_FROM_ALL)
    if(type MATCHES "^(STATIC|INTERFACE)_LIBRARY$" AND NOT unlisted)
      list(APPEND found ${target})
    endif()
  endforeach()
  foreach(folder ${folders})
    trine_libraries_below(${folder} more)
    list(APPEND found ${more})
  endforeach()
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

set(libraries trine_flags)
foreach(layer ${layers})
  trine_libraries_below(${PROJECT_SOURCE_DIR}/${layer} found)
  list(APPEND libraries ${found})
endforeach()
list(REMOVE_ITEM libraries trine_core_headers)
list(APPEND libraries trine_devices)

# All of golden/ under one name.
add_library(trine_golden INTERFACE)
set(golden ${libraries})
list(FILTER golden INCLUDE REGEX "^trine_golden_")
target_link_libraries(trine_golden INTERFACE ${golden})
list(APPEND libraries trine_golden)

# Names for other projects: trine::driver, trine::golden_format and so on, in this build too; a file
# is included as "driver/device.h" or <trine/driver/device.h>.
foreach(library ${libraries})
  string(REGEX REPLACE "^trine_" "" name ${library})
  string(REPLACE "rtl_transport" "rtl" name ${name})
  set_target_properties(${library} PROPERTIES EXPORT_NAME ${name})
  add_library(trine::${name} ALIAS ${library})
  if(NOT library STREQUAL "trine_flags")
    set_target_properties(${library} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
      "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>;$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR};${CMAKE_INSTALL_INCLUDEDIR}/trine>")
    target_compile_features(${library} INTERFACE cxx_std_20)
  endif()
endforeach()

# A program with the simulator finds core modules by its library search path too.
set(TRINE_CORE_DIR ${CMAKE_INSTALL_LIBDIR}/trine)
target_link_options(trine_rtl_transport INTERFACE
  "$<INSTALL_INTERFACE:LINKER:-rpath,$<INSTALL_PREFIX>/${TRINE_CORE_DIR}>")

install(TARGETS ${libraries} EXPORT TrineTargets COMPONENT development)
install(EXPORT TrineTargets NAMESPACE trine:: COMPONENT development
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Trine)
foreach(layer ${layers})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${layer} COMPONENT development
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/trine
          FILES_MATCHING PATTERN *.h PATTERN *.def PATTERN *.inc)
endforeach()

# ---- Package files ----

set(archives "")
foreach(library ${libraries})
  get_target_property(type ${library} TYPE)
  if(type STREQUAL "STATIC_LIBRARY" AND NOT library MATCHES "^trine_device_")
    string(APPEND archives " -l${library}")
  endif()
endforeach()
get_property(devices GLOBAL PROPERTY TRINE_DEVICES)
list(TRANSFORM devices PREPEND "-ltrine_device_")
list(JOIN devices " " devices)
set(systemc_package "")
set(TRINE_CONFIG_DEPENDENCIES "")
if(TRINE_SYSTEMC)
  set(systemc_package " systemc")
  set(TRINE_CONFIG_DEPENDENCIES "pkg_check_modules(SYSTEMC REQUIRED QUIET IMPORTED_TARGET systemc)")
endif()
configure_file(cmake/trine.pc.in ${PROJECT_BINARY_DIR}/trine.pc @ONLY)
configure_package_config_file(cmake/TrineConfig.cmake.in ${PROJECT_BINARY_DIR}/TrineConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Trine PATH_VARS TRINE_CORE_DIR
  CMAKE_INSTALL_DATADIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/TrineConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/TrineConfig.cmake ${PROJECT_BINARY_DIR}/TrineConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Trine COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/trine.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# ---- What runs ----

file(RELATIVE_PATH to_cores /${CMAKE_INSTALL_BINDIR} /${TRINE_CORE_DIR})
set_target_properties(trine PROPERTIES INSTALL_RPATH "$ORIGIN/${to_cores}")
install(TARGETS trine RUNTIME COMPONENT tools)
get_property(modules GLOBAL PROPERTY TRINE_CORE_MODULES)
if(modules)
  # Those that were built.
  install(TARGETS ${modules} LIBRARY DESTINATION ${TRINE_CORE_DIR} COMPONENT cores OPTIONAL)
endif()

# ---- Sources of the hardware and documents ----

install(DIRECTORY rtl DESTINATION ${CMAKE_INSTALL_DATADIR}/trine COMPONENT rtl
        FILES_MATCHING PATTERN *.sv PATTERN *.svh PATTERN *.md)
install(FILES trine.core Bender.yml DESTINATION ${CMAKE_INSTALL_DATADIR}/trine COMPONENT rtl)
install(FILES LICENSE README.md CHANGELOG.md TYPE DOC COMPONENT documents)
