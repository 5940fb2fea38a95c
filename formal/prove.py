#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves the assertions of modules by temporal induction, and shows that each can fail.

  formal/prove.py [NAME...]             proves what formal/proofs.txt lists under these names, or all of it
  formal/prove.py --mutants [NAME...]   makes each fault of formal/mutants.txt; a property must fail
  formal/prove.py --table FILE          also writes the table of proofs into a Markdown file

A proof covers every reachable state: induction has no bound in time. A mutant fails its property in a run
from reset, so no property passes because nothing reaches it.

A formal file sees registers of its module's parts through wires with an attribute:
  (* peek = "u_part.name" *) logic [3:0] f_name;
After flattening they are connected to what they name; `name[*]` is a whole memory, its first word lowest.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import aiger

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEEK = re.compile(r'\(\*\s*peek\s*=\s*"([^"]+)"\s*\*\)\s*logic\s*(\[[^;]*\])?\s*(\w+)\s*;')
MAX_DEPTH = 6        # Of induction.
MUTANT_CYCLES = (24, 160)   # Looked at for a failure, at first and at last.


class Failure(Exception):
    """What a user must know; the message is complete."""


def rows(path):
    """Lines of a list without comments, split at blanks."""
    for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
        if line.strip() and not line.startswith('#'):
            yield f'{path}:{number}', line


def read_proofs():
    """Name to (where, parameters, sources)."""
    proofs = {}
    for place, line in rows('formal/proofs.txt'):
        fields = line.split()
        if len(fields) < 4 or fields[1] not in ('test', 'verify'):
            raise Failure(f'{place}: expected NAME test|verify PARAMETERS SOURCE...')
        name, where, params, *sources = fields
        if name in proofs:
            raise Failure(f'{place}: {name} is there twice')
        for source in sources:
            if not (ROOT / source).is_file():
                raise Failure(f'{place}: there is no {source}')
        proofs[name] = (where, {} if params == '-' else dict(p.split('=') for p in params.split(',')), sources)
    return proofs


def read_mutants(proofs):
    """Tuples (place, name, property, file, old text, new text), and (name, property) of what is assumed."""
    mutants, assumed = [], set()
    for place, line in rows('formal/mutants.txt'):
        fields = line.split()
        if len(fields) == 3 and fields[2] == 'assumed':
            assumed.add((fields[0], fields[1]))
            continue
        match = re.fullmatch(r'([\w:]+)\s+([\w.]+)\s+(\S+)\s+\|(.*[^\\])\|(.*[^\\])\|', line)
        if not match or match[1] not in proofs:
            raise Failure(f'{place}: expected NAME PROPERTY FILE |old text|new text|')
        old, new = (text.replace('\\|', '|') for text in match.groups()[3:])
        mutants.append((place, *match.groups()[:3], old, new))
    return mutants, assumed


def unbroken(proofs, results):
    """Properties of the results that nothing in formal/mutants.txt is for; invariants need none."""
    mutants, assumed = read_mutants(proofs)
    known = assumed | {(mutant[1], mutant[2]) for mutant in mutants}

    def is_known(name, prop):
        # NAME:PART has all properties of NAME too, and `u_fifo.X` is X of the proof of `fifo`.
        part = re.fullmatch(r'u_(\w+)\.(\S+)', prop)
        return bool({(name, prop), (name.partition(':')[0], prop), part and part.groups()} & known)

    return [f'{name}: {prop}' for name, found in results.items() for prop, _, _ in found
            if not prop.endswith('_I') and not is_known(name, prop)]


def run_yosys(script, seconds):
    """Output of Yosys, which may fail."""
    try:
        return subprocess.run(['yosys', '-e', '.', '-Q', '-T', '-p', script], cwd=ROOT, timeout=seconds,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except subprocess.TimeoutExpired as error:
        raise Failure(f'no answer after {seconds} s') from error


def peeks(top, memory_words):
    """Commands that connect the wires of TOP's formal file to what they name."""
    path = ROOT / 'formal' / f'{top}_formal.svh'
    commands = []
    for target, _, wire in PEEK.findall(path.read_text()) if path.is_file() else []:
        if target.endswith('[*]'):
            words = sorted(memory_words.get(target[:-3], []), reverse=True)
            if not words:
                raise Failure(f'{path.name}: {wire} peeks at {target}, which is no memory')
            value = ','.join(f'{target[:-3]}[{word}]' for word in words)
        else:
            value = target
        commands.append(f'connect -nounset -set {wire} {value}')
    return commands


def packages():
    """All packages, those that others use first, as in cmake/Rtl.cmake."""
    every = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob('rtl/**/*_pkg.sv'))
    first = ['rtl/trine_pkg.sv'] + [path for path in every if path.startswith('rtl/generated/')]
    return first + [path for path in every if path not in first]


