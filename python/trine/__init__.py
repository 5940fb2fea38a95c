# SPDX-License-Identifier: Apache-2.0
"""Packed balanced-ternary models: open, look inside, quantize, run.

Everything runs in this process, on the C++ libraries that the `trine` command uses: matrices,
quantizer, tokenizer, and models on every device that the command has. Long work lets other threads
run and ends on Ctrl-C.
"""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Sequence

import numpy as np

from . import _trine
from ._trine import Error, Mismatch, __version__

__all__ = [
    "__version__",
    "Error",
    "Matrix",
    "Mismatch",
    "Model",
    "Session",
    "Tokenizer",
    "compare",
    "devices",
    "quantize",
    "quantize_checkpoint",
]

#: Is called with what is done, the total (None when it is not known) and the unit, e.g. "tokens".
Progress = Callable[[int, "int | None", str], None]


@dataclass(frozen=True)
class Matrix:
    """weight[r, c] = levels[r, c] * codebook[scales[r, c // 16]] / outer, outer = (3**depth - 1) / 2."""

    depth: int
    levels: np.ndarray  # int8 (rows, cols)
    scales: np.ndarray  # uint8 (rows, groups of 16 columns)
    codebook: np.ndarray  # float64 (27,), ascending

    def dequantize(self) -> np.ndarray:
        """The weights, float32 (rows, cols)."""
        steps = self.codebook / ((3**self.depth - 1) // 2)
        columns = np.arange(self.levels.shape[1]) // 16
        return (self.levels * steps[self.scales][:, columns]).astype(np.float32)


def quantize(array: np.ndarray, depth: int = 4, scales: str = "best") -> Matrix:
    """Quantizes weights (rows, cols) to `depth` trits (1..4); `scales` is "v2" or "best"."""
    return Matrix(**_trine.quantize_array(array, depth, scales))


def quantize_checkpoint(
    checkpoint: str | os.PathLike[str],
    out: str | os.PathLike[str],
    depth: int = 4,
    scales: str = "best",
    depths: dict[str, int] | None = None,
) -> dict[str, Any]:
    """Makes the packed model `out` of a Hugging Face directory; returns sizes and the error.

    `depths` has other depths for matrices by name, or by pattern with `*`.
    """
    return _trine.quantize_directory(
        os.fspath(checkpoint), os.fspath(out), depth, scales, depths or {}
    )


class Tokenizer:
    """The tokenizer of a tokenizer.json."""

    def __init__(self, file: str | os.PathLike[str]) -> None:
        self._native = _trine.Tokenizer(os.fspath(file))

    def encode(self, text: str | bytes, *, plain: bool = False) -> list[int]:
        """Tokens of a text; bytes that are not UTF-8 count as U+FFFD.

        With `plain`, special tokens such as <|endoftext|> are text like any other.
        """
        return self._native.encode(
            text.encode(errors="replace") if isinstance(text, str) else text, plain
        )

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of the tokens; bytes that are not UTF-8 become U+FFFD."""
        return self._native.decode([int(token) for token in tokens])


def devices() -> list[dict[str, Any]]:
    """What each device is called, can do and takes as options, by name."""
    return _trine.devices()


class Session:
    """A model on a device. It keeps the model loaded; every call starts from an empty cache.

    A call that is cut short, by Ctrl-C or an error of the device, ends the session.
    """

    def __init__(self, native: _trine.Session) -> None:
        self._native = native

    def logits(self, tokens: Sequence[int], *, window: int = 0) -> np.ndarray:
        """Logits, float32 (tokens, vocabulary); an empty cache every `window` tokens, if not 0."""
        return self._native.logits(_numbers(tokens), window)

    def generate(
        self,
        tokens: Sequence[int],
        count: int,
        *,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        repetition_penalty: float | None = None,
        seed: int = 1,
        ignore_eos: bool = False,
    ) -> list[int]:
        """At most `count` tokens that follow; greedy at temperature 0.

        What is None is as the model's generation_config.json says; without that greedy.
        """
        result = self._native.generate(
            _numbers(tokens),
            count,
            temperature,
            top_k,
            top_p,
            repetition_penalty,
            seed,
            ignore_eos,
        )
        return result["tokens"]

    def perplexity(
        self, tokens: Sequence[int], *, window: int = 256, limit: int = 0
    ) -> dict[str, Any]:
        """How well the model predicts the tokens: perplexity, tokens, nats_per_token.

        Windows start from an empty cache; `limit` tokens are predicted, 0: all whole windows.
        """
        return self._native.perplexity(_numbers(tokens), window, limit)

    def report(self) -> dict[str, Any]:
        """Device, counters of the core and simulated kHz so far; with check also equal, compared."""
        return self._native.report()


class Model:
    """A packed model, all of whose checksums and codes were checked, or a checkpoint."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = Path(directory)
        self._native = _trine.ModelFile(os.fspath(directory))
        for message in self._native.warnings():
            warnings.warn(message, stacklevel=2)
        self.config: dict[str, Any] = json.loads((self.directory / "config.json").read_text())
        #: (name, rows, cols, depth) of each matrix, in the order of the file; none of a checkpoint.
        self.matrices: list[tuple[str, int, int, int]] = self._native.matrices()

    @property
    def packed(self) -> bool:
        """False for a checkpoint, which only the reference runs."""
        return self._native.packed()

    def matrix(self, name: str) -> Matrix:
        """Levels, scale indices and codebook of a matrix."""
        return Matrix(**self._native.matrix(name))

    def weights(self, name: str) -> np.ndarray:
        """The dequantized weights of a matrix, float32 (rows, cols)."""
        return self._native.weights(name)

    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""
        return Tokenizer(self.directory / "tokenizer.json")

    def session(
        self,
        device: str = "golden",
        *,
        check: bool = False,
        context: int = 0,
        threads: int = 0,
        progress: Progress | None = None,
        **options: Any,
    ) -> Session:
        """Loads the model into "reference" or a device of `devices()`.

        `check` compares every result of the core, bit for bit, and raises Mismatch at the first
        difference. `context` is the positions of the core's cache (0: 1024, or what the model
        has), `threads` those of golden and reference (0: all). `options` are those of the device,
        as on the command line: groups=4, latency=20, checking=True.
        """
        named = {name.replace("_", "-"): _text(value) for name, value in options.items()}
        return Session(
            _trine.Session(self._native, device, check, context, threads, named, progress)
        )

    def logits(
        self, tokens: Sequence[int], device: str = "golden", *, window: int = 0, **options: Any
    ) -> np.ndarray:
        """Logits, float32 (tokens, vocabulary); `options` are those of `session`."""
        return self.session(device, **options).logits(tokens, window=window)

    def generate(
        self,
        tokens: Sequence[int],
        count: int,
        device: str = "golden",
        *,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        repetition_penalty: float | None = None,
        seed: int = 1,
        ignore_eos: bool = False,
        **options: Any,
    ) -> list[int]:
        """At most `count` tokens that follow; `options` are those of `session`."""
        return self.session(device, **options).generate(
            tokens,
            count,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            repetition_penalty=repetition_penalty,
            seed=seed,
            ignore_eos=ignore_eos,
        )

    def perplexity(
        self,
        tokens: Sequence[int],
        device: str = "golden",
        *,
        window: int = 256,
        limit: int = 0,
        **options: Any,
    ) -> dict[str, Any]:
        """perplexity, tokens and nats_per_token; `options` are those of `session`."""
        return self.session(device, **options).perplexity(tokens, window=window, limit=limit)


def compare(
    a: Session,
    b: Session,
    tokens: Sequence[int],
    *,
    window: int = 0,
    positions: bool = False,
    layers: bool = False,
) -> dict[str, Any]:
    """How the logits of B differ from those of A: positions, max_abs, mean_abs, cosine, kl, top1, top5.

    `positions` adds per_position, `layers` per_layer (the residual stream behind each layer).
    """
    return _trine.compare(a._native, b._native, _numbers(tokens), window, positions, layers)


def _numbers(tokens: Sequence[int]) -> list[int]:
    return [int(token) for token in tokens]


def _text(value: Any) -> str:
    """An option as the command line has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)
