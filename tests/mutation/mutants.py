#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a module with faults that a number turns on, one at a time.

  mutants.py TOP COUNT SEED OUTPUT [-p Name=value]... SOURCE...

Yosys' `mutate` draws COUNT faults at the ports of the module's operators, multiplexers and registers: a bit
stuck, inverted or swapped for another, seldom or always.  OUTPUT has TOP with its own ports; fault N is there
when the function `trine_mutant`, which a program with the model supplies, returns N, none when it returns 0.
So one model serves all faults.  OUTPUT.list names them, fault N in line N.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

# Words, not gates: faults of operators, as a designer makes them. Memories stay.
WORDS = ['proc', 'flatten', 'opt_expr', 'opt_clean', 'opt -nodffe -nosdff', 'wreduce', 'peepopt', 'opt_clean',
         'memory -nomap', 'opt_clean']


def run_yosys(commands):
    """Runs commands; a failure of Yosys ends the program."""
    result = subprocess.run(['yosys', '-q', '-e', '.', '-p', '; '.join(commands)], text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode:
        sys.exit(f'mutants.py: Yosys stopped: {result.stdout.strip()}')


def wrapper(top, ports):
    """TOP with the number of the fault from the program."""
    lines = [f'module {top} (']
    lines += [',\n'.join(f"  {port['direction']} logic [{len(port['bits']) - 1}:0] {name}"
                         for name, port in ports.items())]
    lines += [');', '  import "DPI-C" function int trine_mutant();', '  logic [15:0] number;',
              "  initial number = 16'(trine_mutant());", f'  {top}_mutants u_mutants (',
              ',\n'.join(f'    .{name}({name})' for name in ports) + ',', '    .trine_mutant(number)', '  );',
              'endmodule']
    return '\n'.join(lines) + '\n'


def main():
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('top')
    parser.add_argument('count', type=int)
    parser.add_argument('seed', type=int)
    parser.add_argument('output', type=pathlib.Path)
    parser.add_argument('-p', dest='params', action='append', default=[])
    parser.add_argument('sources', nargs='+')
    args = parser.parse_args()
    faults = args.output.with_suffix('.list')
    sound = args.output.with_suffix('.il')
    ports_file = args.output.with_suffix('.json')
    inner = args.output.with_suffix('.inner.sv')
    sets = [f"chparam -set {param.replace('=', ' ')} {args.top}" for param in args.params]
    run_yosys(['read_verilog -sv -Irtl ' + ' '.join(args.sources), *sets, f'hierarchy -check -top {args.top}',
               *WORDS, f'rename -top {args.top}', f'write_json {ports_file}',
               f'rename {args.top} {args.top}_mutants', f'write_rtlil {sound}',
               f'mutate -list {args.count} -seed {args.seed} -ctrl trine_mutant 16 1 -o {faults}'])
    run_yosys([f'read_rtlil {sound}', f'script {faults}', f'write_verilog -noattr {inner}'])
    ports = json.loads(ports_file.read_text())['modules'][args.top]['ports']
    args.output.write_text(inner.read_text() + wrapper(args.top, ports))
    found = re.findall(r'-ctrl trine_mutant 16 (\d+)', faults.read_text())
    if [int(number) for number in found] != list(range(1, len(found) + 1)):
        sys.exit(f'mutants.py: {faults} does not count its faults from 1')


if __name__ == '__main__':
    main()
