#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs fuzz targets with libFuzzer until each took a given processor time, over several calls when need be.

  run.py BUILD [TARGET...] [--seconds N] [--slice N] [--until N]

BUILD is a build with TRINE_FUZZ.  Targets take turns of --slice seconds.  BUILD/fuzz.jsonl keeps what each turn did:
target, commit, digest of the program's code, processor seconds, runs, whether something was found.  Only turns of the code
as it is now count towards --seconds, so a run that was interrupted goes on, also when comments changed, and one of
another program starts over.  Inputs that reach something new are kept in BUILD/found/TARGET, findings in BUILD/findings.
--until ends the whole call after that many seconds.  Prints a table; the exit status is 1 when something was found or a
target did not get its time.
"""
import argparse
import datetime
import hashlib
import json
import math
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / 'tests' / 'fuzz' / 'corpus'
# A wall clock watches inputs: one that takes moments may wait for minutes on a machine that is busy.
PER_INPUT_SECONDS, MEMORY_MB = 300, 4096
# Targets write each input to a file and would wait for a disk a third of their time.
INPUTS = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None


def commit():
    """What is checked out, with a + when files of it were changed."""
    def git(*arguments):
        return subprocess.run(['git', *arguments], cwd=ROOT, text=True, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout.strip()
    return git('rev-parse', '--short', 'HEAD') + ('+' if git('status', '--porcelain', '-uno') else '')


def processor_seconds():
    """Of the programs that this one ran."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def code_digest(*files):
    """Of instructions and constants; places in sources, which debuggers and sanitizers tell, are left out."""
    digest = hashlib.sha256()
    for file in files:
        with tempfile.NamedTemporaryFile() as code:
            subprocess.run(['objcopy', '-O', 'binary', '-j', '.text', '-j', '.rodata', file, code.name], check=True)
            digest.update(pathlib.Path(code.name).read_bytes())
    return digest.hexdigest()[:16]


class Target:
    """A program of libFuzzer and what it did so far."""

    def __init__(self, build, name, log):
        self.build, self.name, self.log = build, name, log
        self.program = build / 'bin' / f'fuzz_{name}'
        if not self.program.is_file():
            sys.exit(f'run.py: there is no {self.program}')
        # Of the simulated core too.
        cores = sorted((build / 'lib' / 'trine').glob('*.so')) if name == 'commands' else []
        self.digest = code_digest(self.program, *cores)
        lines = log.read_text().splitlines() if log.is_file() else []
        entries = [entry for entry in map(json.loads, lines) if entry['target'] == name]
        self.before = sum(entry['seconds'] for entry in entries if entry['program'] != self.digest)
        self.turns = [entry for entry in entries if entry['program'] == self.digest]

    def sum_of(self, key):
        """Of all turns of this program."""
        return sum(turn[key] for turn in self.turns)

    def run(self, seconds):
        """One turn; its output goes to BUILD/fuzz_TARGET.log."""
        found, findings = self.build / 'found' / self.name, self.build / 'findings'
        found.mkdir(parents=True, exist_ok=True)
        findings.mkdir(exist_ok=True)
        command = [self.program, f'-max_total_time={seconds}', f'-timeout={PER_INPUT_SECONDS}',
                   f'-rss_limit_mb={MEMORY_MB}', '-print_final_stats=1', f'-artifact_prefix={findings}/{self.name}-',
                   found, CORPUS / self.name]
        log = self.build / f'fuzz_{self.name}.log'
        start = processor_seconds()
        with log.open('w') as out, tempfile.TemporaryDirectory(prefix='trine-fuzz-', dir=INPUTS) as inputs:
            code = subprocess.run(command, check=False, stdout=out, stderr=out,
                                  env={**os.environ, 'TMPDIR': inputs}).returncode
        text = log.read_text(errors='replace')
        runs = re.search(r'number_of_executed_units: (\d+)', text)
        turn = {'target': self.name, 'commit': commit(), 'program': self.digest,
                'date': datetime.date.today().isoformat(), 'seconds': round(processor_seconds() - start, 1),
                'runs': int(runs[1]) if runs else 0, 'found': int(code != 0)}
        self.turns.append(turn)
        with self.log.open('a') as out:
            out.write(json.dumps(turn) + '\n')
        if code:
            print(f'{self.name}: a finding, see {log} and {findings}', flush=True)


def main():
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('targets', nargs='*')
    parser.add_argument('--seconds', type=int, default=3600)
    parser.add_argument('--slice', type=int, default=300)
    parser.add_argument('--until', type=float, default=float('inf'))
    args = parser.parse_args()
    build = args.build.resolve()
    names = args.targets or sorted(path.name for path in CORPUS.iterdir())
    targets = [Target(build, name, build / 'fuzz.jsonl') for name in names]
    end = time.monotonic() + args.until
    # One that found something has to be mended first.
    while waiting := [one for one in targets if one.sum_of('seconds') < args.seconds and not one.sum_of('found')]:
        target = min(waiting, key=lambda one: one.sum_of('seconds'))
        left = min(args.slice, end - time.monotonic())
        if left < 1:
            break
        target.run(int(min(left, math.ceil(args.seconds - target.sum_of('seconds')))))
        if sys.stdout.isatty():
            print(f'{target.name}: {target.sum_of("seconds"):.0f} of {args.seconds} s', flush=True)
    print('target       seconds        runs  findings  (seconds of other programs)')
    for one in targets:
        print(f'{one.name:12}{one.sum_of("seconds"):8.0f}{one.sum_of("runs"):12}{one.sum_of("found"):10}  ({one.before:.0f})')
    done = all(one.sum_of('seconds') >= args.seconds and not one.sum_of('found') for one in targets)
    return 0 if done else 1


if __name__ == '__main__':
    os.environ.setdefault('UBSAN_OPTIONS', 'print_stacktrace=1')
    sys.exit(main())
