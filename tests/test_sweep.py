"""What a check that was killed has left is found by the folder that it has not removed."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import psutil
import pytest

from streamlings import cleanup, wait
from streamlings.servers import process
from streamlings.servers.state import LabState


@pytest.mark.parametrize("killed", [True, False])
def test_a_jobmanager_that_a_killed_check_has_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool) -> None:
    monkeypatch.setenv("STREAMLINGS_STATE", str(tmp_path))
    folder = cleanup.begin("hello_1_")
    if killed:
        owner = process.this().to_json() | {"started": 0.0}  # of another process with this number
        (folder / cleanup.OWNER).write_text(json.dumps(owner))
    server = process.start("jobmanager", ["sleep", "60"], log=tmp_path / "log")
    try:
        server.signal(signal.SIGSTOP)
        assert wait.until(lambda: psutil.Process(server.pid).status() == psutil.STATUS_STOPPED, deadline_s=10)
        cleanup.sweep(LabState(processes={"jobmanager": server}))
        goes_on = psutil.Process(server.pid).status() != psutil.STATUS_STOPPED
        assert goes_on is killed  # while its check goes on, that may have stopped it
    finally:
        process.kill(server)
