#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes faults in the golden model and its machine and says which ones their unit tests do not find.

  golden.py BUILD [--count N] [--seed N] [--jobs N] [--longest SECONDS] [--until SECONDS] [--files REGEX] [--tests REGEX]

The seed draws N faults (golden_mutate.py) over the sources of golden/ and machine/, no two in a line; a change of one
source leaves those of the others in the draw.  BUILD/source is a
copy with all of them, BUILD its build; the environment's TRINE_MUTANT turns one on.  A first run of each test says
which faults it reaches and how long it takes; then each fault meets the tests that reach it, the fastest first, until
one fails, stops or takes ten times as long.  BUILD/log.jsonl keeps what was found, so an interrupted run goes on; what
survived without an explanation is tried again.
With --longest, tests that take longer are left out; faults that no other test reaches, and those that --until left no
time for, are untried and count for nothing.  --files leaves of the faults those in files that match, --tests runs the
tests that match alone.
A fault that the compiler refuses is replaced by another.  golden_survivors.txt explains survivors that no test can
find.  The exit status is 1 when fewer than 97 of 100 were found, those explained aside.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import golden_mutate

LEAST_PERCENT = 97
ROOT = pathlib.Path(__file__).resolve().parents[2]
TEST_FOLDERS = ('golden', 'machine')
# The cost model is no part of golden; gen_math only prints tables; these are read once for each kind of processor.
NOT_MUTATED = re.compile(r'cost_model|gen_math|_device\.cpp|simd')
SWITCH = '''// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdio>
#include <cstdlib>
namespace trine_mutant {
inline unsigned char reached[1 << 16];
inline const int number = [] {
  const char* text = std::getenv("TRINE_MUTANT");
  return text == nullptr ? 0 : std::atoi(text);
}();
inline bool at(int mutant) {
  reached[mutant] = 1;
  return mutant == number;
}
/// Writes the numbers of all faults that were reached, when a program that looks for them ends.
struct Survey {
  ~Survey() {
    const char* file = std::getenv("TRINE_MUTANTS_REACHED");
    std::FILE* out = file == nullptr ? nullptr : std::fopen(file, "w");
    if (out == nullptr) return;
    for (int i = 1; i < 1 << 16; ++i)
      if (reached[i] != 0) std::fprintf(out, "%d\\n", i);
    std::fclose(out);
  }
};
inline const Survey survey;
}  // namespace trine_mutant
'''


def sources():
    """Names of the files that get faults, in order."""
    files = [path.relative_to(ROOT) for folder in ('golden', 'machine') for path in (ROOT / folder).rglob('*.cpp')]
    return sorted(str(file) for file in files if not NOT_MUTATED.search(str(file)))


def draw(count, seed, refused, files=''):
    """`count` faults, no two in a line, without those that the compiler refused; of them those in files that match."""
    faults = []
    for file in sources():
        faults += golden_mutate.mutants_of(file, (ROOT / file).read_text())
    # By digests of what a fault is, not of where its line stands.
    faults.sort(key=lambda fault: hashlib.sha256(f'{seed} {fault.name}'.encode()).digest())
    lines, chosen = set(), []
    for fault in faults:
        if (fault.file, fault.line) in lines or fault.name in refused:
            continue
        lines.add((fault.file, fault.line))
        chosen.append(fault)
        if len(chosen) == count:
            return [fault for fault in chosen if re.search(files, fault.file)]
    sys.exit(f'golden.py: the sources have {len(chosen)} faults, not {count}')


def write_if_new(path, text):
    """Leaves a file alone that says the same, so that nothing is compiled for it."""
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def write_tree(tree, chosen):
    """The project with all faults: links to what has none."""
    tree.mkdir(parents=True, exist_ok=True)
    for entry in ROOT.iterdir():
        if entry.name not in ('golden', 'machine') and not entry.name.startswith(('build', '.git')):
            link = tree / entry.name
            if not link.exists():
                link.symlink_to(entry)
    for folder in ('golden', 'machine'):
        for path in (ROOT / folder).rglob('*'):
            if path.is_file():
                write_if_new(tree / path.relative_to(ROOT), path.read_text())
    write_if_new(tree / 'golden' / 'mutants.h', SWITCH)
    for file in {fault.file for fault in chosen}:
        lines = (ROOT / file).read_text().split('\n')
        for number, fault in enumerate(chosen, 1):
            if fault.file == file:
                lines[fault.line] = fault.frame.replace('{at}', f'trine_mutant::at({number})')
        first = next(i for i, line in enumerate(lines) if line.startswith('#include'))
        lines[first] = '#include "golden/mutants.h"  ' + '\n' + f'#line {first + 1}\n' + lines[first]
        write_if_new(tree / file, '\n'.join(lines))


