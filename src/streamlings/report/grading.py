"""`grade` on a terminal: how far it is, on stderr, and what came of it."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from streamlings.report.verdict import console, in_print

if TYPE_CHECKING:
    from streamlings.grade.batch.run import Task
    from streamlings.grade.config import Grading
    from streamlings.grade.marks import Graded
    from streamlings.outcome import Result

WORDS = {"passed": "passed", "failed": "not yet", "could_not_check": "could not check"}


class Progress:
    """A bar with the time left on a terminal; elsewhere a line for each verdict, with its number."""

    def __init__(self, total: int, kept: int) -> None:
        """`kept` are those that an earlier run has done."""
        self._console = Console(stderr=True, highlight=False)
        self._bar = Bar(
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._console,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("grading", total=total, completed=kept)
        self._total, self._done, self._lock, self._began = total, kept, threading.Lock(), time.monotonic()

    def __enter__(self) -> Progress:
        if self._done:
            self.say(f"{self._done} of {self._total} verdicts are there already")
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def say(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)

    def done(self, task: Task, result: Result) -> None:
        with self._lock:
            self._done += 1
            self._bar.update(self._task, completed=self._done)
            if not sys.stderr.isatty():
                name = in_print(task.submission.name)
                self.say(
                    f"{self._done:>5} of {self._total}  {WORDS[result.outcome]:<15}  {result.seconds:5.1f} s  {task.exercise.id}  {name}"
                )


def summary(graded: list[Graded], grading: Grading, out: str) -> None:
    """Each learner's points, what is open, and where everything lies."""
    paper = console()
    width = max(len(each.submission.name) for each in graded)
    for each in graded:
        late = f"   {each.days_late} d late" if each.days_late else ""
        still = f"   {len(each.open)} open" if each.open else ""
        paper.print(Text(f"{in_print(each.submission.name):<{width}}  {each.got:>8} of {each.most}{still}{late}"))
    undecided = sum(len(each.open) for each in graded)
    paper.print(Text(f"\n{len(graded)} submissions, {undecided} verdicts open; the class: {out}/cohort.html, the marks: {out}/marks.csv"))
    for each in graded:
        for mark in each.open:
            paper.print(Text(f"open: {in_print(each.submission.name)}  {mark.exercise.id}  {in_print(mark.why)}"))
