"""The learner's copies of the starters, in work/."""

from __future__ import annotations

import shutil
from pathlib import Path

from streamlings.course import Exercise


def prepare(exercise: Exercise) -> bool:
    """Put the starter into work/ where the learner has no copy; whether one was made."""
    if exercise.work.exists():
        return False
    exercise.work.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(exercise.starter, exercise.work)
    return True


def reset(exercise: Exercise) -> Path | None:
    """A fresh starter; the learner's version is kept beside it as NAME.before-reset-N (its path, or None where there was none)."""
    backup = None
    if exercise.work.exists() and exercise.work.read_bytes() != exercise.starter.read_bytes():
        stem = exercise.work
        backup = next(p for n in range(1, 1000) if not (p := stem.with_name(f"{stem.name}.before-reset-{n}")).exists())
        exercise.work.rename(backup)
    exercise.work.unlink(missing_ok=True)
    prepare(exercise)
    return backup