def run(command, **options):
    """Output of a command, with its exit status."""
    result = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    return result.returncode, result.stdout


def configure(build):
    """The build of the copy, with little optimization, without warnings, with checks of every index into a container."""
    if (build / 'build.ninja').is_file():
        return
    options = ['-DCMAKE_BUILD_TYPE=None', '-DCMAKE_CXX_FLAGS=-O1 -w -D_GLIBCXX_ASSERTIONS', '-DCMAKE_UNITY_BUILD=ON',
               '-DCMAKE_UNITY_BUILD_BATCH_SIZE=16']
    options += [f'-DTRINE_{part}=OFF' for part in ('SIM', 'SYSTEMC', 'PYTHON', 'BENCH', 'INSTALL')]
    code, text = run(['cmake', '-G', 'Ninja', '-S', build / 'source', '-B', build, *options])
    if code:
        sys.exit(f'golden.py: {text}')


def unit_tests(build):
    """Programs of the tests of golden and machine, which have the names of these."""
    programs = set()
    for folder in TEST_FOLDERS:
        _, text = run(['ctest', '--test-dir', build / 'tests' / folder, '--show-only=json-v1'])
        for test in json.loads(text)['tests']:
            programs.add(test['name'])
    return sorted(name for name in programs if name != 'cost_model_test')


def build_all(build, args):
    """Faults that compile, and the programs of the tests."""
    refused_file = build / 'refused.jsonl'
    refused = set()
    if refused_file.is_file():
        refused = set(map(json.loads, refused_file.read_text().splitlines()))
    while True:
        chosen = draw(args.count, args.seed, refused, args.files)
        write_tree(build / 'source', chosen)
        configure(build)
        programs = [name for name in unit_tests(build) if re.search(args.tests, name)]
        code, text = run(['ninja', '-C', build, '-k', '0', f'-j{args.jobs}', *programs])
        if code == 0:
            return chosen, programs
        bad = {(match[1], int(match[2]) - 1)
               for match in re.finditer(r'source/((?:golden|machine)/\S+?):(\d+):\d+: error', text)}
        # A declaration that became a statement is missed further down: the fault in front of the line.
        new = set()
        for file, line in bad:
            before = [fault for fault in chosen if fault.file == file and fault.line <= line]
            new.update(sorted(before, key=lambda fault: fault.line)[-1:])
        if not new:
            sys.exit(f'golden.py: the build fails, and no fault is to blame:\n{text[-3000:]}')
        print(f'{len(new)} faults do not compile; others take their place', flush=True)
        with refused_file.open('a') as out:
            for fault in new:
                refused.add(fault.name)
                out.write(json.dumps(fault.name) + '\n')


def survey_of(build, program, longest):
    """Seconds of a test, and the faults that it reaches, kept until the program changes; None when it takes too long."""
    digest = hashlib.sha256((build / 'bin' / program).read_bytes()).hexdigest()
    kept = build / 'survey' / f'{program}.json'
    if kept.is_file():
        entry = json.loads(kept.read_text())
        if entry['program'] == digest:
            return entry['seconds'], set(entry['reached'])
    file = build / 'survey' / f'{program}.txt'
    start = time.monotonic()
    try:
        code, text = run([build / 'bin' / program], env={**os.environ, 'TRINE_MUTANTS_REACHED': str(file)}, timeout=longest)
    except subprocess.TimeoutExpired:
        return None
    if code:
        sys.exit(f'golden.py: {program} fails without a fault:\n{text[-2000:]}')
    seconds = time.monotonic() - start
    # A program without a source that has faults writes nothing.
    reached = {int(number) for number in file.read_text().split()} if file.is_file() else set()
    kept.with_suffix('.new').write_text(json.dumps({'program': digest, 'seconds': seconds, 'reached': sorted(reached)}))
    os.replace(kept.with_suffix('.new'), kept)
    return seconds, reached


