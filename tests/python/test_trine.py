# SPDX-License-Identifier: Apache-2.0
"""The package against the command: equal, value for value."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np

import trine

SOURCE = Path(os.environ["TRINE_SOURCE_DIR"])
KJV = SOURCE / "models" / "kjv"


def command(*arguments):
    done = subprocess.run([os.environ["TRINE_COMMAND"], *map(str, arguments)], capture_output=True,
                          text=True, check=True)
    return done.stdout


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name) / "kjv-d2"
        cls.summary = trine.quantize_checkpoint(KJV, cls.path, depth=2, scales="v2")
        cls.model = trine.Model(cls.path)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_quantizes_as_the_command(self):
        other = Path(self.folder.name) / "by-command"
        report = json.loads(command("quantize", KJV, other, "--depth", "2", "--scales", "v2", "--json"))
        name = "model.trine.safetensors"
        self.assertEqual((self.path / name).read_bytes(), (other / name).read_bytes())
        self.assertEqual(self.summary["weights"], report["weights"])

    def test_mixed_depths(self):
        mixed = Path(self.folder.name) / "mixed"
        trine.quantize_checkpoint(KJV, mixed, 2, "v2", {"*.k_proj.weight": 1, "*.down_proj.weight": 3})
        for name, _, _, depth in trine.Model(mixed).matrices:
            self.assertEqual(depth, 1 if ".k_proj." in name else 3 if ".down_proj." in name else 2)
        with self.assertRaisesRegex(trine.Error, "no such matrix"):
            trine.quantize_checkpoint(KJV, mixed, 2, "v2", {"*.none": 1})

    def test_matrices(self):
        for name, rows, cols, depth in self.model.matrices[:7]:
            matrix = self.model.matrix(name)
            self.assertEqual((matrix.levels.dtype, matrix.levels.shape), (np.int8, (rows, cols)))
            self.assertEqual((depth, matrix.depth), (2, 2))
            np.testing.assert_array_equal(matrix.dequantize(), self.model.weights(name))

    def test_quantize_of_the_weights_themselves(self):
        rng = np.random.default_rng(1)
        weights = rng.normal(size=(40, 72)).astype(np.float32)
        errors = []
        for scales in ("v2", "best"):
            for depth in (1, 2, 3, 4):
                matrix = trine.quantize(weights, depth, scales)
                self.assertLessEqual(np.abs(matrix.levels).max(), (3**depth - 1) // 2)
                errors.append(float(np.square(matrix.dequantize() - weights).mean()))
        self.assertEqual(errors[:4], sorted(errors[:4], reverse=True))
        self.assertTrue(all(best < v2 for best, v2 in zip(errors[4:], errors[:4])))

    def test_devices(self):
        tokens = self.model.tokenizer().encode("In the")
        golden = self.model.logits(tokens, "golden")
        self.assertEqual(golden.shape, (len(tokens), self.model.config["vocab_size"]))
        np.testing.assert_array_equal(golden, self.model.logits(tokens, "rtl"))
        self.assertEqual(self.model.generate(tokens, 1)[0], int(golden[-1].argmax()))
        reference = self.model.logits(tokens, "reference")
        self.assertEqual(reference.shape, golden.shape)
        self.assertFalse(np.array_equal(reference, golden))  # FP32 is not the core's arithmetic.

    def test_tokenizer(self):
        tokenizer = self.model.tokenizer()
        for text in ("", "In the beginning", "é  \n", "\U0001f600"):
            self.assertEqual(tokenizer.decode(tokenizer.encode(text)), text)
        self.assertEqual(tokenizer.encode(b"a\xff"), tokenizer.encode("a\ufffd"))

    def test_errors_are_those_of_the_core(self):
        with self.assertRaisesRegex(trine.Error, "/nowhere"):
            trine.Model("/nowhere")
        with self.assertRaisesRegex(trine.Error, "depth 5"):
            trine.quantize(np.zeros((2, 16), np.float32), 5)
        with self.assertRaisesRegex(trine.Error, "99999999"):
            self.model.logits([99999999])

    def test_example_of_the_page(self):
        page = (SOURCE / "docs" / "python.md").read_text()
        snippet = re.search(r"```python\n(.*?)```", page, re.DOTALL).group(1)
        names = {"model_directory": self.path}
        exec(snippet, names)  # noqa: S102: the page's own text.
        self.assertEqual(names["logits"].shape[0], len(names["tokens"]))


if __name__ == "__main__":
    unittest.main()
