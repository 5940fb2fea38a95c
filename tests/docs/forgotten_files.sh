#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The recipe of CONTRIBUTING.md for an opcode in a copy of the last commit, build-recipe/: whole, it passes
# what guards it; with each of its files forgotten in turn, the guard that CONTRIBUTING.md names objects.
set -euo pipefail
cd "$(dirname "$0")/../.."
copy=$PWD/build-recipe
rm -rf "$copy"
git clone -q --shared . "$copy"
cd "$copy"
cmake -S . -B build -G Ninja -Wno-dev -DTRINE_BENCH=OFF -DTRINE_PYTHON=OFF -DTRINE_SYSTEMC=OFF >build.log
git apply -C1 docs/examples/add_opcode.patch
ninja -C build regenerate >>build.log
recipe=$(git diff --name-only)
mkdir whole
# shellcheck disable=SC2086
cp --parents $recipe whole

compiled() { ninja -C build machine/CMakeFiles/trine_machine.dir/execute_vector.cpp.o; }
generated() { ninja -C build generate_isa && ctest --test-dir build -R "$1_is_current" --output-on-failure; }
linted() { ctest --test-dir build -R '^lint_rtl$' --output-on-failure; }
costed() { ninja -C build cost_model_test && build/bin/cost_model_test; }

# guard FILE: prints what says that the file is missing, then runs the guard.
guard() {
  case $1 in
    isa/commands.def) echo "MUL" && compiled ;;
    rtl/generated/trine_commands_pkg.sv) echo "OpMul" && generated commands_sv ;;
    docs/commands.md) echo "MUL" && generated commands_md ;;
    machine/execute_vector.cpp) echo "has no executor" && compiled ;;
    rtl/vector/trine_vector_pass.sv) echo "CASEINCOMPLETE" && linted ;;
    machine/cost_model.cpp) echo "no cost" && costed ;;
    *) echo "forgotten_files.sh knows no guard of $1" >&2; exit 1 ;;
  esac
}

failed=0
for file in $recipe; do
  guard "$file" >guard.log 2>&1 || { cat guard.log; echo "$file: its guard objects to the whole recipe"; failed=1; }
done
for file in $recipe; do
  git checkout -q -- "$file"
  if guard "$file" >guard.log 2>&1; then
    echo "$file: forgotten, and nothing objects"
    failed=1
  elif ! sed 1d guard.log | grep -qF "$(sed -n 1p guard.log)"; then
    cat guard.log
    echo "$file: forgotten, and the message does not say so"
    failed=1
  else
    echo "$file: $(sed 1d guard.log | grep -F -m 1 "$(sed -n 1p guard.log)")"
  fi
  cp "whole/$file" "$file"
done
echo "$(echo "$recipe" | wc -w) files"
cd ..
[ $failed = 1 ] || rm -rf "$copy"
exit $failed