def survey(build, programs, jobs, longest):
    """Seconds of each test that takes no longer, and the faults that it reaches."""
    (build / 'survey').mkdir(exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        found = dict(zip(programs, pool.map(lambda program: survey_of(build, program, longest), programs)))
    found = {name: result for name, result in found.items() if result is not None}
    return {name: result[0] for name, result in found.items()}, {name: result[1] for name, result in found.items()}


def attempt(build, number, tests, seconds):
    """The test that finds a fault, with how; None when none does."""
    for test in sorted(tests, key=lambda name: seconds[name]):
        try:
            code = subprocess.run([build / 'bin' / test, '--abort-after=1'], check=False,
                                  env={**os.environ, 'TRINE_MUTANT': str(number)}, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=10 * seconds[test] + 10).returncode
        except subprocess.TimeoutExpired:
            return [test, 'hung']
        if code:
            return [test, 'failed' if code > 0 else 'crashed']
    return None


def explained_survivors():
    """(file, what) of the survivors that golden_survivors.txt explains."""
    rows = set()
    path = pathlib.Path(__file__).with_name('golden_survivors.txt')
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith('#'):
            parts = [part.strip() for part in line.split(' @ ')]
            if len(parts) != 3 or not parts[2]:
                sys.exit(f'golden.py: {path}: expected FILE @ OLD => NEW @ REASON, found {line}')
            rows.add((parts[0], parts[1]))
    return rows


def main():
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--count', type=int, default=240)
    parser.add_argument('--seed', type=int, default=2)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--longest', type=float)
    parser.add_argument('--until', type=float)
    parser.add_argument('--files', default='')
    parser.add_argument('--tests', default='')
    args = parser.parse_args()
    build = args.build.resolve()
    build.mkdir(parents=True, exist_ok=True)
    chosen, programs = build_all(build, args)
    seconds, reached = survey(build, programs, args.jobs, args.longest)
    left_out = sorted(set(programs) - set(reached))
    programs = sorted(reached)
    end = time.monotonic() + args.until if args.until else None
    log = build / 'log.jsonl'
    done = {}
    if log.is_file():
        for line in log.read_text().splitlines():
            entry = json.loads(line)
            done[entry['fault']] = entry['found']
    explained = explained_survivors()
    for fault in chosen:
        if fault.name in done and not done[fault.name] and (fault.file, fault.what) not in explained:
            del done[fault.name]
    counts, survivors = {}, []
    tests = [sorted(name for name in programs if number in reached[name]) for number in range(1, len(chosen) + 1)]
    keys = [fault.name for fault in chosen]
    lock = threading.Lock()

    def find(i):
        if keys[i] in done or (left_out and not tests[i]) or (end is not None and time.monotonic() > end):
            return
        found = attempt(build, i + 1, tests[i], seconds)
        with lock:
            done[keys[i]] = found
            out.write(json.dumps({'fault': keys[i], 'found': found}) + '\n')
            out.flush()
            if sys.stdout.isatty():
                print(f'\r{sum(key in done for key in keys)} of {len(chosen)}', end='', flush=True)

    with log.open('a') as out, concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(find, range(len(chosen))))
    untried = 0
    for i, fault in enumerate(chosen):
        if keys[i] not in done:
            untried += 1
            continue
        row = counts.setdefault(fault.kind, [0, 0, 0])
        row[0] += 1
        if done[keys[i]]:
            row[1] += 1
        elif (fault.file, fault.what) in explained:
            row[2] += 1
        else:
            survivors.append(f'{fault.file}:{fault.line + 1} [{fault.kind}] {fault.what}'
                             + ('' if tests[i] else ' (no test comes here)'))
    print('\nkind          faults  found  explained  survive')
    rows = sorted(counts.items()) + [('all', [sum(row[i] for row in counts.values()) for i in range(3)])]
    for kind, (faults, found, known) in rows:
        print(f'{kind:12}{faults:8}{found:7}{known:11}{faults - found - known:9}')
    if untried:
        print(f'{untried} of {len(chosen)} faults untried; tests left out: {", ".join(left_out) or "none"}')
    for survivor in survivors:
        print(survivor)
    faults, found, known = rows[-1][1]
    return 0 if 100 * (found + known) >= LEAST_PERCENT * faults else 1


if __name__ == '__main__':
    sys.exit(main())
