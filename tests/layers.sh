#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks every #include "..." against the layers of docs/architecture.md and names the lines that
# break them.
set -euo pipefail
cd "$(dirname "$0")/.."

# What a file may include, as an extended regular expression for the whole name; the first
# matching row counts.
allowed() {  # allowed FILE
  local formats='driver/.*|regs/.*|golden/(error\.h|format/.*|checkpoint/.*)'
  case $1 in
    golden/*) echo 'golden/.*' ;;
    regs/*) echo 'regs/.*|trine_(regs|commands)\.def' ;;
    # A decoder on a device is a language model like the reference, and is sampled like it.
    driver/decoder.* | driver/generate.*)
      echo "$formats|golden/reference/.*" ;;
    # The golden model as a core, and the compiler's codebook blocks.
    driver/golden_*) echo "$formats|golden/exact/.*" ;;
    driver/layout.*) echo "$formats|golden/exact/codebook\.h" ;;
    driver/*) echo "$formats" ;;
    sim/*) echo 'sim/.*|driver/.*|golden/.*|regs/.*' ;;
    tools/*) echo '(tools|sim|driver|golden|regs)/.*' ;;
    bench/*) echo '(bench|sim|driver|golden|regs)/.*' ;;
    tests/*) echo '.*' ;;
  esac
}

checked=0 broken=0
while IFS= read -r file; do
  pattern=$(allowed "$file")
  while IFS=: read -r line text; do
    [ -n "$line" ] || continue
    name=${text#*\"} name=${name%%\"*}
    checked=$((checked + 1))
    [[ $name =~ ^($pattern)$ ]] && continue
    echo "$file:$line: may not include \"$name\""
    broken=$((broken + 1))
  done < <(grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$file" || true)
done < <(find golden regs driver sim tools bench tests -name '*.h' -o -name '*.cpp' | sort)

[ "$checked" -gt 0 ] || { echo "no #include found: is this the project's root?"; exit 1; }
echo "$checked includes, $broken across a layer"
[ "$broken" -eq 0 ]
