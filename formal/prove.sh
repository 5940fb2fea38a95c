#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# prove.sh TOP "Name=value;..." FILE...: proves every assertion of TOP by temporal induction.
set -euo pipefail
top=$1 params=$2
shift 2
set_params=
IFS=';' read -ra list <<<"$params"
for param in "${list[@]}"; do
  set_params+="chparam -set ${param%%=*} ${param#*=} $top; "
done
yosys -q -e . -p "
  read_verilog -sv -formal -Irtl -Iformal $*
  $set_params
  prep -flatten -top $top; rename -top dut
  memory -nomap; memory_map; async2sync; dffunmap; chformal -cover -remove; opt_clean
  sat -verify -prove-asserts -set-assumes -tempinduct -maxsteps 20 -seq 1 dut"
