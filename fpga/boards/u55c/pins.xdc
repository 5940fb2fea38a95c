# SPDX-License-Identifier: Apache-2.0
#
# Alveo U55C: reference clock and reset of PCIe; the output that would report an HBM that is too hot
# must be driven, or the card's controller cuts the power. The lanes' pins follow from the PCIe block.
set_property PACKAGE_PIN AR15 [get_ports {pcie_refclk_clk_p[0]}]
set_property PACKAGE_PIN AR14 [get_ports {pcie_refclk_clk_n[0]}]
create_clock -name pcie_refclk -period 10.000 [get_ports {pcie_refclk_clk_p[0]}]
set_property PACKAGE_PIN BF41 [get_ports pcie_perst_n]
set_property IOSTANDARD LVCMOS18 [get_ports pcie_perst_n]
set_false_path -from [get_ports pcie_perst_n]
set_property PACKAGE_PIN BE45 [get_ports hbm_cattrip]
set_property IOSTANDARD LVCMOS18 [get_ports hbm_cattrip]
set_property PULLTYPE PULLDOWN [get_ports hbm_cattrip]
set_property BITSTREAM.CONFIG.UNUSEDPIN PULLUP [current_design]
