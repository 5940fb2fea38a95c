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
  case $1 in
    golden/*) echo 'golden/.*' ;;
    isa/*) echo 'isa/.*|(registers|commands)\.def' ;;
    # The compiler places codebook blocks.
    driver/layout.*) echo 'driver/.*|isa/.*|golden/(error\.h|format/.*|checkpoint/.*|families/.*|exact/codebook\.h)' ;;
    driver/*) echo 'driver/.*|isa/.*|golden/(error\.h|format/.*|checkpoint/.*|families/.*)' ;;
    machine/product/*) echo 'machine/product/.*|golden/.*' ;;
    machine/*) echo '(machine|driver|golden|isa)/.*' ;;
    sim/*) echo '(sim|machine|driver|golden|isa)/.*' ;;
    runtime/*) echo '(runtime|sim|machine|driver|golden|isa)/.*' ;;
    tools/* | python/* | bench/*) echo '(tools|python|bench|runtime|sim|machine|driver|golden|isa)/.*' ;;
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
done < <(find golden isa driver machine sim runtime tools python bench tests -name '*.h' -o -name '*.cpp' | sort)

[ "$checked" -gt 0 ] || { echo "no #include found: is this the project's root?"; exit 1; }
echo "$checked includes, $broken across a layer"
[ "$broken" -eq 0 ]
