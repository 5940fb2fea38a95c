#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speed of the quantizer beside a plain numpy one, on the same weights in the same run.

    PYTHONPATH=build/python /usr/bin/python3 bench/quantize_speed.py [MILLIONS OF WEIGHTS]

The numpy version is v2 as docs/quality.md describes it, over all groups at once. Its codebook,
scale indices and levels must equal the library's; exits 1 when they do not.
"""

import functools
import sys
import time

import numpy as np

import trine

GROUP, ENTRIES, COLS = 16, 27, 2048


def quantize_v2(weights, depth):
    """Codebook, scale indices (rows, groups) and levels (rows, cols) of float32 weights."""
    half = (3**depth - 1) // 2
    groups = weights.astype(np.float64).reshape(weights.shape[0], -1, GROUP)
    magnitudes = np.sort(np.abs(groups), axis=2)
    scales, errors = [], []
    for place in (10, 12, 14, 15):
        scale = magnitudes[:, :, place]
        safe = np.where(scale == 0, 1.0, scale)[:, :, None]
        levels = np.clip(np.rint(magnitudes / safe * half), -half, half)
        difference = magnitudes - levels * (safe / half)
        scales.append(scale)
        # Summed in ascending order, as the library does: errors of d = 1 often tie exactly.
        error = functools.reduce(np.add, np.moveaxis(difference * difference, 2, 0))
        errors.append(np.where(scale == 0, np.inf, error))
    best = np.argmin(np.stack(errors), axis=0)
    scale = np.take_along_axis(np.stack(scales), best[None], axis=0)[0]
    low, high = np.log(scale[scale > 0].min()), np.log(scale.max())
    codebook = np.exp(np.linspace(low, high, ENTRIES))
    target = np.log(np.where(scale == 0, codebook[0], scale))
    index = np.rint((target - low) / (high - low) * (ENTRIES - 1)).astype(np.uint8)
    levels = np.clip(np.rint(groups / codebook[index][:, :, None] * half), -half, half)
    return codebook, index, levels.astype(np.int8).reshape(weights.shape)


def seconds(work):
    """The better of two times, and the result."""
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def main():
    rows = int(float(sys.argv[1] if len(sys.argv) > 1 else 8) * 1e6) // COLS
    weights = np.random.default_rng(1).standard_t(6, (rows, COLS)).astype(np.float32) * 0.02
    equal = True
    for depth in (1, 2, 3, 4):
        plain, (codebook, index, levels) = seconds(lambda: quantize_v2(weights, depth))
        ours, matrix = seconds(lambda: trine.quantize(weights, depth, "v2"))
        best, _ = seconds(lambda: trine.quantize(weights, depth, "best"))
        same = (np.array_equal(matrix.levels, levels)
                and np.array_equal(matrix.scales.reshape(index.shape), index))
        # The ends and the steps between them may round differently in the last place.
        same_book = np.allclose(matrix.codebook, codebook, rtol=1e-14, atol=0)
        equal = equal and same and same_book
        rate = weights.size / 1e6
        print(f"d = {depth}: numpy {rate / plain:6.2f} M weights/s, v2 {rate / ours:7.1f} "
              f"({plain / ours:5.1f} times), best {rate / best:6.2f} "
              f"({plain / best:4.1f} times), equal: {'yes' if same and same_book else 'NO'}")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
