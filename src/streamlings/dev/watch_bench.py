"""What `watch` adds to a check: from the save of a program to its verdict on the screen, without the check itself."""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from streamlings import wait
from streamlings.course import Exercise
from streamlings.dev.terminal import Terminal
from streamlings.grader import alone
from streamlings.paths import ROOT
from streamlings.servers.say import quiet
from streamlings.worker import pool

RUNS = 7
CHECK_S = re.compile(r"passed, (\d+\.\d+) s")


def added_s(exercise: Exercise) -> float:
    """Median over RUNS saves of the solution, in seconds, with a warm worker as where a learner has read a while. It is saved in a copy of
    the course, so that nobody's work is touched."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        for part in ("lessons", "solutions"):
            shutil.copytree(ROOT / part, course / part)
        work = course / "work" / exercise.place / exercise.file
        terminal = Terminal("watch", exercise.id, cwd=course, STREAMLINGS_COURSE=str(course))
        try:
            return statistics.median(_save(terminal, work, exercise, n) for n in range(RUNS))
        finally:
            terminal.press("q")
            terminal.end()


def _save(terminal: Terminal, work: Path, exercise: Exercise, n: int) -> float:
    if n == 0:
        terminal.until("ready", deadline_s=120)
    if "flink" in exercise.needs:
        wait.until(lambda: list(pool.folder().glob("*.ready")), deadline_s=90)
    with alone(quiet):  # the stage of the check before has been cleared
        pass
    began = time.monotonic()
    work.write_text(exercise.solution.read_text() + f"# {n}\n")
    terminal.until_gone("passed, ")
    found = CHECK_S.search(terminal.until("passed, ", deadline_s=60))
    took = time.monotonic() - began
    assert found is not None
    return took - float(found[1])
