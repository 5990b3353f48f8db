"""The verb at which a learner spends the hours: `watch`."""

from __future__ import annotations

import click

from streamlings.chosen import exercise_named, say_what_was_kept_aside
from streamlings.cli_dev import say
from streamlings.cli_exercises import exercise_argument


@click.command()
@exercise_argument
@click.option("--down", is_flag=True, help="end the lab when you leave")
def watch(exercise: str | None, down: bool) -> None:
    """Check on every save, with hints, timeline and list at a key. `./streamlings` alone on a terminal does the same."""
    from streamlings import progress
    from streamlings.course import Course
    from streamlings.watch import run

    say_what_was_kept_aside()
    course = Course()
    all_passed = exercise is None and progress.next_exercise(course) is None
    run.run(course.exercises[-1] if all_passed else exercise_named(exercise), down=down, say=say)
