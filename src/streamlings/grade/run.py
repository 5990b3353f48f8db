"""`./streamlings grade`, from beginning to end."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from streamlings.course import Course
from streamlings.errors import UsageError
from streamlings.grade import config, intake, marks
from streamlings.grade.batch import run as batch
from streamlings.grade.batch.store import Store
from streamlings.grade.cohort.page import page
from streamlings.grade.cohort.pseudonyms import pseudonyms
from streamlings.grade.export.gradebook import cell, document
from streamlings.grade.export.write import put, write
from streamlings.grade.isolation import engine
from streamlings.grade.isolation import native as native_run
from streamlings.grade.marks import Graded
from streamlings.paths import real, shown
from streamlings.report.grading import Progress, summary
from streamlings.servers.say import Say


def run(
    source: Path, *, settings: Path | None, out: Path, resume: bool, native: bool, labs: int | None, names: bool, as_json: bool, say: Say
) -> int:
    """Grade all submissions of `source`; exit code 0 when each has a verdict, 3 where some are open. Raises UsageError before anything is
    written."""
    intake.assert_there(source)
    folder = source if source.is_dir() else source.parent
    among = real(out) == real(folder) or (source.is_dir() and real(out).is_relative_to(real(folder)))
    grading = config.read(settings or folder / config.NAME, Course())
    if among:  # a submission like any other, when the batch goes on
        raise UsageError("the results cannot stand among the submissions", hint="--out names another folder")
    submissions = intake.read(source, grading, say)
    todo = batch.tasks(submissions, grading.exercises)
    if native:
        say(native_run.NATIVELY)
        native_run.keep_to_itself()
    elif todo:
        engine.assert_there(say)
    with batch.only_one():
        store = Store.begin(out, grading, resume=resume)
        left = [task for task in todo if not store.decided(task.submission, task.exercise, task.program)]
        with Progress(len(todo), len(todo) - len(left)) as progress:
            batch.run(left, store, labs=labs or batch.labs_that_fit(), isolated=not native, say=progress.say, done=progress.done)
    graded = [marks.graded(each, grading, lambda e, p, s=each: store.verdict(s, e, p)) for each in submissions]  # type: ignore[misc]
    write(graded, grading, out)
    put(out / "cohort.html", page(graded, grading, store.secret, names=names))
    put(out / "pseudonyms.csv", _key(graded, store.secret))
    if as_json:
        print(document(graded, grading).encode("utf-8", "replace").decode(), end="")  # names of files need not be UTF-8
    else:
        summary(graded, grading, shown(out))
    return 3 if any(each.open for each in graded) else 0


def _key(graded: list[Graded], secret: str) -> str:
    """Whom the numbers on the class's page mean; for the teacher alone."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(["pseudonym", "name"])
    aliases = pseudonyms(graded, secret)
    for each in sorted(graded, key=lambda g: int(aliases[g.submission.key].split()[1])):
        writer.writerow([aliases[each.submission.key], cell(each.submission.name)])
    return rows.getvalue()
