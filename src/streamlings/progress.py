"""What the learner has solved: `work/progress.json`, by exercise id."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from streamlings.course import Course, Exercise
from streamlings.paths import work_folder


@dataclass
class Progress:
    """`passed` maps an exercise's id to when it passed (ISO 8601, UTC); `hints` to how many hints were shown."""

    passed: dict[str, str] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)
    notice: str = ""
    """Something to tell the learner: the file could not be read and was kept aside."""


def path() -> Path:
    return work_folder() / "progress.json"


def read() -> Progress:
    """The progress; empty where there is none. A file that cannot be read is kept aside, never deleted."""
    file = path()
    try:
        data = json.loads(file.read_text())
        passed = {str(k): str(v) for k, v in data["passed"].items()}
        return Progress(passed, {str(k): int(v) for k, v in data.get("hints", {}).items()})
    except FileNotFoundError:
        return Progress()
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        aside = next(p for n in range(1, 1000) if not (p := file.with_name(f"progress.unreadable-{n}.json")).exists())
        file.rename(aside)
        return Progress(notice=f"{file.name} could not be read; it is kept as {aside.name}, and progress begins anew")


def passed(exercise: Exercise) -> None:
    """Note that it passed (the first time counts)."""
    _change(lambda p: p.passed.setdefault(exercise.id, datetime.now(UTC).isoformat(timespec="seconds")))


def hint_shown(exercise: Exercise) -> int:
    """Count one more hint; which one is due (0 for the first; the last one stays)."""
    due = min(read().hints.get(exercise.id, 0), len(exercise.hints) - 1)
    _change(lambda p: p.hints.update({exercise.id: due + 1}))
    return due


def next_exercise(course: Course, *, after: Exercise | None = None) -> Exercise | None:
    """The first that has not passed; None when all have. See `first_open`."""
    return first_open(course, read().passed, after=after)


def first_open(course: Course, passed: Collection[str], *, after: Exercise | None = None) -> Exercise | None:
    """The first that is not among the passed, of those behind `after` where there is one: whoever begins in the middle goes on from there.
    None when all are."""
    behind = course.exercises[course.exercises.index(after) + 1 :] if after else []
    return next((e for e in [*behind, *course.exercises] if e.id not in passed), None)


def _change(change: object) -> None:
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(str(file) + ".lock"):
        progress = read()
        change(progress)  # type: ignore[operator]
        temporary = file.with_suffix(".tmp")
        temporary.write_text(json.dumps({"passed": progress.passed, "hints": progress.hints}, indent=1))
        temporary.replace(file)
