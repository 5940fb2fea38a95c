#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# install.sh SOURCE BUILD: installs into an empty prefix, moves it, and uses it from outside the tree:
# the command, examples/embed by find_package and by pkg-config, the RTL, and what is said when core
# modules are gone.
set -euo pipefail
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset TRINE_CORE_PATH

cmake --install "$build" --prefix "$work/first" >"$work/log"
prefix=$work/prefix
mv "$work/first" "$prefix"  # Nothing may hold on to where it was installed.
if grep -rIlF -e "$source" -e "$work/first" "$prefix"; then
  echo "these files name the source tree or the first prefix"
  exit 1
fi
cd "$work"

[ "$("$prefix/bin/trine" --version)" = "trine $(cat "$source/VERSION")" ]
"$prefix/bin/trine" quantize "$source/models/kjv" model --depth 4 --quiet
"$prefix/bin/trine" generate model --prompt "And Abram" -n 2 --device rtl --check --quiet

# A project of its own.
cp -r "$source/examples/embed" embed
cmake -S embed -B embed/build -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >>log
cmake --build embed/build >>log
for device in golden rtl; do
  [ "$(embed/build/embed $device)" = "$device: 1.5 + 2 = 3.5" ]
done

# The same without CMake.
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
[ "$(pkg-config --modversion trine)" = "$(cat "$source/VERSION")" ]
read -ra compile < <(pkg-config --cflags trine)
read -ra link < <(pkg-config --libs trine)
c++ "${compile[@]}" embed/embed.cpp -o embed/plain "${link[@]}"
[ "$(embed/plain rtl)" = "rtl: 1.5 + 2 = 3.5" ]

# The sources of the hardware, complete.
diff -r -x '*.md' "$source/rtl" "$prefix/share/trine/rtl"

# Without modules: an error that says how to get one, and the golden model as before.
mv "$prefix/lib/trine" modules
status=0
embed/build/embed rtl 2>message || status=$?
[ $status = 1 ]
grep -F "no simulator with 4 groups and 1 vector" message
grep -F -- "--target trine_core_g4" message
embed/build/embed golden
[ "$(TRINE_CORE_PATH=$work/modules embed/build/embed rtl)" = "rtl: 1.5 + 2 = 3.5" ]
echo "installed, moved, used: passed"
