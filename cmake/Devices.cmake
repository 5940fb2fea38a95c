# SPDX-License-Identifier: Apache-2.0
#
# Devices register themselves (driver/device_registry.h); a program has those that it links.

# What a program links to have every device of this build. Its objects come whole: a device's entry
# is a static object that nothing refers to, and the linker takes only what is referred to from an
# ordinary static library.
add_library(trine_devices INTERFACE)

# trine_device(NAME SOURCE LIB...): SOURCE ends in the entry of device NAME and needs LIB.
# The one line that adds a device to the command, the Python package, the tests and the documents.
function(trine_device name source)
  add_library(trine_device_${name} STATIC ${source})
  target_link_libraries(trine_device_${name} PUBLIC trine_driver ${ARGN} PRIVATE trine_flags)
  target_link_libraries(trine_devices INTERFACE
    "$<LINK_LIBRARY:WHOLE_ARCHIVE,$<TARGET_NAME:trine_device_${name}>>")
  set_property(GLOBAL APPEND PROPERTY TRINE_DEVICES ${name})
endfunction()
