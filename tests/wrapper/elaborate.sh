#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/wrapper/elaborate.sh TOP NAME=VALUE...: a wrapper of fpga/ in Yosys as a tool reads it, plain
# Verilog above SystemVerilog. Fails for anything that is missing, driven twice or left open.
set -euo pipefail
top=$1
shift
parameters=
for p; do parameters+=" -set ${p%%=*} ${p#*=}"; done
packages=(rtl/trine_pkg.sv rtl/generated/*_pkg.sv rtl/{common,control,matrix,vector,attention}/*_pkg.sv)
modules=()
while read -r f; do [[ $f = *_pkg.sv ]] || modules+=("$f"); done < <(find rtl -name '*.sv' | sort)
yosys -q -p "read_verilog -sv -Irtl ${packages[*]} ${modules[*]}
  read_verilog fpga/trine_axi.v fpga/trine_axi2.v fpga/trine_axi4.v fpga/trine_axi_bus.v fpga/trine_axi_slice.v
  chparam$parameters $top
  hierarchy -check -top $top
  proc
  check -assert"
echo "$top: elaborated"
