#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of docs/verification.md about faults from a report of the program `faults`.

  table.py REPORT MARKDOWN

REPORT is what `build/bin/faults` printed.  The text between <!-- faults of the bus --> and its
end marker, and that between those of flips and of flips with parity, become tables.  MARKDOWN is replaced when it is whole.
"""
import json
import os
import pathlib
import re
import sys


def told(row):
    """Error codes with their counts, the commonest first."""
    return ', '.join(f'{code} {count}' for code, count in sorted(row['told'].items(), key=lambda item: -item[1])) or '-'


def bus_table(rows):
    """Faults of the bus."""
    lines = ['| fault | put | the core says | nothing, results right | nothing, results wrong |', '|---|---|---|---|---|']
    lines += [f"| {row['fault']} | {row['injected']:,} | {told(row)} | {row['harmless']} | {row['wrong']} |" for row in rows]
    return lines


def flip_table(report, rows):
    """Bits that turned over."""
    lines = [f"Seed {report['seed']}, {report['count']} flips of each place:", '',
             '| place | flipped in | told | same logits | silent | of these another top token | KL in nats, median and most |',
             '|---|---|---|---|---|---|---|']
    for row in rows:
        text = told(row) + (f", no end {row['hangs']}" if row['hangs'] else '')
        effect = f"{row['kl_median']:.1e}, {row['kl_max']:.1e}" if row['silent'] else '-'
        lines.append(f"| {row['place']} | {row['device']} | {text} | {row['masked']} | {row['silent']} | {row['top1']} "
                     f'| {effect} |')
    return lines


def replaced(text, name, lines):
    """The text with other lines between its two markers."""
    pattern = re.compile(rf'(<!-- {name} -->\n).*?(<!-- end of {name} -->)', re.DOTALL)
    if not pattern.search(text):
        sys.exit(f'table.py: there is no <!-- {name} -->')
    return pattern.sub(lambda match: match[1] + '\n'.join(lines) + '\n' + match[2], text)


def main():
    """See above."""
    if len(sys.argv) != 3:
        sys.exit('usage: table.py REPORT MARKDOWN')
    report = json.loads(pathlib.Path(sys.argv[1]).read_text())
    path = pathlib.Path(sys.argv[2])
    text = path.read_text()
    if 'bus' in report:
        text = replaced(text, 'faults of the bus', bus_table(report['bus']))
    if 'flips' in report:
        text = replaced(text, 'flips', flip_table(report, report['flips']))
    if 'parity' in report:
        text = replaced(text, 'flips with parity', flip_table(report, report['parity']))
    new = path.with_suffix('.new')
    new.write_text(text)
    os.replace(new, path)


if __name__ == '__main__':
    main()
