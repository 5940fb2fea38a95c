# SPDX-License-Identifier: Apache-2.0
"""Faults of C++ sources, by text: what a line says otherwise, beside what it says, by a number.

A fault changes an operator, a comparison, a constant or the order of operands, or drops a statement.  The line keeps both,
and `trine_mutant::at(N)` says which holds, so that one build has all faults.  Only whole statements on one line
are changed, no text in quotes and nothing that must be constant when it is compiled.
"""
import collections
import dataclasses
import re

SWAPS = [(' < ', ' <= '), (' <= ', ' < '), (' > ', ' >= '), (' >= ', ' > '), (' == ', ' != '), (' != ', ' == '),
         (' + ', ' - '), (' - ', ' + '), (' * ', ' + '), (' / ', ' * '), (' % ', ' / '), (' << ', ' >> '),
         (' >> ', ' << '), (' & ', ' | '), (' | ', ' & '), (' ^ ', ' & '), (' && ', ' || '), (' || ', ' && '),
         (' += ', ' -= '), (' -= ', ' += '), ('++', '--'), ('std::min(', 'std::max('), ('std::max(', 'std::min('),
         ('true', 'false'), ('false', 'true'), ('begin()', 'end()')]
NAME = r'[A-Za-z_][\w.\[\]>-]*'


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One fault: line `line` (from 0) of `file` becomes `text`, told apart by `what`."""
    file: str
    line: int
    kind: str
    what: str    # "old => new", without the space around.
    frame: str   # The line with {at} for the condition.
    name: str    # Tells it from all others, wherever the line stands: file, "old => new", which such fault of the file.


def balanced(text):
    """Whether brackets close in their order."""
    stack = []
    pairs = {')': '(', ']': '[', '}': '{'}
    for char in text:
        if char in '([{':
            stack.append(char)
        elif char in pairs:
            if not stack or stack.pop() != pairs[char]:
                return False
    return not stack


def changes(text):
    """(kind, changed text) of an expression or statement, in the order of their places."""
    found = []
    for old, new in SWAPS:
        kind = 'comparison' if old.strip() in ('<', '<=', '>', '>=', '==', '!=') else 'operator'
        for match in re.finditer(re.escape(old), text):
            if old in ('true', 'false') and not re.fullmatch(r'\W?' + old + r'\W?', text[max(0, match.start() - 1):
                                                                                         match.end() + 1]):
                continue
            found.append((match.start(), kind, text[:match.start()] + new + text[match.end():]))
    for match in re.finditer(r'(?<![\w.])(\d+)(?=(?:u|ull|U)?\b(?![\w.]))', text):
        found.append((match.start(), 'constant', text[:match.start()] + str(int(match[1]) + 1) + text[match.end():]))
    for match in re.finditer(r'(?<![\w.])(\d+\.\d+)', text):
        found.append((match.start(), 'constant', text[:match.start()] + str(float(match[1]) + 1) + text[match.end():]))
    for match in re.finditer(rf'({NAME}) (-|/|<<|%) ({NAME})(?![\w(])', text):
        found.append((match.start(), 'operands',
                      f'{text[:match.start()]}{match[3]} {match[2]} {match[1]}{text[match.end():]}'))
    for match in re.finditer(r'!(?=[\w(])', text):
        found.append((match.start(), 'operator', text[:match.start()] + text[match.end():]))
    return [(kind, changed) for _, kind, changed in sorted(found)]


def frames(line):
    """(prefix, part that may change, frame of both) of a line, whatever can be told apart in it."""
    indent = line[:len(line) - len(line.lstrip())]
    body = line.strip()
    if '"' in body or "'" in body or '//' in body or 'constexpr' in body or not balanced(body.replace('{', '')
                                                                                     .replace('}', '')):
        return None
    match = re.fullmatch(r'return (.+);', body)
    if match:
        return match[1], lambda new: f'{indent}{{ if ({{at}}) return {new}; return {match[1]}; }}'
    match = re.fullmatch(r'(\} else if|if|while) \(([^;]+)\)( \{| continue;| break;|)', body)
    if match and balanced(match[2]) and not re.match(r'(const )?auto\b|constexpr', match[2]) and ' = ' not in match[2]:
        return match[2], lambda new: f'{indent}{match[1]} ({{at}} ? bool({new}) : bool({match[2]})){match[3]}'
    match = re.fullmatch(r'for \(([^;]+); ([^;]+); ([^;]+)\)( \{|)', body)
    if match and balanced(match[2]):
        return match[2], lambda new: f'{indent}for ({match[1]}; {{at}} ? bool({new}) : bool({match[2]}); {match[3]}){match[4]}'
    match = re.fullmatch(r'((?:const |static )*[\w:]+(?:<[\w:, <>]+>)?[&*]? \w+) = ([^{}]+);', body)
    if match and not re.match(r'(return|using|auto&|const auto&|auto\*)', body) and '&' not in match[1] \
            and ' = ' not in match[2]:
        return match[2], lambda new: f'{indent}{match[1]} = {{at}} ? ({new}) : ({match[2]});'
    match = re.fullmatch(r'[\w.\[\]>()+*-][^;{}]*;', body)
    if match and (re.match(r'(\+\+|--)?[\w.\[\]>()* +-]+( [-+*/|&^%]?= |\+\+;|--;|\(.*\);$)', body) or
                  re.match(r'(\+\+|--)[\w.\[\]]+;', body)) and not re.match(r'(throw|using|case|default|static_assert)\b', body) \
            and not re.match(r'(?:const |static )*[\w:<>]+[&*]? \w+[;({]', body):
        return body, lambda new: f'{indent}{{ if ({{at}}) {{ {new} }} else {{ {body} }} }}'
    return None


def mutants_of(file, text):
    """Every fault that a file can have."""
    all_mutants = []
    times = collections.Counter()

    def add(number, kind, what, changed):
        times[what] += 1
        all_mutants.append(Mutant(file, number, kind, what, changed, f'{file} @ {what} @ {times[what]}'))

    for number, line in enumerate(text.split('\n')):
        framed = frames(line)
        if framed is None:
            continue
        old, frame = framed
        for kind, new in changes(old):
            if new != old:
                add(number, kind, f'{old} => {new}', frame(new))
        if old.endswith(';'):
            add(number, 'dropped', f'{old} => nothing', frame(';'))
    return all_mutants
