#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# cmake/ports.sh HEADER: adds to the header of a Verilated model a function that visits its ports with
# name, direction (IN, OUT) and width; sim/vector_record.h calls it.
set -euo pipefail
header=$1
class=$(basename "$header" .h)
{
  sed '$d' "$header"
  echo "template <class F>"
  echo "void trine_for_each_port($class& model, F&& f) {"
  sed -n 's/^ *VL_\(IN\|OUT\)[0-9W]*(&\([A-Za-z0-9_]*\),\([0-9]*\),0.*/  f("\2", "\1", \3 + 1, model.\2);/p' \
    "$header"
  echo "}"
  tail -n 1 "$header"
} >"$header.new"
mv "$header.new" "$header"
