"""A TaskManager in which Python was being started when a job failed runs none any more: no fault of whoever is checked next."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from streamlings.course import Course
from streamlings.grader import Grader
from streamlings.servers import cluster, native, state
from streamlings.stage import python_start
from streamlings.stage.job import FlinkJob

LOST = """\
java.lang.Error: java.lang.InterruptedException
\tat pemja.core.PythonInterpreter$MainInterpreter.initialize(PythonInterpreter.java:406)
\tat pemja.core.PythonInterpreter.initialize(PythonInterpreter.java:144)
\tat org.apache.flink.streaming.api.operators.python.embedded.EmbeddedPythonProcessOperator.open(EmbeddedPythonProcessOperator.java:67)
\tat java.base/java.lang.Thread.run(Unknown Source)
Caused by: java.lang.InterruptedException
\tat java.base/java.util.concurrent.CountDownLatch.await(Unknown Source)
\tat pemja.core.PythonInterpreter$MainInterpreter.initialize(PythonInterpreter.java:398)
\t... 17 more
"""
"""As a TaskManager said it to one job after the other."""
OWN = "java.io.IOException: Failed to deserialize JSON 'no number'.\n\tat org.apache.flink...\nCaused by: java.lang.NumberFormatException\n"


@pytest.mark.parametrize(
    ("failures", "python", "lost"),
    [
        ([LOST], True, True),
        ([LOST, LOST], True, True),
        ([LOST, OWN], True, False),
        ([OWN], True, False),
        ([], True, False),
        ([LOST], False, False),
    ],
)
def test_what_is_no_fault_of_this_check(failures: list[str], python: bool, lost: bool) -> None:
    rest = SimpleNamespace(failures=lambda _: failures)
    job = cast(FlinkJob, SimpleNamespace(id="a", rest=rest, uses_python=python))
    assert python_start.was_lost([job]) is lost


@pytest.mark.slow
def test_a_taskmanager_whose_python_was_being_started_is_replaced(lab_state: Path, tmp_path: Path) -> None:
    """After a program of the course's own, too, whose TaskManager serves the next one otherwise."""
    exercise = Course().find("event_time/late_orders")
    native.up(needs={"kafka", "flink"})

    def after(program: Path) -> tuple[str, list[str]]:
        return Grader(trusted=True).check(exercise, program, seed=7).outcome, cluster.taskmanagers(state.read())

    passed, before = after(exercise.solution)
    assert (passed, after(exercise.solution)) == ("passed", ("passed", before))
    begun = "env = StreamExecutionEnvironment.get_execution_environment()\n"
    never_runs = tmp_path / exercise.file
    never_runs.write_text(exercise.solution.read_text().replace(begun, f"{begun}env.set_parallelism(99)\n"))
    outcome, others = after(never_runs)
    assert outcome == "failed"
    assert not set(others) & set(before)
