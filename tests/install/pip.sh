#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# pip.sh SOURCE BUILD PYTHON: `pip install .` into an empty environment, without a network, used from
# outside the tree.
set -euo pipefail
source=$1 build=$2 python=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset TRINE_CORE_PATH TRINE_COMMAND PYTHONPATH

"$python" -m venv --without-pip --system-site-packages "$work/env"
"$python" -m pip --python "$work/env/bin/python" install --quiet --disable-pip-version-check \
  --root-user-action=ignore --no-index --no-deps --no-build-isolation \
  --config-settings=build-dir="$build" --config-settings=cores=g16 "$source"

cd "$work"
[ "$(env/bin/trine --version)" = "trine $(cat "$source/VERSION")" ]
env/bin/python - "$source" "$work" <<'PYTHON'
import sys
from pathlib import Path

import trine

source, work = map(Path, sys.argv[1:])
assert str(work) in trine.__file__, trine.__file__
assert trine.__version__ == (source / "VERSION").read_text().strip()
trine.quantize_checkpoint(source / "models/kjv", work / "model", depth=4)
model = trine.Model(work / "model")
tokens = model.tokenizer().encode("And Abram")
golden = model.logits(tokens, "golden")
assert golden.shape[0] == len(tokens)
assert (golden == model.logits(tokens, "rtl")).all()
print("installed by pip, golden and rtl agree: passed")
PYTHON
