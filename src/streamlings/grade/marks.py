"""Points, from verdicts and grading.toml. Nothing in them depends on when or where the batch was graded: two runs give the same bytes.

What could not be checked, or not be read, has no points yet, which is not the same as none: it is open, and a person looks at it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from streamlings.course import Exercise
from streamlings.grade.config import CENT, Grading
from streamlings.grade.intake import Program, Submission
from streamlings.outcome import Result

State = Literal["passed", "failed", "could_not_check", "refused", "not_handed_in"]
WORDS: dict[State, str] = {
    "passed": "passed",
    "failed": "not yet",
    "could_not_check": "could not check",
    "refused": "could not be read",
    "not_handed_in": "not handed in",
}
OPEN: tuple[State, ...] = ("could_not_check", "refused")


@dataclass(frozen=True)
class Mark:
    """One exercise of one learner. `got` is None where it is open; `why` says so in words."""

    exercise: Exercise
    state: State
    points: Decimal
    got: Decimal | None
    program: Program | None = None
    result: Result | None = None
    why: str = ""
    drawn: str = field(default="", repr=False)
    """What happened during the check, as a part of a page."""


@dataclass(frozen=True)
class Graded:
    """One learner's marks."""

    submission: Submission
    marks: list[Mark]
    days_late: int
    share: Decimal
    """What being late leaves of the points, from 0 to 1."""

    @property
    def got(self) -> Decimal:
        """The points, after what being late costs; open ones are not in it."""
        return sum((m.got for m in self.marks if m.got is not None), Decimal(0)).quantize(CENT)

    @property
    def most(self) -> Decimal:
        return sum((m.points for m in self.marks), Decimal(0)).quantize(CENT)

    @property
    def open(self) -> list[Mark]:
        """What a person has to look at."""
        return [m for m in self.marks if m.got is None]

    def to_json(self) -> dict[str, Any]:
        """Without anything that differs from run to run."""
        when = self.submission.handed_in
        return {
            "name": self.submission.name,
            "folder": self.submission.key,
            "points": str(self.got),
            "of": str(self.most),
            "open": [m.exercise.id for m in self.open],
            "handed_in": when.isoformat() if when else None,
            "days_late": self.days_late,
            "exercises": {
                m.exercise.id: {"state": m.state, "points": None if m.got is None else str(m.got), "of": str(m.points)} for m in self.marks
            },
        }


Verdict = tuple[Result, str]
"""And what happened, drawn."""


def graded(submission: Submission, grading: Grading, verdict_on: Callable[[Exercise, Program], Verdict | None]) -> Graded:
    """The marks of one learner. `verdict_on` gives None where there is none yet."""
    days = grading.due.days_late(submission.handed_in) if grading.due else 0
    share = grading.due.share(days) if grading.due else Decimal(1)
    return Graded(submission, [_mark(submission, e, points, share, verdict_on) for e, points in grading.points.items()], days, share)


def _mark(
    submission: Submission,
    exercise: Exercise,
    points: Decimal,
    share: Decimal,
    verdict_on: Callable[[Exercise, Program], Verdict | None],
) -> Mark:
    program = submission.programs.get(exercise)
    if program is None:
        if submission.unread:
            return Mark(exercise, "refused", points, None, why=submission.unread)
        return Mark(exercise, "not_handed_in", points, Decimal(0))
    if program.refused:
        return Mark(exercise, "refused", points, None, program, why=f"{program.path} {program.refused}")
    if not program.text.strip():
        return Mark(exercise, "not_handed_in", points, Decimal(0), program, why=f"{program.path} is empty")
    verdict = verdict_on(exercise, program)
    if verdict is None:
        return Mark(exercise, "could_not_check", points, None, program, why="it was not checked")
    result, drawn = verdict
    if result.outcome == "could_not_check":
        return Mark(exercise, "could_not_check", points, None, program, result, why=next(iter(result.problem.strip().splitlines()), ""))
    got = (points * share).quantize(CENT, ROUND_HALF_UP) if result.outcome == "passed" else Decimal(0)
    return Mark(exercise, result.outcome, points, got, program, result, drawn=drawn)
