#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/quality.sh [PREDICTIONS]: quality of the shipped model by depth, scales and device, as a
# Markdown table: perplexity over the validation tokens (windows of 256 from an empty cache), mean
# KL and top-1 agreement of the logits against the unquantized model, and of the golden device
# against the FP32 reference on the same packed weights. "calibrated" weights the errors of `best` by
# the last 100,000 bytes of the validation text, which the first 10,240 tokens are not part of.
set -euo pipefail
cd "$(dirname "$0")/.."
trine=${TRINE:-build/bin/trine}
count=${1:-10240}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tokens=models/kjv/valid_tokens.safetensors

number() { sed -n "s/^ *\"$1\": \([-+.e0-9]*\),\{0,1\}\$/\1/p" | head -n 1; }
perplexity() { "$trine" perplexity "$1" --tokens-file $tokens --limit "$count" --device "$2" --json --quiet | number perplexity; }
logits() { "$trine" logits "$1" --tokens-file $tokens --window 256 --limit "$count" --device "$2" -o "$3" --quiet >/dev/null; }
compare() {
  "$trine" compare "$1" "$2" --json >"$work/compare.json"
  printf '%.2g | %.2f %%' "$(number kl <"$work/compare.json")" \
    "$(awk "BEGIN { print 100 * $(number top1 <"$work/compare.json") }")"
}

logits models/kjv reference "$work/plain"
tail -c 100000 models/kjv/valid.txt >"$work/text"
echo "| weights | scales | relative error | perplexity, reference | KL to unquantized | top-1 | perplexity, golden | KL golden to reference | top-1 |"
echo "|---|---|---|---|---|---|---|---|---|"
printf '| unquantized | | | %.3f | | | | | |\n' "$(perplexity models/kjv reference)"
for depth in 4 3 2 1; do
  for scales in v2 best calibrated; do
    model=$work/$scales-$depth
    case $scales in
      calibrated) how=(--scales best --calibrate "$work/text") ;;
      *) how=(--scales "$scales") ;;
    esac
    error=$("$trine" quantize models/kjv "$model" --depth $depth "${how[@]}" --json --quiet |
      number relative_error)
    logits "$model" reference "$work/reference"
    logits "$model" golden "$work/golden"
    printf '| d = %s | %s | %.2f %% | %.3f | %s | %.3f | %s |\n' $depth $scales \
      "$(awk "BEGIN { print 100 * $error }")" \
      "$(perplexity "$model" reference)" "$(compare "$work/plain" "$work/reference")" \
      "$(perplexity "$model" golden)" "$(compare "$work/reference" "$work/golden")"
  done
done
