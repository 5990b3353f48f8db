"""Every program of every exercise does what it declares, on the real lab: starters fail, right programs pass, wrong ones fail
their own check in their own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamlings.course import Course, Exercise
from streamlings.dev.programs import Declared, programs, shortcomings
from streamlings.grader import Grader

SEED, OTHER_SEED = 7, 42
"""The feedback on wrong programs is recorded with the first. Right ways other than the solution have the second: with it, another day is
sent, and a kill comes at another moment."""
EXERCISES = Course().exercises


def marks(exercise: Exercise) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if exercise.needs else []


def case(declared: Declared) -> object:
    name = declared.path.stem if declared.role in ("right", "wrong") else ""
    return pytest.param(
        declared, marks=marks(declared.exercise), id="-".join(filter(None, [declared.exercise.id, declared.role])) + f"/{name}" * bool(name)
    )


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_an_exercise_is_complete(exercise: Exercise) -> None:
    assert shortcomings(exercise) == []


@pytest.mark.parametrize("declared", [case(declared) for exercise in EXERCISES for declared in programs(exercise)])
def test_a_program_does_what_it_declares(lab_state: Path, declared: Declared) -> None:
    seed = OTHER_SEED if declared.role == "right" else SEED
    result = Grader(trusted=True).check(declared.exercise, declared.path, seed=seed)
    assert declared.falls_short(result) == ""


@pytest.mark.parametrize(("exercise", "name", "seed"), [("events_and_schemas/fact_or_delta", "checked_out_elsewhere", 4242)])
def test_a_wrong_program_is_not_let_through_by_luck(lab_state: Path, exercise: str, name: str, seed: int) -> None:
    """With these seeds, a stream that was shuffled did not hold the order that shows the mistake."""
    (declared,) = [d for d in programs(Course().find(exercise)) if d.path.stem == name]
    result = Grader(trusted=True).check(declared.exercise, declared.path, seed=seed)
    assert result.failed_check is not None and result.failed_check.name == declared.fails
