"""`./streamlings submit`: the learner's programs as one archive, in exactly the shape that `grade` reads."""

from __future__ import annotations

import zipfile
from pathlib import Path

from streamlings import progress
from streamlings.course import Course, Exercise
from streamlings.errors import UsageError
from streamlings.grade.intake.files import FILE_BYTES
from streamlings.paths import shown, work_folder

UNTOUCHED = "as the starter"


def pack(names: list[str], to: Path) -> list[tuple[Exercise, str]]:
    """Write the archive, with the programs of the exercises named or of all that were begun; which, and how far each is.

    Raises UsageError where there is nothing to hand in, or the archive cannot be written.
    """
    course = Course()
    chosen = [e for e in course.chosen(names) if e.work.exists()]
    if missing := [e for e in course.chosen(names) if names and not e.work.exists()]:
        raise UsageError(f"there is no {shown(missing[0].work)}", hint=f"./streamlings check {missing[0].id} begins it")
    if not names:
        chosen = [e for e in chosen if e.work.read_bytes() != e.starter.read_bytes()]
    if not chosen:
        raise UsageError("there is nothing to hand in: every program is its starter", hint="./streamlings shows the next exercise")
    if large := [e for e in chosen if e.work.stat().st_size > FILE_BYTES]:
        raise UsageError(f"{shown(large[0].work)} is larger than {FILE_BYTES / 1e6:.0f} MB", hint="a program is text; data stay outside")
    temporary = to.with_name(f".{to.name}.tmp")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for exercise in chosen:
                archive.write(exercise.work, exercise.work.relative_to(work_folder()))
        temporary.replace(to)
    except OSError as e:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"{shown(to)} cannot be written: {e.strerror}", hint="--to names another place") from e
    passed = progress.read().passed
    return [(e, "passed" if e.id in passed else UNTOUCHED if e.work.read_bytes() == e.starter.read_bytes() else "not yet") for e in chosen]
