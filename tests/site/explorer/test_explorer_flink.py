"""The recordings are what Flink does: two of them are made anew, on the lab of the tests, and compared."""

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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_flink_does_it_again(lab_state: Path, tmp_path: Path) -> None:
    native.up(needs={"kafka", "flink"})
    names = ["boundary", "cumulating"]
    done = subprocess.run(
        [sys.executable, HERE / "record.py", "--to", tmp_path, *names],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        cwd=lab_state,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for name in names:
        again = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert again == json.loads((HERE / "recorded" / f"{name}.json").read_text(encoding="utf-8")), name


def test_a_name_that_is_none_gets_one_line() -> None:
    done = subprocess.run(
        [sys.executable, HERE / "record.py", "tumblign"], env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "error: there is no scenario tumblign"
    assert done.stderr.splitlines()[1].startswith("hint: one of tumbling, late")
