# SPDX-License-Identifier: Apache-2.0
"""The package against the command: equal, value for value."""

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
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
        names = [device["name"] for device in trine.devices() if not device["hardware"]]
        self.assertIn("golden", names)
        self.assertIn("rtl", names)
        golden = self.model.logits(tokens, "golden")
        self.assertEqual(golden.shape, (len(tokens), self.model.config["vocab_size"]))
        for name in names:
            np.testing.assert_array_equal(golden, self.model.logits(tokens, name), name)
        self.assertEqual(self.model.generate(tokens, 1)[0], int(golden[-1].argmax()))
        reference = self.model.logits(tokens, "reference")
        self.assertEqual(reference.shape, golden.shape)
        self.assertFalse(np.array_equal(reference, golden))  # FP32 is not the core's arithmetic.

    def test_runs_equal_those_of_the_command(self):
        tokens = self.model.tokenizer().encode("In the beginning God")
        numbers = ",".join(map(str, tokens))
        for device in ("reference", "golden"):
            report = json.loads(command("generate", self.path, "--tokens", numbers, "-n", "6", "--device",
                                        device, "--temperature", "0.8", "--seed", "7", "--json"))
            generated = self.model.generate(tokens, 6, device, temperature=0.8, seed=7)
            self.assertEqual(generated, report["tokens"])
        text = Path(self.folder.name) / "text"
        text.write_text("And the earth was without form, and void; and darkness was upon the deep.")
        report = json.loads(command("perplexity", self.path, "--text", text, "--window", "8", "--json"))
        measured = self.model.perplexity(self.model.tokenizer().encode(text.read_text()), window=8)
        self.assertEqual({key: report[key] for key in measured}, measured)

    def test_session_keeps_the_model_and_starts_anew(self):
        tokens = self.model.tokenizer().encode("In the beginning")
        session = self.model.session("golden", check=True, context=16, threads=1, groups=4)
        first = session.logits(tokens)
        np.testing.assert_array_equal(first, session.logits(tokens))
        np.testing.assert_array_equal(first[:1], session.logits(tokens, window=1)[:1])
        self.assertEqual(session.generate(tokens, 1), [int(first[-1].argmax())])
        report = session.report()
        self.assertEqual((report["device"], report["equal"]), ("golden", True))
        self.assertGreater(report["compared"], 0)
        self.assertGreater(report["counters"]["weight_beats"], 0)

    def test_compare(self):
        tokens = self.model.tokenizer().encode("In the beginning")
        golden, reference = self.model.session("golden"), self.model.session("reference")
        report = trine.compare(reference, golden, tokens, positions=True, layers=True)
        a, b = reference.logits(tokens), golden.logits(tokens)
        self.assertEqual(report["positions"], len(tokens))
        self.assertEqual(report["max_abs"], float(np.abs(a.astype(float) - b).max()))
        self.assertEqual(len(report["per_position"]), len(tokens))
        self.assertEqual(len(report["per_layer"]), self.model.config["num_hidden_layers"])
        same = trine.compare(golden, self.model.session("golden"), tokens)
        self.assertEqual((same["max_abs"], same["top1"]), (0, 1))
        with self.assertRaisesRegex(trine.Error, "same one"):
            trine.compare(golden, golden, tokens)

    def test_a_checkpoint_runs_on_the_reference_only(self):
        model = trine.Model(KJV)
        self.assertEqual((model.packed, model.matrices), (False, []))
        self.assertEqual(model.logits([1, 2], "reference").shape[0], 2)
        with self.assertRaisesRegex(trine.Error, "not quantized"):
            model.logits([1, 2])
        with self.assertRaisesRegex(trine.Error, "not quantized"):
            model.matrix("model.layers.0.mlp.down_proj.weight")

    def test_other_threads_run_meanwhile(self):
        tokens = list(range(200))
        counted = 0
        done = threading.Event()

        def count():
            nonlocal counted
            while not done.is_set():
                counted += 1

        thread = threading.Thread(target=count)
        session = self.model.session("golden", threads=1)
        thread.start()
        before = counted
        session.logits(tokens)
        after = counted
        done.set()
        thread.join()
        self.assertGreater(after, before)

    def test_control_c_ends_the_work_and_the_session(self):
        for device in ("golden", "rtl"):
            seen = []

            def interrupt(done, total, unit):
                seen.append((done, total, unit))
                signal.raise_signal(signal.SIGINT)

            session = self.model.session(device, progress=interrupt)
            with self.assertRaises(KeyboardInterrupt):
                session.logits(list(range(100)))
            self.assertIn(len(seen), (1, 2))
            with self.assertRaisesRegex(trine.Error, "cut short"):
                session.logits([1])

    def test_a_model_that_was_cut_short_is_an_error(self):
        for source, device in ((self.path, "golden"), (KJV, "reference")):
            folder = Path(self.folder.name) / f"cut-{device}"
            shutil.copytree(source, folder)
            model = trine.Model(folder)
            session, other = model.session(device), model.session(device)
            session.logits([1, 2])
            file = next(folder.glob("model*.safetensors"))
            # A new file in its place is none of the model's affair.
            copy = folder / "copy"
            shutil.copyfile(file, copy)
            name = file.rename(folder / "old")
            copy.rename(file)
            session.logits([1, 2])
            os.truncate(file, 4096)
            session.logits([1, 2])
            os.truncate(name, 4096)
            calls = [lambda: session.logits([1]), lambda: session.generate([1], 1), session.report,
                     lambda: session.perplexity([1, 2, 3], window=2), lambda: model.session(device),
                     lambda: trine.compare(self.model.session("reference"), other, [1])]
            if device == "golden":
                calls += [lambda: model.weights(model.matrices[0][0]),
                          lambda: model.matrix(model.matrices[0][0])]
            for call in calls:
                with self.assertRaisesRegex(trine.Error, "was cut short while it was in use: 4096 of"):
                    call()

    def test_version_and_stubs(self):
        self.assertRegex(trine.__version__, r"^\d+\.\d+\.\d+")
        self.assertTrue(command("--version").endswith(" " + trine.__version__ + "\n"))
        stub = ast.parse((Path(trine.__file__).parent / "_trine.pyi").read_text())
        named = {}
        for node in stub.body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                named[node.name] = node
            elif isinstance(node, ast.AnnAssign):
                named[node.target.id] = node
        native = {name for name in vars(trine._trine)
                  if not name.startswith("__") or name == "__version__"}
        self.assertEqual(set(named), native)
        for name, node in named.items():
            members = [(name, node)]
            if isinstance(node, ast.ClassDef):
                members = [(f"{name}.{f.name}", f) for f in node.body if isinstance(f, ast.FunctionDef)]
            for path, function in members:
                if isinstance(function, ast.FunctionDef):
                    self.check_signature(path, function)

    def check_signature(self, path, function):
        """As many parameters in the stub as pybind11 says that the function has."""
        value = trine._trine
        for part in path.split("."):
            value = getattr(value, part)
        signature = value.__doc__.splitlines()[0]
        self.assertEqual(len(re.findall(r"\barg\d+|\bself\b", signature)), len(function.args.args), signature)

    def test_tokenizer(self):
        tokenizer = self.model.tokenizer()
        for text in ("", "In the beginning", "é  \n", "\U0001f600"):
            self.assertEqual(tokenizer.decode(tokenizer.encode(text)), text)
        self.assertEqual(tokenizer.encode(b"a\xff"), tokenizer.encode("a\ufffd"))
        self.assertEqual(tokenizer.encode("<|endoftext|>"), [2047])
        plain = tokenizer.encode("<|endoftext|>", plain=True)
        self.assertNotIn(2047, plain)
        self.assertEqual(tokenizer.decode(plain), "<|endoftext|>")

    def test_what_the_directory_says_beside_the_weights(self):
        folder = Path(self.folder.name) / "sampled"
        shutil.copytree(KJV, folder)
        (folder / "generation_config.json").write_text(
            '{"do_sample": true, "temperature": 1.5, "eos_token_id": [2047, 258]}')
        (folder / "model.safetensors.index.json").write_text("{}")
        with self.assertWarnsRegex(UserWarning, "index.json: is ignored"):
            model = trine.Model(folder)
        tokens = model.tokenizer().encode("In the beginning God")
        greedy = trine.Model(KJV).generate(tokens, 8, "reference")
        self.assertEqual(greedy[2], 258)
        self.assertEqual(model.generate(tokens, 8, "reference", temperature=0), greedy[:2])
        self.assertEqual(model.generate(tokens, 8, "reference", temperature=0, ignore_eos=True), greedy)
        named = trine.Model(KJV).generate(tokens, 8, "reference", temperature=1.5, top_k=50)
        self.assertEqual(model.generate(tokens, 8, "reference", ignore_eos=True)[:2], named[:2])

    def test_errors_are_those_of_the_core(self):
        with self.assertRaisesRegex(trine.Error, "/nowhere"):
            trine.Model("/nowhere")
        with self.assertRaisesRegex(trine.Error, "depth 5"):
            trine.quantize(np.zeros((2, 16), np.float32), 5)
        with self.assertRaisesRegex(trine.Error, "99999999.*number 1"):
            self.model.logits([1, 99999999])
        with self.assertRaisesRegex(trine.Error, "-1"):
            self.model.logits([-1])
        with self.assertRaisesRegex(trine.Error, "no tokens"):
            self.model.logits([])
        with self.assertRaisesRegex(trine.Error, "context too long"):
            self.model.logits([1] * 17, context=16)
        with self.assertRaisesRegex(trine.Error, "no device 'abacus'"):
            self.model.logits([1], "abacus")
        with self.assertRaisesRegex(trine.Error, "latency: means nothing for device golden"):
            self.model.logits([1], "golden", latency=20)
        with self.assertRaisesRegex(trine.Error, "latency: 0 is not"):
            self.model.logits([1], "rtl", latency=0)
        with self.assertRaisesRegex(trine.Error, "color: no device has"):
            self.model.logits([1], color="red")
        with self.assertRaisesRegex(trine.Error, "groups: means nothing for the reference"):
            self.model.logits([1], "reference", groups=4)

    def test_example_of_the_page(self):
        page = (SOURCE / "docs" / "python.md").read_text()
        snippet = re.search(r"```python\n(.*?)```", page, re.DOTALL).group(1)
        names = {"model_directory": self.path}
        exec(snippet, names)  # noqa: S102: the page's own text.
        self.assertEqual(names["logits"].shape[0], len(names["tokens"]))


if __name__ == "__main__":
    unittest.main()
