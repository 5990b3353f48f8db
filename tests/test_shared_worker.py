"""The course's own programs share warm workers: what one leaves behind, the next does not notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamlings.course import Course
from streamlings.grader import Grader
from streamlings.servers import state
from streamlings.servers.rest import FlinkRest
from streamlings.stage.job import ENDED

DEPTH = """
from pyflink.java_gateway import get_gateway

loader, depth = get_gateway().jvm.java.lang.Thread.currentThread().getContextClassLoader(), 0
while loader is not None:
    loader, depth = loader.getParent(), depth + 1
print(depth, "class loaders")
"""
LATE = """
import threading

threading.Event().wait(3)
tables.execute_sql("INSERT INTO copies SELECT order_id, amount FROM orders")
"""


@pytest.mark.slow
def test_class_loaders_do_not_pile_up(lab_state: Path, course: Path) -> None:
    """PyFlink puts one around the thread's own for each table environment: the hundredth program would be ten times slower."""
    exercise = Course().find("streams/copy")
    program = course / "depth.py"
    program.write_text(exercise.solution.read_text() + DEPTH)
    grader = Grader(trusted=True)
    said = [grader.check(exercise, program, seed=7).output_tail for _ in range(3)]
    assert said[0].endswith("class loaders")
    assert len(set(said)) == 1, said


@pytest.mark.slow
def test_a_job_that_is_submitted_after_the_verdict_is_cancelled_too(lab_state: Path, course: Path) -> None:
    exercise = Course().find("streams/copy")
    program = course / "late.py"
    program.write_text(exercise.solution.read_text() + LATE)
    Grader(trusted=True).check(exercise, program, seed=7)
    jobs = [job for job in FlinkRest(state.read().flink).jobs() if job["name"].startswith("insert-into")]
    assert len(jobs) >= 2
    assert [job for job in jobs if job["state"] not in ENDED] == []
