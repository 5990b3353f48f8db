"""`./streamlings docs`, as it is typed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from streamlings import wait
from streamlings.paths import ROOT


def docs(*arguments: str, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", "streamlings", "docs", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True, **options)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("port", ["0", "65536", "docs"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    running = docs("--port", port)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 2
    assert said.startswith("error: Invalid value for '--port'") and said.count("\n") == 2


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        running = docs("--port", str(taken.getsockname()[1]))
        _, said = running.communicate(timeout=60)
    assert running.returncode == 2
    assert said == f"error: port {taken_port(said)} is taken\nhint: another --port, or none: then a free one is found\n"


def taken_port(said: str) -> str:
    found = re.search(r"\d+", said)
    assert found
    return found[0]


@pytest.mark.slow
def test_it_serves_on_loopback_until_interrupted(tmp_path: Path) -> None:
    """From any folder; what it has built is gone afterwards."""
    running = docs(cwd=tmp_path)
    assert running.stderr is not None
    end = time.monotonic() + 120 * wait.crowding()
    said = ""
    while "Serving on" not in said and time.monotonic() < end and (line := running.stderr.readline()):
        said += line
    found = re.search(r"Serving on (http://127\.0\.0\.1:\d+/)", said)
    assert found, said
    assert "Learn Kafka and Flink" in requests.get(found[1], timeout=10).text
    assert requests.get(f"{found[1]}concepts/watermarks/", timeout=10).status_code == 200
    os.killpg(running.pid, signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(found[1], timeout=2)
