"""What the failed checks of a class say of mistakes: messages that are explained, shapes of wrong outputs, and which of the course's own
wrong programs a submission behaves like. Counted, the most frequent first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from streamlings.course import Exercise
from streamlings.dev.programs import programs, words
from streamlings.grade.marks import Graded, Mark
from streamlings.outcome import CheckResult

VALUE = re.compile(r"\b\d[\d.,:+-]*\b|\b[a-z]+(?=\s\d)")
"""What the seed chose: numbers, times, and the customer's name before them."""


@dataclass
class Misconception:
    """`line` is what the failed check demands, `says` what was recognised; `who` has it."""

    exercise: Exercise
    kind: str
    line: str
    says: str
    who: list[Graded] = field(default_factory=list)


def misconceptions(graded: Iterable[Graded]) -> list[Misconception]:
    """One for each kind of mistake."""
    found: dict[tuple[str, str, str, str], Misconception] = {}
    for each in graded:
        for mark in each.marks:
            failed = mark.result.failed_check if mark.result else None
            if failed is None:
                continue
            kind, says = _recognised(mark, failed)
            key = (mark.exercise.id, kind, failed.name, VALUE.sub("…", says))
            found.setdefault(key, Misconception(mark.exercise, kind, failed.line, says)).who.append(each)
    return sorted(found.values(), key=lambda m: (-len(m.who), m.exercise.id, m.kind, m.line, m.says))


def _recognised(mark: Mark, failed: CheckResult) -> tuple[str, str]:
    """What is told of it, the most definite first: `says` of a wrong program is said by no other one of its exercise."""
    said = words(failed)
    like = [p for p in programs(mark.exercise) if p.role == "wrong" and p.fails == failed.name and p.says in said]
    if len(like) == 1:
        return "behaves like", like[0].path.stem.replace("_", " ")
    if failed.trap:
        return "message", failed.trap.means
    return ("diagnosis", failed.hint) if failed.hint else ("failed", failed.actual)
