#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that every C++ file of ours is as clang-format writes it; `lint/format.sh --fix` writes it.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(--dry-run -Werror)
[ "${1:-}" != --fix ] || mode=(-i)
git ls-files -co --exclude-standard '*.h' '*.cpp' | while IFS= read -r file; do
  [ ! -f "$file" ] || printf '%s\0' "$file"
done | xargs -0 -r -n 20 -P "$(nproc)" clang-format "${mode[@]}"
