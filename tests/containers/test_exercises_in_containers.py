"""Every exercise on the lab in containers: its solution passes, and a wrong program is rejected by its check."""

from __future__ import annotations

import pytest

from streamlings.course import Course
from streamlings.dev.programs import Declared, programs
from streamlings.grader import Grader

pytestmark = pytest.mark.slow
SEED = 7


def chosen() -> list[Declared]:
    """Of each exercise that has servers, its solution, and the wrong program in the middle of the list."""
    found = []
    for exercise in Course().exercises:
        if exercise.needs:
            wrong = [program for program in programs(exercise) if program.role == "wrong"]
            solution = next(program for program in programs(exercise) if program.role == "solution")
            found += [solution, wrong[len(wrong) // 2]]
    return found


@pytest.mark.parametrize("program", chosen(), ids=lambda d: f"{d.exercise.id}-{d.role}")
def test_it_does_in_containers_what_it_declares(containers_lab: dict[str, str], program: Declared) -> None:
    result = Grader(trusted=True).check(program.exercise, program.path, seed=SEED)
    assert program.falls_short(result) == ""
    assert result.backend == "containers"
