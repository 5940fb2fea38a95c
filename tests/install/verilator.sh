#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# verilator.sh SOURCE: the Verilator in front of PATH is the one that CMake takes; one that is too old is
# refused, one that was never tried is a warning, and where the fast cores are slower CMake says so.
set -euo pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$(verilator_bin --getenv VERILATOR_ROOT)
mkdir "$work/bin"

# configure VERSION: with a Verilator that is none but for its version and its headers.
configure() {
  cat >"$work/bin/verilator_bin" <<END
#!/bin/sh
case \$1 in
  --version) echo "Verilator $1 2026-01-01 rev v$1" ;;
  --getenv) echo "$root" ;;
  *) exit 9 ;;
esac
END
  chmod +x "$work/bin/verilator_bin"
  rm -rf "$work/build"
  PATH=$work/bin:$PATH cmake -S "$source" -B "$work/build" -G Ninja -DTRINE_TESTS=OFF -DTRINE_BENCH=OFF \
    -DTRINE_PYTHON=OFF -DTRINE_SYSTEMC=OFF >"$work/log" 2>&1
}
says() { tr -s '\n ' ' ' <"$work/log" | grep -qF -- "$1" || { cat "$work/log"; echo "missing: $1"; exit 1; }; }
never() { if tr -s '\n ' ' ' <"$work/log" | grep -qF -- "$1"; then cat "$work/log"; exit 1; fi; }

if configure 5.004; then echo "5.004 was taken"; exit 1; fi
says "Verilator 5.004 is too old: 5.006 to 5.050 are supported"
configure 5.006
grep -qxF "VERILATOR_BIN:FILEPATH=$work/bin/verilator_bin" "$work/build/CMakeCache.txt"
never "use its eval()"
configure 5.050
says "Verilator 5.050 ($work/bin/verilator_bin): the fast cores use its eval()"
never "was not tried"
configure 6.002
says "Verilator 6.002 was not tried: 5.006 to 5.050 are supported"
echo "old, oldest, newest, newer: passed"
