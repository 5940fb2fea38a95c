#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Verilator's lint with all warnings over the whole core, with the parameters that are simulated and
# with units left out. lint/rtl.sh FILE...: the sources in order, as CMake lists them;
# VERILATOR in the environment is the program. With ClockGates = 2 what a unit waits for is its clock,
# which versions newer than 5.006 take for an asynchronous signal.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || { echo "usage: lint/rtl.sh FILE..."; exit 2; }
for parameters in "-GGroups=1" "-GGroups=4" "-GGroups=16" "-GGroups=16 -GVectors=4" \
                  "-GGroups=8 -GVectors=2 -GClockGates=1" "-GClockGates=2 -Wno-SYNCASYNCNET" "-GF16Engine=0" \
                  "-GVectorUnit=0" "-GF16Engine=0 -GVectorUnit=0"; do
  echo "trine_top $parameters"
  # shellcheck disable=SC2086
  "${VERILATOR:-verilator}" --lint-only -Wall --assert -Irtl lint/verilator.vlt $parameters --top-module trine_top "$@"
done
