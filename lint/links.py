#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the links of all Markdown pages: local files exist, anchors name a heading of their page.

A file of ours that a page names in code, such as `driver/device.h` or `rtl/*/*.sv`, must exist too.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")


def files_in_code(page: Path) -> list[str]:
    """Paths below a folder of the project that stand in code, without those that have a placeholder."""
    folders = "|".join(folder.name for folder in ROOT.iterdir() if folder.is_dir() and folder.name[0] != ".")
    source = re.sub(r"^(```|~~~).*?^\1", "", page.read_text(), flags=re.M | re.S)
    names = re.findall(rf"`((?:\./)?(?:{folders})/[\w./*,{{}}+-]*)`", source)
    return [name for name in names if not re.match(r"(\./)?(build|out)", name) and "NAME" not in name]


def expand(name: str) -> list[str]:
    """`a.{h,cpp}` as its two names."""
    brace = re.search(r"\{([^{}]*)\}", name)
    if not brace:
        return [name]
    return [name[: brace.start()] + word + name[brace.end() :] for word in brace.group(1).split(",")]


def text_of(page: Path) -> str:
    """The page without code, in which brackets mean something else."""
    text = re.sub(r"^(```|~~~).*?^\1", "", page.read_text(), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors_of(page: Path) -> set[str]:
    """Anchors as hosting sites make them of headings."""
    anchors: set[str] = set()
    source = re.sub(r"^(```|~~~).*?^\1", "", page.read_text(), flags=re.M | re.S)
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", source, flags=re.M):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        name, number = slug, 0
        while name in anchors:
            number += 1
            name = f"{slug}-{number}"
        anchors.add(name)
    anchors.update(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", source))
    return anchors


def main() -> int:
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "*.md"],
        check=True, capture_output=True, text=True,
    ).stdout.split("\n")  # fmt: skip
    pages = [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    links, broken = 0, []
    for page in pages:
        for target in LINK.findall(text_of(page)):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            links += 1
            path, _, anchor = target.partition("#")
            other = (page.parent / path).resolve() if path else page
            if not other.exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}: no such file")
            elif anchor and other.suffix == ".md" and anchor not in anchors_of(other):
                broken.append(f"{page.relative_to(ROOT)}: {target}: no such heading")
        for name in (word for code in files_in_code(page) for word in expand(code)):
            links += 1
            if not any(ROOT.glob(name.rstrip("/"))):
                broken.append(f"{page.relative_to(ROOT)}: `{name}`: no such file")
    print("\n".join(broken + [f"{len(pages)} pages, {links} links, {len(broken)} broken"]))
    return 1 if broken or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