def design(name, params, sources, replaced=None):
    """Commands up to the flat design of a proof; REPLACED maps sources to mutated copies."""
    module, _, part = name.partition(':')
    top = f'trine_{module}'
    files = ' '.join(packages() + [(replaced or {}).get(source, source) for source in sources])
    sets = ''.join(f'-set {key} {value} ' for key, value in params.items())
    head = [f'read_verilog -sv -formal -Irtl -Iformal -DFORMAL_{top.upper()} '
            + (f'-DFORMAL_{part.upper()} ' if part else '')
            + files]
    if sets:
        head.append(f'chparam {sets}{top}')
    head += [f'hierarchy -check -top {top}', 'proc', 'flatten', 'rename -top dut', 'memory_collect',
             'memory_map']
    svh = ROOT / 'formal' / f'{top}_formal.svh'
    memories = {}
    if svh.is_file() and '[*]' in svh.read_text():
        listed = run_yosys('; '.join(head + ['select -list w:*']), 300).stdout
        for path, word in re.findall(r'^dut/(\S+)\[(\d+)\]$', listed, re.M):
            memories.setdefault(path, []).append(int(word))
    return head + peeks(top, memories) + ['chformal -cover -remove', 'setattr -set keep 1 t:$assert', 'opt_clean', 'opt -fast',
                                          'async2sync', 'dffunmap', 'opt_clean']


def problem(folder, name, proof, replaced=None):
    """The properties of a proof by name, and the AIGER file of its design."""
    _, params, sources = proof
    file, names = folder / 'design.aig', folder / 'names'
    commands = design(name, params, sources, replaced)
    # Properties look one cycle back; what registers hold before the reset is no failure.
    commands += ['chformal -assert -skip 1', 'delete -output o:*', 'techmap', 'opt_clean', 'setundef -zero', 'aigmap', 'opt_clean',
                 f'tee -q -o {names} select -list t:$assert', f'write_aiger -zinit {file}']
    result = run_yosys('; '.join(commands), 600)
    if result.returncode:
        raise Failure(f'{name}: Yosys stopped\n' + '\n'.join(result.stdout.splitlines()[-5:]))
    properties = [line.split('/', 1)[1] for line in names.read_text().split()]
    design_file = aiger.Aiger(file)
    if len(properties) != len(design_file.bad) or not properties:
        raise Failure(f'{name}: {len(properties)} properties, {len(design_file.bad)} in the AIGER file')
    return properties, design_file


