# SPDX-License-Identifier: Apache-2.0
"""Packed balanced-ternary models: open, look inside, quantize, run.

Matrices, quantizer and tokenizer are the C++ golden model's, in this process. Runs go through the
`trine` command, so that every device (reference, golden, rtl) is the one that the command has.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

import numpy as np

from . import _trine
from ._trine import Error, __version__

__all__ = ["__version__", "Error", "Matrix", "Model", "Tokenizer", "quantize", "quantize_checkpoint"]


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

    def encode(self, text: str | bytes) -> list[int]:
        """Tokens of a text; bytes that are not UTF-8 count as U+FFFD."""
        return self._native.encode(text.encode(errors="replace") if isinstance(text, str) else text)

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of the tokens; bytes that are not UTF-8 become U+FFFD."""
        return self._native.decode([int(token) for token in tokens])


class Model:
    """A packed model, all of whose checksums and codes were checked."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = Path(directory)
        self._native = _trine.PackedModel(os.fspath(directory))
        self.config: dict[str, Any] = json.loads((self.directory / "config.json").read_text())
        #: (name, rows, cols, depth) of each matrix, in the order of the file.
        self.matrices: list[tuple[str, int, int, int]] = self._native.names()

    def matrix(self, name: str) -> Matrix:
        """Levels, scale indices and codebook of a matrix."""
        return Matrix(**self._native.matrix(name))

    def weights(self, name: str) -> np.ndarray:
        """The dequantized weights of a matrix, float32 (rows, cols)."""
        return self._native.weights(name)

    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""
        return Tokenizer(self.directory / "tokenizer.json")

    def logits(self, tokens: Sequence[int], device: str = "golden", *options: str) -> np.ndarray:
        """Logits, float32 (tokens, vocabulary), on "reference", "golden" or "rtl".

        `options` are further ones of `trine logits`, such as "--check".
        """
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "logits.safetensors")
            _run("logits", self.directory, tokens, device, "-o", out, *options)
            return _tensor(Path(out).read_bytes(), "logits")

    def generate(self, tokens: Sequence[int], count: int, device: str = "golden", *options: str) -> list[int]:
        """At most `count` tokens that follow; greedy unless `options` say --temperature."""
        report = _run("generate", self.directory, tokens, device, "-n", str(count), *options)
        return list(json.loads(report)["tokens"])


def _command() -> str:
    """$TRINE_COMMAND, that of the build this package is in, or the one on the path."""
    built = Path(__file__).resolve().parents[2] / "bin" / "trine"
    command = os.environ.get("TRINE_COMMAND") or (str(built) if built.exists() else shutil.which("trine"))
    if command is None:
        raise Error("the trine command was not found; set TRINE_COMMAND")
    return command


def _run(name: str, model: Path, tokens: Sequence[int], device: str, *options: str) -> str:
    numbers = [str(int(token)) for token in tokens]
    if not numbers:
        raise Error("no tokens")
    arguments = [_command(), name, str(model), "--device", device, "--json", "--quiet", *options, "--tokens"]
    done = subprocess.run([*arguments, *numbers], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Error(done.stderr.strip() or f"trine {name}: exit status {done.returncode}")
    return done.stdout


def _tensor(data: bytes, name: str) -> np.ndarray:
    """An F32 tensor of a safetensors file, a view of `data`."""
    size = int.from_bytes(data[:8], "little")
    entry = json.loads(data[8 : 8 + size])[name]
    first, last = entry["data_offsets"]
    values = np.frombuffer(data, np.dtype("<f4"), (last - first) // 4, 8 + size + first)
    return values.reshape(entry["shape"])
