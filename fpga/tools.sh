# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the scripts of fpga/ from the project's root.

# need_tools TOOL...: ends with status 77, which tests take for skipped, and the first that is missing.
need_tools() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null && continue
    echo "skipped: $tool is not installed" >&2
    exit 77
  done
}

# icetime's data, which Debian has in a package of its own.
need_icestorm_data() {
  local share
  share=$(dirname "$(command -v icetime)")/../share
  [ -f "$share/fpga-icestorm/chipdb/chipdb-8k.txt" ] || [ -f "$share/icebox/chipdb-8k.txt" ] ||
    { echo "skipped: the data of icetime (fpga-icestorm-chipdb) are not installed" >&2; exit 77; }
}

# run_quietly LOG COMMAND...: the command's output goes to LOG; when it fails, LOG's end is shown.
run_quietly() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 || { echo "$1 failed, see $log:" >&2; tail -n 15 "$log" >&2; exit 1; }
}

# The packages of the core in the order in which they are read, and its modules.
core_packages() {
  printf '%s\n' rtl/trine_pkg.sv rtl/generated/*_pkg.sv rtl/{common,control,matrix,vector,attention}/*_pkg.sv
}
core_modules() {
  find rtl -name '*.sv' ! -name '*_pkg.sv' | sort
}
