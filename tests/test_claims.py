"""What the lessons say of Flink and cannot show in an exercise, seen on Flink itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from streamlings.paths import ROOT
from streamlings.servers import native

PROGRAM = """
from pyflink.table import EnvironmentSettings, TableEnvironment

tables = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
for row in tables.execute_sql(\"\"\"
    SELECT TRY_CAST('12k' AS DECIMAL(10, 2)), TRY_CAST('24.73$' AS DECIMAL(10, 2)), TRY_CAST('twelve' AS DECIMAL(10, 2)),
           '{"a": "1"}{"a": "2"}' IS JSON OBJECT, JSON_VALUE('{"a": "1"}{"a": "2"}', '$.a')
\"\"\").collect():
    print(*row)
"""


@pytest.mark.slow
def test_what_stands_behind_a_number_or_an_object_goes_unseen(tmp_path: Path) -> None:
    """lessons/05_flink_sql/README.md, "They see less than you think"."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.stdout.split() == ["12.00", "24.73", "None", "True", "1"], done.stderr[-2000:]


@pytest.mark.slow
def test_what_a_changed_query_does_to_its_state(lab_state: Path) -> None:
    """lessons/09_checkpointing/README.md and savepoint's discussion: refused, or mixed with what the old query had counted."""
    assert printed_by("a_changed_query.py", lab_state) == [
        "the same: RUNNING, 2",
        "one more column: FAILED, StateMigrationException",
        "cents for orders: RUNNING, 251",
    ]


@pytest.mark.slow
def test_a_task_that_had_failed_when_it_was_spoken_to(lab_state: Path) -> None:
    """Flink records that its message could not be delivered, and not what the task had failed with; `FlinkRest.root_exception` tells."""
    assert printed_by("an_event_is_lost.py", lab_state) == ["recorded: TaskNotRunningException", "told: JsonParseException"]


def printed_by(script: str, lab_state: Path) -> list[str]:
    """What a program of tests/claims/ prints in the lab of the tests."""
    native.up(needs={"kafka", "flink"})
    done = subprocess.run(
        [sys.executable, Path(__file__).parent / "claims" / script],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        cwd=lab_state,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [line for line in done.stdout.splitlines() if "JobID" not in line]
