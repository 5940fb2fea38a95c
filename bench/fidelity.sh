#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/fidelity.sh [TOKENS [BITS [BITS_OF_ATTENTION]]]: mean KL (nats) of the golden device against
# the FP32 reference on the first TOKENS validation tokens (windows of 256), by bits of activations
# and of attention, as a Markdown table: of the shipped model at d = 4, and of the same checkpoint
# with the key biases of its first and last layer scaled to norms of 605 and 921, as Qwen2.5-7B has
# them. BITS are lists such as "12 14".
set -euo pipefail
cd "$(dirname "$0")/.."
trine=${TRINE:-build/bin/trine}
count=${1:-4096}
read -ra activations <<<"${2:-12 13 14 16}"
read -ra attention <<<"${3:-12 13 14 15 16}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tokens=models/kjv/valid_tokens.safetensors

# A copy of the checkpoint whose key biases of layers 0 and 5 have those norms; BF16, to nearest even.
cp -r models/kjv "$work/biased"
python3 - "$work/biased/model.safetensors" <<'PYTHON'
import json, math, struct, sys

with open(sys.argv[1], "r+b") as file:
    size = struct.unpack("<Q", file.read(8))[0]
    header = json.loads(file.read(size))
    for layer, norm in ((0, 605), (5, 921)):
        tensor = header[f"model.layers.{layer}.self_attn.k_proj.bias"]
        assert tensor["dtype"] == "BF16"
        first, end = tensor["data_offsets"]
        count = (end - first) // 2
        file.seek(8 + size + first)
        words = struct.unpack(f"<{count}H", file.read(end - first))
        values = struct.unpack(f"<{count}f", struct.pack(f"<{count}I", *(w << 16 for w in words)))
        factor = norm / math.sqrt(sum(v * v for v in values))
        bits = struct.unpack(f"<{count}I", struct.pack(f"<{count}f", *(v * factor for v in values)))
        file.seek(8 + size + first)
        file.write(struct.pack(f"<{count}H", *((b + 0x7FFF + (b >> 16 & 1)) >> 16 for b in bits)))
PYTHON

logits() { "$trine" logits "$1" --tokens-file $tokens --window 256 --limit "$count" -o "$2" --quiet "${@:3}" >/dev/null; }
kl() { "$trine" compare "$1" "$2" --json | sed -n 's/^ *"kl": \([-+.e0-9]*\),\{0,1\}$/\1/p' | head -n 1; }

echo "| checkpoint | activations$(printf ' | attention %s' "${attention[@]}") |"
echo "|---|---$(printf '|---%.0s' "${attention[@]}")|"
for name in shipped biased; do
  case $name in
    shipped) checkpoint=models/kjv ;;
    biased) checkpoint=$work/biased ;;
  esac
  "$trine" quantize "$checkpoint" "$work/$name-d4" --depth 4 --quiet >/dev/null
  logits "$work/$name-d4" "$work/reference" --device reference
  for bits in "${activations[@]}"; do
    printf '| %s | %s' $name "$bits"
    for width in "${attention[@]}"; do
      logits "$work/$name-d4" "$work/golden" --device golden --act-width "$bits" --attention-width "$width"
      printf ' | %.2g' "$(kl "$work/reference" "$work/golden")"
    done
    echo ' |'
  done
done
