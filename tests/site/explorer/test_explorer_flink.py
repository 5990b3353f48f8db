"""The recordings are what Flink does: two of them, one by each of Flink's ways, are made anew, on the lab of the tests, and compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from streamlings.paths import ROOT
from streamlings.servers import native

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def lab(lab_state: Path) -> Path:
    """The folder of a lab that is up. Its start is no test's time."""
    native.up(needs={"kafka", "flink"})
    return lab_state


@pytest.mark.slow
@pytest.mark.timeout(900)  # a dozen events take a quarter of a minute; on a loaded machine they took three
@pytest.mark.parametrize("name", ["boundary", "cumulating"])
def test_flink_does_it_again(lab: Path, tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, HERE / "record.py", "--to", tmp_path, name],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        cwd=lab,
        capture_output=True,
        text=True,
        timeout=800,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    again = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
    assert again == json.loads((HERE / "recorded" / f"{name}.json").read_text(encoding="utf-8"))


def test_a_name_that_is_none_gets_one_line() -> None:
    done = subprocess.run(
        [sys.executable, HERE / "record.py", "tumblign"], env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "error: there is no scenario tumblign"
    assert done.stderr.splitlines()[1].startswith("hint: one of tumbling, late")