def run_abc(script, seconds):
    """Output of ABC."""
    try:
        return subprocess.run(['yosys-abc', '-c', script], cwd=ROOT, timeout=seconds, text=True, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    except subprocess.TimeoutExpired as error:
        raise Failure(f'ABC has no answer after {seconds} s') from error


def prove(folder, name, proof, verbose=False):
    """(property, depth, seconds) of each property; all hold."""
    properties, design_file = problem(folder, name, proof)
    file = folder / 'inductive.aig'
    design_file.write_outputs(file, inductive=True)
    found, open_ones, deepest = [], [], 0
    for index, prop in enumerate(properties):
        start = time.monotonic()
        for depth in range(1, MAX_DEPTH + 1):
            output = run_abc(f'read_aiger {file}; cone -O {index} -s; ind -F {depth}', 1200)
            if 'Networks are equivalent' in output or 'already solved' in output:
                break
        else:
            open_ones.append(prop)
            depth = None
        if verbose:
            print(f'{name}: {prop} {depth or "open"} {time.monotonic() - start:.1f} s', flush=True)
        if depth is None:
            continue
        deepest = max(deepest, depth)
        found.append((prop, depth, time.monotonic() - start))
    if open_ones:
        raise Failure(f'{name}: not proved by induction up to a depth of {MAX_DEPTH}: {", ".join(open_ones)}')
    output = run_abc(f'read_aiger {file}; orpos; bmc3 -F {deepest + 2}', 1200)
    if 'was asserted' in output or not ('No output asserted' in output or 'equivalent' in output
                                        or 'already solved' in output):
        raise Failure(f'{name}: a property fails in the first {deepest + 2} cycles\n{output}')
    return found


def check_mutant(folder, mutant, proofs):
    """Cycles from reset after which the mutant fails its property."""
    place, name, prop, source, old, new = mutant
    text = (ROOT / source).read_text()
    if text.count(old) != 1:
        raise Failure(f'{place}: {source} has the text |{old}| {text.count(old)} times, not once')
    copy = folder / pathlib.Path(source).name
    copy.write_text(text.replace(old, new))
    if source not in proofs[name][2]:
        raise Failure(f'{place}: {source} is no source of {name}')
    properties, design_file = problem(folder, name, proofs[name], {source: str(copy)})
    file = folder / 'mutant.aig'
    design_file.write_outputs(file, inductive=False)
    if prop not in properties:
        raise Failure(f'{place}: {name} has no property {prop}; it has {", ".join(properties)}')
    index = properties.index(prop)
    for cycles in MUTANT_CYCLES:
        output = run_abc(f'read_aiger {file}; cone -O {index} -s; bmc3 -F {cycles}', 600)
        match = re.search(r'asserted in frame (\d+)', output)
        if match:
            return int(match[1])
    raise Failure(f'{place}: {name}: {prop} holds for {cycles} cycles although |{old}| is |{new}|')


def write_table(path, proofs, results):
    """Replaces the table between the marks of a Markdown file."""
    lines = ['| module | parameters | property | depth | seconds |', '|---|---|---|---|---|']
    for name, found in results.items():
        params = ', '.join(f'{key} {value}' for key, value in proofs[name][1].items()) or '-'
        for index, (prop, depth, seconds) in enumerate(sorted(found)):
            lines.append(f"| {f'`trine_{name.partition(chr(58))[0]}`' if index == 0 else ''} | {params if index == 0 else ''} "
                         f'| `{prop}` | {depth} | {seconds:.1f} |')
    text = path.read_text()
    begin, end = '<!-- proofs -->\n', '<!-- end of proofs -->'
    if text.count(begin) != 1 or text.count(end) != 1:
        raise Failure(f'{path}: expected the lines {begin.strip()} and {end} once')
    head, rest = text.split(begin)
    path.write_text(head + begin + '\n'.join(lines) + '\n' + end + rest.split(end)[1])


def main():
    """Runs what the command line asks for; the number of failures is the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*')
    parser.add_argument('--mutants', action='store_true')
    parser.add_argument('--table', type=pathlib.Path)
    parser.add_argument('--verbose', action='store_true', help='a line for each property')
    args = parser.parse_args()
    proofs = read_proofs()
    unknown = [name for name in args.names if name not in proofs]
    if unknown:
        raise Failure(f'no proof {unknown[0]}; there are {", ".join(proofs)}')
    chosen = args.names or list(proofs)
    failures, results = 0, {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        if args.mutants:
            mutants = [mutant for mutant in read_mutants(proofs)[0] if mutant[1] in chosen]
            for mutant in mutants:
                try:
                    frame = check_mutant(folder, mutant, proofs)
                    print(f'{mutant[1]}: {mutant[2]} fails in cycle {frame} with |{mutant[5]}|', flush=True)
                except Failure as failure:
                    failures += 1
                    print(failure, flush=True)
            print(f'{len(mutants) - failures} of {len(mutants)} mutants fail the property they should')
        else:
            for name in chosen:
                start = time.monotonic()
                try:
                    results[name] = prove(folder, name, proofs[name], args.verbose)
                    print(f'{name}: {len(results[name])} properties proved, depth up to '
                          f'{max(depth for _, depth, _ in results[name])}, '
                          f'{time.monotonic() - start:.1f} s', flush=True)
                except Failure as failure:
                    failures += 1
                    print(failure, flush=True)
        for missing in unbroken(proofs, results):
            failures += 1
            print(f'{missing} has no line in formal/mutants.txt')
    if args.table and not failures:
        write_table(args.table, proofs, results)
    return 1 if failures else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f'prove.py: {failure}')
