#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# example.sh SOURCE BUILD: installs into an empty prefix, builds examples/systemc against it, outside
# the tree, and looks at the table that it prints.
set -euo pipefail
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >"$work/log"
cp -r "$source/examples/systemc" "$work/example"
[ "$(wc -l <"$work/example/platform.cpp")" -lt 100 ]
cmake -S "$work/example" -B "$work/example/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" \
  >>"$work/log"
cmake --build "$work/example/build" >>"$work/log" || { cat "$work/log"; exit 1; }
"$work/example/build/platform" 2>/dev/null | tee "$work/table"

# Four matrices, on each core a number of cycles.
[ "$(grep -cE '^(qkv|o|gate_up|down) +[0-9]+ +[0-9]+ +[0-9]{4,} +[0-9]{4,}$' "$work/table")" = 4 ]
grep -qE '^traffic: 10000 bursts' "$work/table"
echo "example built outside the tree: passed"
