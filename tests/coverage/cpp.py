#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/coverage/cpp.py BUILD: what the tests that ran in the folder BUILD reached of our C++, by gcovr.

Prints lines and branches of each folder of FOLDERS, without the branches that only an exception takes, and
fails below LEAST. gcovr's own page of every line is BUILD/coverage.html.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

FOLDERS = ("golden", "machine", "driver")
LEAST = {"line": 95.0, "branch": 85.0}
PLURAL = {"line": "lines", "branch": "branches"}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build = Path(sys.argv[1])
    summary = build / "coverage.json"
    subprocess.run(["gcovr", "--root", ".", *(f"--filter={folder}/" for folder in FOLDERS), "--exclude-throw-branches",
                    "--exclude-unreachable-branches", "--json-summary", summary, "--html-details", build / "coverage.html",
                    build], check=True)
    totals: dict[str, dict[str, list[int]]] = defaultdict(lambda: {"line": [0, 0], "branch": [0, 0]})
    for file in json.loads(summary.read_text())["files"]:
        for folder in (file["filename"].split("/")[0], "all"):
            for measure, total in totals[folder].items():
                total[0] += file[f"{measure}_covered"]
                total[1] += file[f"{measure}_total"]
    if not totals:
        sys.exit(f"tests/coverage/cpp.py: no test ran in {build}")
    status = 0
    for folder, measures in sorted(totals.items(), key=lambda item: item[0] == "all"):
        shares = {measure: 100 * reached / number for measure, (reached, number) in measures.items()}
        print(f"{folder:10}" + "".join(f"  {share:6.2f} % of {measures[measure][1]:6} {PLURAL[measure]}" for measure, share in shares.items()))
        if folder == "all" and any(shares[measure] < least for measure, least in LEAST.items()):
            print(f"tests/coverage/cpp.py: below {LEAST}", file=sys.stderr)
            status = 1
    sys.exit(status)


if __name__ == "__main__":
    main()
