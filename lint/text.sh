#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks every text file of ours: an SPDX line at its top, no trailing blanks, no tabs but where a
# format needs them, a line feed at its end, and RTL of at most 100 columns.
set -euo pipefail
cd "$(dirname "$0")/.."
files=() bad=0
while IFS= read -r file; do
  case $file in
    *.h | *.cpp | *.sv | *.svh | *.def | *.inc | *.sh | *.py | *.pyi | *.mjs | *.cmake | *.in | *.map | *.v | *.yml | \
      */CMakeLists.txt | CMakeLists.txt | run | test | verify | .editorconfig | pyproject.toml)
      [ ! -f "$file" ] || files+=("$file") ;;
  esac
done < <(git ls-files -co --exclude-standard)
[ ${#files[@]} -gt 100 ] || { echo "${#files[@]} files found: is this the project's root?"; exit 1; }

complain() {  # complain WHAT < LINES: prints them and counts.
  local line
  while IFS= read -r line; do
    echo "$line: $1"
    bad=$((bad + 1))
  done
}
for file in "${files[@]}"; do
  [ -s "$file" ] || continue
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || complain "no SPDX line" <<<"$file"
  [ -z "$(tail -c 1 "$file")" ] || complain "no line feed at the end" <<<"$file"
done
complain "a blank at the end" < <(grep -nE '[[:blank:]]+$' /dev/null "${files[@]}" | cut -d: -f1,2)
complain "a tab" < <(grep -nP '\t' /dev/null "${files[@]}" | cut -d: -f1,2)
complain "more than 100 columns" < <(printf '%s\n' "${files[@]}" | grep -E '^rtl/.*\.svh?$' | grep -v '^rtl/generated/' |
  xargs grep -nE '^.{101,}$' /dev/null | cut -d: -f1,2)
echo "${#files[@]} files, $bad complaints"
[ "$bad" -eq 0 ]
