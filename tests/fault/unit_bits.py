#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists what a Verilated core of the name Vtrine_g4 keeps in its vector and attention units, as C++.

  unit_bits.py ROOT_HEADER

Prints a line TRINE_BITS(PLACE, name, width, entries) for every register (a signal whose name ends in _q
and perhaps a number) and every memory.  PLACE is kVectorRegisters, kAttentionRegisters or
kAttentionMemories of tests/fault/flip_core.h.
"""
import pathlib
import re
import sys

UNIT = r'(trine_top__DOT__u_core__DOT__u_units__DOT__gen_(vector|attention)_unit__DOT__\w+)'
SCALAR = re.compile(rf'(?:CData|SData|IData|QData|VlWide<\d+>)/\*(\d+):0\*/ {UNIT};')
MEMORY = re.compile(rf'VlUnpacked<\w+(?:<\d+>)?/\*(\d+):0\*/, (\d+)> {UNIT};')


def main():
    """See above."""
    if len(sys.argv) != 2:
        sys.exit('usage: unit_bits.py ROOT_HEADER')
    text = pathlib.Path(sys.argv[1]).read_text()
    lines = []
    for top, name, unit in SCALAR.findall(text):
        if re.search(r'_q\d*$', name) and '__Vdly' not in name:
            lines.append(f'TRINE_BITS(k{unit.capitalize()}Registers, {name}, {int(top) + 1}, 1)')
    for top, entries, name, unit in MEMORY.findall(text):
        lines.append(f'TRINE_BITS(k{unit.capitalize()}Memories, {name}, {int(top) + 1}, {entries})')
    for place in ('kVectorRegisters', 'kAttentionRegisters', 'kAttentionMemories'):
        if not any(f'({place},' in line for line in lines):
            sys.exit(f'unit_bits.py: {sys.argv[1]} has no {place}')
    print('// Made by tests/fault/unit_bits.py.')
    print('\n'.join(lines))


if __name__ == '__main__':
    main()
