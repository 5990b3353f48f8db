"""Mutants that prove nothing, as an exercise's equivalent.toml records them, each with its reason: those that change nothing observable,
and those of functions that the starter gives."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass

from streamlings.course import Exercise
from streamlings.dev.mutants import Mutant, derive
from streamlings.errors import LabError
from streamlings.paths import course_root

FILE = "equivalent.toml"
MOST = 0.1
"""No more of an exercise's mutants may be recorded: where more of them change nothing, the solution holds what it does not need."""


def read(exercise: Exercise) -> Records:
    """What is recorded for an exercise. Raises LabError, naming the file, where it cannot be read."""
    path = exercise.folder / FILE
    if not path.exists():
        return Records([], [])
    try:
        entries = tomllib.loads(path.read_text())
        if unknown := entries.keys() - {"equivalent", "given"}:
            raise ValueError(f"[[{min(unknown)}]]")
        mutants = [Recorded(_identity(entry["mutant"]), str(entry["why"]).strip()) for entry in entries.get("equivalent", [])]
        functions = [Recorded(str(entry["function"]), str(entry["why"]).strip()) for entry in entries.get("given", [])]
    except (KeyError, TypeError, ValueError) as e:
        raise LabError(
            f"{path.relative_to(course_root())} cannot be read: {e}",
            hint="it holds [[equivalent]] entries, each with `mutant` (the changed lines, as `dev mutate` shows them) and `why`, and "
            "[[given]] entries, each with `function` and `why`",
        ) from e
    return Records(mutants, functions)


def mutants_of(exercise: Exercise) -> tuple[list[Mutant], int]:
    """The mutants of the solution outside of what is given, and how many there are in that. Raises LabError as `read` does."""
    text = exercise.solution.read_text()
    lines = {line for given in read(exercise).given for line in _function(text, given.identity)[1]}
    derived = derive(text)
    counted = [mutant for mutant in derived if mutant.line not in lines]
    return counted, len(derived) - len(counted)


def shortcomings(exercise: Exercise, mutants: list[Mutant]) -> list[str]:
    """What is wrong with the records as such: without a mutant, without a reason, said twice, too many; not given by the starter."""
    records = read(exercise)
    recorded, given = records.equivalent, records.given
    starter, solution = (path.read_text() for path in (exercise.starter, exercise.solution))
    known = {mutant.identity for mutant in mutants}
    lacks = [f"no mutant is recorded as\n{r.identity}" for r in recorded if r.identity not in known]
    lacks += [f"no reason is given for\n{r.identity}" for r in recorded if not r.why]
    lacks += [f"no reason is given for {g.identity}" for g in given if not g.why]
    lacks += [f"{g.identity} does not stand word for word in the starter" for g in given if not _is_given(g.identity, starter, solution)]
    lacks += [f"recorded twice\n{r.identity}" for at, r in enumerate(recorded) if r.identity in [o.identity for o in recorded[:at]]]
    if len(recorded) > MOST * len(mutants):
        lacks.append(f"{len(recorded)} of {len(mutants)} mutants are recorded as equivalent, more than a tenth")
    return lacks


def _is_given(name: str, starter: str, solution: str) -> bool:
    return _function(starter, name)[0] == _function(solution, name)[0] != ""


def _function(program: str, name: str) -> tuple[str, range]:
    """The text of a function of a program and the numbers of its lines; "" and none where the program has no such function."""
    for node in ast.parse(program).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.get_source_segment(program, node) or "", range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return "", range(0)


def _identity(text: str) -> str:
    """A diff as people paste it, without its line numbers and indentation."""
    lines = [line for line in text.strip().splitlines() if not line.startswith("@@")]
    return "\n".join(line[:1] + line[1:].strip() if line[:1] in "+-" else line.strip() for line in lines)


@dataclass(frozen=True)
class Records:
    """The mutants that change nothing observable, and the functions that are given: how a program waits or asks, which is not what the
    exercise is about."""

    equivalent: list[Recorded]
    given: list[Recorded]


@dataclass(frozen=True)
class Recorded:
    """One entry: a mutant's identity, and why nobody could observe it; or a function's name, and why its mutants prove nothing."""

    identity: str
    why: str
