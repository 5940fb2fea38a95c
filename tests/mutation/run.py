#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the unit test of RTL modules on each of their faults and says which faults no test found.

  run.py BUILD [TEST...]

BUILD was configured with -DTRINE_MUTANTS=COUNT, which makes m_TEST and the list of its faults (mutants.py).  A
fault is found when the test fails, stops or takes ten times as long as without.  BUILD/mutants/log.jsonl keeps
what was tried, so an interrupted run goes on where it was; a changed test or module is tried anew.  Survivors that
survivors.txt explains, by test and what `mutate` says of them, and faults that are proved to change nothing
(equivalent.py) are counted apart.  The exit status is 1 when a test fails without a fault or fewer than 97 of 100 of the other
faults were found.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

from equivalent import is_equivalent

LEAST_PERCENT = 97
LEAST_SECONDS = 10


def attempt(program, number, seconds):
    """'passed', 'failed' or 'hung', and the time that it took."""
    start = time.monotonic()
    try:
        code = subprocess.run([program, '--abort-after=1'], env={**os.environ, 'TRINE_MUTANT': str(number)},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds,
                              check=False).returncode
    except subprocess.TimeoutExpired:
        return 'hung', time.monotonic() - start
    return ('passed' if code == 0 else 'failed'), time.monotonic() - start


def describe(line):
    """What a line of the list says about its fault: kind, port, wire and where the wire's cell was written."""
    fields = dict(re.findall(r'-(mode|wire|wirebit|port|portbit|ctrlbit) (\S+)', line))
    places = re.findall(r'-src (\S+?):(\d+)\.', line)
    place = f'{places[-1][0]}:{places[-1][1]}' if places else 'no place'
    wire = f"{fields['wire']}[{fields['wirebit']}]" if 'wire' in fields else f"{fields['port']}[{fields['portbit']}]"
    return f"{fields['mode']} {fields['port']} {wire}, {place}"


def read_log(path):
    """Results of earlier runs by (digest of the program, fault)."""
    results = {}
    if path.is_file():
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            results[entry['program'], entry['fault']] = entry['result']
    return results


def read_survivors():
    """(test, description) of the survivors that are explained."""
    path = pathlib.Path(__file__).with_name('survivors.txt')
    rows = [line.split('|') for line in path.read_text().splitlines() if line.strip() and not line.startswith('#')]
    for row in rows:
        if len(row) != 3 or not row[2].strip():
            sys.exit(f'run.py: {path}: expected TEST|FAULT|REASON, found {"|".join(row)}')
    return {(row[0].strip(), row[1].strip()) for row in rows}


def row(name, counts):
    """A line of the summary; what is not found, without change or explained survives."""
    faults, found, same, explained = counts
    return f'{name:26}{faults:8}{found:7}{same:11}{explained:11}{faults - found - same - explained:9}'


def main():
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('tests', nargs='*')
    args = parser.parse_args()
    folder = args.build / 'mutants'
    tests = args.tests or sorted(path.name[2:] for path in (args.build / 'bin').glob('m_*'))
    if not tests:
        sys.exit(f'run.py: {args.build}/bin has no m_*; configure with -DTRINE_MUTANTS=COUNT and build mutants')
    done, explained = read_log(folder / 'log.jsonl'), read_survivors()
    failed, survivors, totals = 0, [], [0, 0, 0, 0]
    print('test                        faults  found  no change  explained  survive')
    with (folder / 'log.jsonl').open('a') as log:
        for test in tests:
            program = args.build / 'bin' / f'm_{test}'
            result, seconds = attempt(program, 0, 600)
            if result != 'passed':
                print(f'{test}: fails without a fault ({result})')
                failed += 1
                continue
            digest = hashlib.sha256(program.read_bytes()).hexdigest()
            counts = [0, 0, 0, 0]
            for number, line in enumerate((folder / f'{test}.list').read_text().splitlines(), 1):
                fault = describe(line)
                if (digest, line) not in done:
                    done[digest, line], _ = attempt(program, number, max(LEAST_SECONDS, 10 * seconds))
                    if (done[digest, line] == 'passed' and (test, fault) not in explained
                            and is_equivalent(folder / f'{test}.list', number)):
                        done[digest, line] = 'equivalent'
                    log.write(json.dumps({'test': test, 'program': digest, 'fault': line,
                                          'result': done[digest, line]}) + '\n')
                    log.flush()
                counts[0] += 1
                if done[digest, line] == 'equivalent':
                    counts[2] += 1
                elif done[digest, line] != 'passed':
                    counts[1] += 1
                elif (test, fault) in explained:
                    counts[3] += 1
                else:
                    survivors.append(f'{test}: {number} {fault}')
            totals = [a + b for a, b in zip(totals, counts)]
            print(row(test, counts), flush=True)
    print(row('all', totals))
    for survivor in survivors:
        print(survivor)
    enough = 100 * totals[1] >= LEAST_PERCENT * (totals[0] - totals[2] - totals[3])
    return 0 if enough and not failed else 1


if __name__ == '__main__':
    sys.exit(main())
