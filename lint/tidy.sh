#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy (.clang-tidy) over C++ sources of ours that build/compile_commands.json knows.
#   lint/tidy.sh          every one of them; minutes
#   lint/tidy.sh changed  those that differ from the commit before the last one, as many as two minutes
#                         are enough for
# What passed is remembered by its preprocessed text in build/tidy and not looked at again.
set -euo pipefail
cd "$(dirname "$0")/.."
commands=build/compile_commands.json
[ -f "$commands" ] || { echo "no $commands: configure first"; exit 1; }

mkdir -p build/tidy
# One entry a file of ours, also where several are compiled as one or one several times, of what has been built, for
# the rest may lack generated headers; without precompiled headers, since clang can't read those of GCC, and without
# complaints about options that only GCC knows.
python3 - "$commands" >build/tidy/compile_commands.json <<'PYTHON'
import json, os, re, sys
entries = {}
for entry in json.load(open(sys.argv[1])):
    output = re.search(r" -o (\S+)", entry["command"])[1]
    if not os.path.exists(os.path.join(entry["directory"], output)):
        continue
    command = re.sub(r" -Winvalid-pch -include \S*cmake_pch\.hxx| -fpch-preprocess", "", entry["command"])
    files = [entry["file"]]
    if files[0].endswith("_cxx.cxx"):
        files = re.findall(r'^#include "(.*)"$', open(files[0]).read(), re.M)
    for name in files:
        of_file = command.replace(entry["file"], name) + " -Wno-unknown-warning-option"
        entries.setdefault(name, {"directory": entry["directory"], "file": name, "command": of_file})
json.dump(list(entries.values()), sys.stdout, indent=0)
PYTHON

known() {  # Sources in the compilation database, relative to this folder.
  sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build/tidy/compile_commands.json |
    sed "s|^$PWD/||" | grep -v '^/' | grep -v '^build' | sort -u
}
wanted=$(known)
if [ "${1:-}" = changed ]; then
  base=$(git rev-parse -q --verify HEAD~1) || { echo "no commit to compare with"; exit 0; }
  wanted=$(comm -12 <(echo "$wanted") \
    <({ git diff --name-only --diff-filter=d "$base"; git ls-files -o --exclude-standard; } | sort -u))
fi
[ -n "$wanted" ] || { echo "0 files"; exit 0; }
export DEADLINE=$(($(date +%s) + 86400))
[ "${1:-}" != changed ] || DEADLINE=$(($(date +%s) + 120))

check() {
  local file=$1 key
  [ "$(date +%s)" -lt "$DEADLINE" ] || { echo "$file: not looked at, no time left"; return 0; }
  key=$({ cat .clang-tidy; [ "${file%%/*}" != tests ] || cat tests/.clang-tidy; python3 - "$file" <<'PYTHON'
import json, os, shlex, subprocess, sys
name = os.path.abspath(sys.argv[1])
entry = next(e for e in json.load(open("build/tidy/compile_commands.json")) if e["file"] == name)
words = shlex.split(entry["command"])
words = [w for w in words if not w.startswith("-o")]
while words and not os.path.basename(words[0]).endswith(("c++", "g++", "clang++")):
    words.pop(0)
text = subprocess.run([*words, "-E", "-P"], cwd=entry["directory"], capture_output=True).stdout
sys.stdout.buffer.write(text)
PYTHON
  } | sha256sum | cut -d' ' -f1)
  [ ! -e "build/tidy/$key" ] || return 0
  clang-tidy -p build/tidy --quiet "$file" 2>/dev/null || { echo "$file: clang-tidy objects"; return 1; }
  touch "build/tidy/$key"
}
export -f check
# shellcheck disable=SC2016
echo "$wanted" | xargs -P "$(nproc)" -I{} bash -c 'check "$1"' _ {}
echo "$(echo "$wanted" | wc -l) files"
