# SPDX-License-Identifier: Apache-2.0
"""Properties of an AIGER file as outputs that ABC can prove or break one by one.

Yosys writes bad states and constraints (AIGER 1.9); the output made of a property here is 1 where the
property fails in this cycle, the constraints have held up to it and, with INDUCTIVE, no property failed
before.  Such an output is never 1 if and only if the property always holds.
"""


class Aiger:
    """A binary AIGER file: counts, latches, bad states, constraints and gates."""

    def __init__(self, path):
        data = path.read_bytes()
        end = data.index(b'\n')
        head = [int(field) for field in data[:end].split()[1:]]
        head += [0] * (9 - len(head))
        _, self.inputs, latches, outputs, gates, bad, constraints, justice, fairness = head
        if not data.startswith(b'aig ') or outputs or justice or fairness:
            raise ValueError(f'{path}: expected a binary AIGER file with bad states and constraints only')
        lines = data[end + 1:].split(b'\n', latches + bad + constraints)
        self.latches = [[int(field) for field in line.split()] for line in lines[:latches]]
        self.bad = [int(line) for line in lines[latches:latches + bad]]
        self.constraints = [int(line) for line in lines[latches + bad:-1]]
        self.gates = []
        rest, at, left = lines[-1], 0, 2 * (1 + self.inputs + latches)
        for _ in range(gates):
            deltas = []
            for _ in range(2):
                value = shift = 0
                while True:
                    byte = rest[at]
                    at += 1
                    value |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
                deltas.append(value)
            self.gates.append((left - deltas[0], left - deltas[0] - deltas[1]))
            left += 2

    def write_outputs(self, path, inductive):
        """Writes the properties as outputs, in the order of the bad states."""
        first_gate = 2 * (1 + self.inputs + len(self.latches))
        failed = first_gate                   # One latch more, so gates move by one variable.

        def move(literal):
            return literal + 2 if literal >= first_gate else literal

        gates = [(move(a), move(b)) for a, b in self.gates]

        def conjunction(a, b):
            gates.append((max(a, b), min(a, b)))
            return first_gate + 2 * len(gates)

        def all_of(literals):
            value = 1
            for literal in literals:
                value = conjunction(value, literal)
            return value

        good = all_of([failed ^ 1] + [move(literal) for literal in self.constraints])
        bad = [move(literal) for literal in self.bad]
        outputs = [conjunction(good, literal) for literal in bad]
        stays = all_of([good] + ([literal ^ 1 for literal in bad] if inductive else []))
        latches = [[move(latch[0])] + latch[1:] for latch in self.latches] + [[stays ^ 1]]
        variables = self.inputs + len(latches) + len(gates)
        with path.open('wb') as file:
            file.write(f'aig {variables} {self.inputs} {len(latches)} {len(outputs)} {len(gates)}\n'.encode())
            for latch in latches:
                file.write((' '.join(map(str, latch)) + '\n').encode())
            for literal in outputs:
                file.write(f'{literal}\n'.encode())
            left = first_gate + 2
            for a, b in gates:
                for delta in (left - a, a - b):
                    while delta > 127:
                        file.write(bytes([delta & 127 | 128]))
                        delta >>= 7
                    file.write(bytes([delta]))
                left += 2
