#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/four_state/seeds.sh BUILD: a reset is taken out of the sources, and the run of the module in
# Icarus Verilog (run.sh) must find it. One fault for each kind of run; netlists of the good sources
# and the programs that record must be in BUILD.
set -euo pipefail
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$(dirname "$0")

# seed NETLIST TOP TEST ROWS FREE FILE SED: what SED makes of FILE in the netlist must be found.
seed() {
  local netlist=$1 top=$2 test=$3 rows=$4 free=$5 file=$6 edit=$7
  sed "$edit" "$file" >"$work/seeded.sv"
  if cmp -s "$file" "$work/seeded.sv"; then
    echo "seeds.sh: nothing of $file is what '$edit' changes" >&2
    exit 1
  fi
  sed "s# $file# $work/seeded.sv#; s#[^ ]*/netlist/$netlist.sv#$work/$netlist.sv#" \
    "$build/netlist/$netlist.sv.ys" >"$work/seeded.ys"
  yosys -q -e . -s "$work/seeded.ys"
  if "$folder/run.sh" "$top" "$build/bin/$test" "$work/$netlist.sv" "FREE=$free" "$rows" \
    >"$work/log" 2>&1; then
    echo "seeds.sh: $top runs without a difference, though $file was changed by '$edit'" >&2
    exit 1
  fi
  grep -q ' rows, [1-9][0-9]* errors$' "$work/log" || { cat "$work/log"; exit 1; }
  echo "$top, $file: found: $(head -n 1 "$work/log")"
}

# A register's enable, a memory's, a state, and one in the whole core.
seed vector_unit_words trine_vector_unit v_vector_unit_test 2000 nonfinite_o=done_o \
  rtl/vector/trine_vector_max.sv "s/if (!rst_ni) *valid_q <= '0;//; s/else if (en_i) valid_q/if (en_i) valid_q/"
seed engine_small_v1_words trine_matvec v_engine_small_v1_matvec_test 2000 "" \
  rtl/matrix/trit/trine_table_builder.sv "0,/^ *write_q *<= 1'b0;/s/^ *write_q *<= 1'b0;//"
seed w_attention_unit trine_attention_unit attention_unit_test 2000 \
  nonfinite_o=done_o,overflow_o=done_o,vec_bank_o=vec_read_valid_o \
  rtl/attention/trine_attention_control.sv "0,/^ *state_q *<= StIdle;/s/^ *state_q *<= StIdle;//"
seed four_state_core trine_top four_state_core 2000 "$("$folder/core_free.sh")" \
  rtl/control/trine_dispatch.sv "0,/^ *asked_q *<= 1'b0;/s/^ *asked_q *<= 1'b0;//"
