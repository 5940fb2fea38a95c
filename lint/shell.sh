#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs shellcheck on every shell script, by name or by first line.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts=()
while IFS= read -r file; do
  [ -f "$file" ] || continue
  if [[ $file == *.sh ]] || [[ $(head -c 64 "$file" | head -n 1 | tr -d '\0') == '#!'*bash ]]; then
    scripts+=("$file")
  fi
done < <(git ls-files -co --exclude-standard)
[ ${#scripts[@]} -gt 0 ] || { echo "no shell script found: is this the project's root?"; exit 1; }
shellcheck -x -P SCRIPTDIR -P . "${scripts[@]}"
echo "${#scripts[@]} scripts"
