"""A server that ends with whoever started it: run under a keeper (worker/keeper.py), which notices when that process is gone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psutil

from streamlings import wait
from streamlings.errors import ServerCrashed
from streamlings.servers import process
from streamlings.servers.process import Process
from streamlings.worker.keeper import under_keeper


class KeptServer:
    """`process` is the server itself, for signals and readiness; `end` ends it with its keeper, and so does this process's end."""

    def __init__(self, name: str, argv: list[str], *, log: Path, env: dict[str, str]) -> None:
        """Start it; output is appended to `log`. Raises ServerCrashed where it ends at once."""
        status, told = os.pipe()
        with log.open("ab") as out:
            self._keeper = subprocess.Popen(
                under_keeper("--status", str(told), *argv),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                pass_fds=[told],
                env=os.environ | env,
                start_new_session=True,
            )
        os.close(told)
        self._status = status
        server = wait.until(self._server, deadline_s=60, every_ms=5)
        if server is None:
            self.end()
            raise ServerCrashed(f"{name} could not be started", details=process.tail(log))
        self.process = Process(name, server.pid, server.create_time(), str(log))

    def _server(self) -> psutil.Process | None:
        try:
            return next(iter(psutil.Process(self._keeper.pid).children()), None)
        except psutil.Error:
            return None

    def end(self) -> None:
        """SIGKILL the server and all that it started."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        try:
            self._keeper.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait(timeout=10)
        os.close(self._status)
