# SPDX-License-Identifier: Apache-2.0
#
# Vector memory is the one deep memory: 256 KiB in UltraRAM leave the block RAM to the lookup tables.
set_property RAM_STYLE ultra \
  [get_cells -hierarchical -filter {NAME =~ *u_vector_memory*/mem_reg*}]
