"""Small wrong variants of a solution, derived from its text: each is one mistake that the exercise's checks must notice."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from streamlings.dev.mutants import conditions, python, schema, sql_conditions, sql_queries, sql_tables, streams, values
from streamlings.dev.mutants.source import Edit, Source
from streamlings.dev.mutants.sql_text import statements


def derive(text: str) -> list[Mutant]:
    """All mutants of a program, in the order of its lines. Raises SyntaxError where it is none.

    No two have the same text, none the program's own, and none fails to parse as Python.
    """
    source = Source(text)
    seen = {text}
    changes: list[tuple[int, int, str, str]] = []
    for number, (operator, edit) in enumerate(_edits(source)):
        changed = edit.apply(text)
        if changed not in seen and _parses(changed):
            seen.add(changed)
            changes.append((edit.start, number, operator, changed))
    found, times = [], Counter[str]()
    for _start, _number, operator, changed in sorted(changes):
        line, removed, put = _changed_lines(text, changed)
        identity = "\n".join([*(f"-{t.strip()}" for t in removed if t.strip()), *(f"+{t.strip()}" for t in put if t.strip())])
        times[identity] += 1
        if times[identity] > 1:
            identity += f"\n({times[identity]})"
        found.append(Mutant(operator, changed, line, identity, _diff(line, removed, put)))
    return found


def _edits(source: Source) -> Iterator[tuple[str, Edit]]:
    """Every edit with its operator's name in words."""
    for operator in [*python.OPERATORS, *conditions.OPERATORS, *streams.OPERATORS, *values.OPERATORS, *schema.OPERATORS]:
        yield from ((operator.__name__.replace("_", " "), edit) for edit in operator(source))
    for sql in statements(source):
        for of_sql in [*sql_tables.OPERATORS, *sql_queries.OPERATORS, *sql_conditions.OPERATORS]:
            yield from ((of_sql.__name__.replace("_", " "), edit) for edit in of_sql(sql))


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _changed_lines(old: str, new: str) -> tuple[int, list[str], list[str]]:
    """The number of the first line that differs, the lines removed there, and those put in their place."""
    before, after = old.split("\n"), new.split("\n")
    first = 0
    while before[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
        last += 1
    return first + 1, before[first : len(before) - last], after[first : len(after) - last]


def _diff(line: int, removed: list[str], put: list[str]) -> str:
    """A unified diff without context."""
    return "\n".join([f"@@ -{line},{len(removed)} +{line},{len(put)} @@", *("-" + t for t in removed), *("+" + t for t in put)])


@dataclass(frozen=True)
class Mutant:
    """One wrong variant: its whole `text`, and what differs. `line` counts the solution's lines from 1.

    `identity` is what is removed and what is put in its place, without indentation: it survives lines that move. Where the same change is
    possible in several places, the second one's ends with `(2)`.
    """

    operator: str
    text: str
    line: int
    identity: str
    diff: str
