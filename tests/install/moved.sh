#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# moved.sh SOURCE: a build folder that was moved or copied with its tree is configured anew by what
# ./run and ./test use, and one that stayed in its place is not.
set -euo pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/tree"
cp -r "$source/.ci" "$work/tree"
echo 'cmake_minimum_required(VERSION 3.25)
project(moved NONE)
set(WHEN "first" CACHE STRING "Kept while the folder stays")' >"$work/tree/CMakeLists.txt"

configure_in() { (cd "$1" && . .ci/setup.sh && configure "${@:2}"); }
when() { sed -n 's/^WHEN:STRING=//p' "$1/build/CMakeCache.txt"; }

configure_in "$work/tree" -DWHEN=before
[ "$(configure_in "$work/tree")" = "" ]
[ "$(when "$work/tree")" = before ]

cp -r "$work/tree" "$work/copy"
configure_in "$work/copy" | grep -F "build/ was made in $work/tree: configuring it anew"
[ "$(when "$work/copy")" = first ]
[ "$(when "$work/tree")" = before ]

mv "$work/tree" "$work/moved"
configure_in "$work/moved" | grep -F "build/ was made in $work/tree: configuring it anew"
[ "$(configure_in "$work/moved" -DWHEN=after)" = "" ]
[ "$(when "$work/moved")" = after ]
echo "copied, moved, stayed: passed"
