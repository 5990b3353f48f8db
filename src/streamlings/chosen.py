"""Which exercise a command means, and what the learner is told around it."""

from __future__ import annotations

import sys

from streamlings.course import Exercise
from streamlings.errors import UsageError
from streamlings.paths import shown


def exercise_named(name: str | None) -> Exercise:
    from streamlings import progress
    from streamlings.course import Course

    say_what_was_kept_aside()
    course = Course()
    if name is not None:
        return course.find(name)
    following = progress.next_exercise(course)
    if following is None:
        raise UsageError("every exercise has passed", hint="name one to check it again: ./streamlings list shows them all")
    return following


def say_what_was_kept_aside() -> None:
    from streamlings import progress

    notice = progress.read().notice
    if notice:
        print(notice, file=sys.stderr)


def after_the_pass(solved: Exercise) -> None:
    from streamlings import progress, workbook
    from streamlings.course import Course

    print(f"the discussion: ./streamlings solution {solved.id}")
    following = progress.next_exercise(Course(), after=solved)
    if following is None:
        print("that was the last one: every exercise has passed")
        return
    workbook.prepare(following)
    print(f"next: {following.title} ({following.minutes} min): {shown(following.folder / 'README.md')}, edit {shown(following.work)}")
