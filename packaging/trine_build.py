# SPDX-License-Identifier: Apache-2.0
"""Builds the Python package for pip (PEP 517): CMake compiles, this file packs.

A wheel holds the package `trine`, the command `trine` and, where Verilator is installed, simulated
cores. Settings of `pip install . --config-settings NAME=VALUE`:

build-dir  where CMake builds [build-pip]; an existing build goes on from where it is
cores      builds of the core to put in, by their names in sim/CMakeLists.txt, separated by commas
           [g16, or none without Verilator]
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Writes the wheel and returns its name."""
    settings = config_settings or {}
    cores = [core for core in settings.get("cores", _default_cores()).split(",") if core]
    build = Path(settings.get("build-dir", ROOT / "build-pip")).resolve()
    _compile(build, cores)
    version = _version()
    tag = "cp{0}{1}-cp{0}{1}-{2}".format(*sys.version_info[:2], _platform())
    name = f"trine-{version}-{tag}.whl"
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        _run("cmake", "--install", build, "--prefix", stage, "--component", "python")
        _run("cmake", "--install", build, "--prefix", stage, "--component", "tools")
        files = {f"trine/{file.name}": file for file in sorted((stage / "trine").iterdir())}
        files[f"trine-{version}.data/scripts/trine"] = stage / "bin" / "trine"
        for core in cores:
            module = f"trine_core_{core}.so"
            files[f"trine-{version}.data/data/lib/trine/{module}"] = build / "lib" / "trine" / module
        files[f"trine-{version}.dist-info/LICENSE"] = ROOT / "LICENSE"
        _pack(Path(wheel_directory) / name, files, version, tag)
    return name


def build_sdist(sdist_directory, config_settings=None):
    """Writes the tracked sources and returns the archive's name."""
    name = f"trine-{_version()}"
    archive = Path(sdist_directory) / f"{name}.tar.gz"
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder) / name
        tracked = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True, text=True
        ).stdout.split("\0")
        for file in filter(None, tracked):
            (top / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, top / file)
        (top / "PKG-INFO").write_text(_metadata(_version()))
        shutil.make_archive(str(archive)[: -len(".tar.gz")], "gztar", folder, name)
    return archive.name


def _compile(build: Path, cores: list[str]) -> None:
    if not (build / "CMakeCache.txt").exists():
        simulate = "ON" if cores else "OFF"
        _run("cmake", "-S", ROOT, "-B", build, "-G", "Ninja", "-Wno-dev", "-DTRINE_PYTHON=ON",
             "-DTRINE_TESTS=OFF", "-DTRINE_BENCH=OFF", f"-DTRINE_SIM={simulate}",
             f"-DPython3_EXECUTABLE={sys.executable}")  # fmt: skip
    targets = ["trine", "trine_python", *(f"trine_core_{core}" for core in cores)]
    _run("cmake", "--build", build, "--target", *targets)


def _default_cores() -> str:
    return "g16" if shutil.which("verilator") else ""


def _version() -> str:
    return (ROOT / "VERSION").read_text().strip()


def _platform() -> str:
    return re.sub(r"[-.]", "_", sysconfig.get_platform())


def _metadata(version: str) -> str:
    return (
        f"Metadata-Version: 2.1\nName: trine\nVersion: {version}\n"
        "Summary: Packed balanced-ternary models: open, look inside, quantize, run\n"
        "License: Apache-2.0\nRequires-Python: >=3.9\nRequires-Dist: numpy\n"
    )


def _pack(wheel: Path, files: dict[str, Path], version: str, tag: str) -> None:
    info = f"trine-{version}.dist-info"
    texts = {
        f"{info}/METADATA": _metadata(version),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: trine_build\nRoot-Is-Purelib: false\nTag: {tag}\n",
    }
    record = []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        contents = [(name, path.read_bytes(), path.stat().st_mode) for name, path in files.items()]
        contents += [(name, text.encode(), 0o100644) for name, text in texts.items()]
        for name, data, mode in contents:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (mode & 0xFFFF) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(data)}")
        record.append(f"{info}/RECORD,,")
        archive.writestr(f"{info}/RECORD", "\n".join(record) + "\n")


def _run(*command) -> None:
    subprocess.run([str(word) for word in command], check=True)
