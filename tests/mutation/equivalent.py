# SPDX-License-Identifier: Apache-2.0
"""Proves of faults that no test found that they change nothing that leaves their module.

Such a fault sits in bits that nobody reads or that are constant.  Two copies of the module, one with the fault, get
the same inputs; ABC proves that their outputs never differ, from a state of zeros on and whatever the inputs are.
"""
import pathlib
import subprocess
import tempfile


def is_equivalent(faults, number, seconds=60):
    """True if fault NUMBER of the list FAULTS, which mutants.py wrote beside its design, is proved to change nothing."""
    design = faults.with_suffix('.il')
    line = next(line for line in faults.read_text().splitlines() if f'-ctrl trine_mutant 16 {number} ' in line)
    module = line.split('-module ')[1].split()[0]
    with tempfile.TemporaryDirectory() as temporary:
        file = pathlib.Path(temporary) / 'miter.aig'
        commands = [f'read_rtlil {design}', line.replace(f'-ctrl trine_mutant 16 {number} ', ''), f'rename {module} gate',
                    f'read_rtlil {design}', f'rename {module} gold', 'miter -equiv -flatten -make_outputs gold gate miter',
                    'delete gold gate', 'hierarchy -top miter', 'proc', 'opt_clean', 'delete -output miter/o:gold_*',
                    'delete -output miter/o:gate_*', 'memory_map', 'setundef -undriven -init -zero', 'async2sync', 'opt -fast', 'dffunmap', 'techmap',
                    'opt_clean', 'setundef -zero', 'aigmap', f'write_aiger -zinit {file}']
        try:
            built = subprocess.run(['yosys', '-q', '-e', '.', '-p', '; '.join(commands)], timeout=seconds, check=False,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if built.returncode:
                raise RuntimeError(f'{faults.name}: fault {number}: Yosys stopped: {built.stdout.strip()}')
            proved = subprocess.run(['yosys-abc', '-c', f'read_aiger {file}; scleanup; strash; scorr; print_stats; pdr'],
                                    timeout=seconds, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    text=True).stdout
        except subprocess.TimeoutExpired:
            return False
    return 'Property proved' in proved or 'Networks are equivalent' in proved or 'already solved' in proved
