"""A running program of a learner: started in a process group of its own, its output kept (bounded), ended for certain."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import psutil

from streamlings import wait

TAIL_BYTES = 16_384
FLOOD_BYTES = 10_000_000


class Output:
    """Collects what a program prints: the last 16 KiB are kept; past 10 MB the program has flooded."""

    def __init__(self) -> None:
        self.bytes_seen = 0
        self._tail = b""

    @property
    def flooded(self) -> bool:
        return self.bytes_seen > FLOOD_BYTES

    def add(self, data: bytes) -> None:
        self.bytes_seen += len(data)
        self._tail = (self._tail + data)[-TAIL_BYTES:]

    def text(self) -> str:
        return self._tail.decode("utf-8", "replace")


class Program:
    """What both kinds of program have in common. `exit_code` is None while the program runs."""

    pid: int

    def __init__(self, path: Path) -> None:
        self.path = path
        self.output = Output()
        self.exit_code: int | None = None
        self._threads: list[threading.Thread] = []

    @property
    def ended(self) -> bool:
        return self.exit_code is not None or self.output.flooded

    def cpu_s(self) -> float:
        """Processor time that its processes have had so far, in seconds; what has ended no longer counts."""
        total = 0.0
        try:
            for each in [(leader := psutil.Process(self.pid)), *leader.children(recursive=True)]:
                times = each.cpu_times()
                total += times.user + times.system
        except psutil.Error:
            pass
        return total

    def until_ended(self, deadline_s: float) -> bool:
        """Whether the program ended within the deadline (a flood counts as an end: it is stopped)."""
        return bool(wait.until(lambda: self.ended, deadline_s=deadline_s, every_ms=10))

    def kill(self) -> None:
        raise NotImplementedError

    def _in_thread(self, target: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _signal(self) -> None:
        """SIGKILL to the group that `pid` leads."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    def _finish_reading(self) -> None:
        for thread in self._threads:
            thread.join(timeout=2)


class PlainProgram(Program):
    """A program without Flink: a fresh `python`."""

    def __init__(self, path: Path, env: dict[str, str], cwd: Path) -> None:
        super().__init__(path)
        self._child = subprocess.Popen(
            [sys.executable, "-u", "-m", "streamlings.worker.execute", str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | env,
            cwd=cwd,
            start_new_session=True,
        )
        self.pid = self._child.pid
        assert self._child.stdout is not None
        self._in_thread(self._read, self._child.stdout)
        self._in_thread(self._await_exit)

    def _read(self, pipe: IO[bytes]) -> None:
        while data := os.read(pipe.fileno(), 65_536):
            self.output.add(data)
            if self.output.flooded:
                self._signal()

    def _await_exit(self) -> None:
        code = self._child.wait()
        self._threads[0].join(timeout=1)  # what it printed last is read before its end is known
        self.exit_code = code

    def kill(self) -> None:
        """End the program and everything it started in its group."""
        self._signal()
        self._finish_reading()


class WorkerProgram(Program):
    """A Flink program inside a warm process. `kill` ends the process with its JVM; `release` leaves it for the next program."""

    def __init__(self, path: Path, env: dict[str, str], cwd: Path, *, port: int, token: str, pid: int, parallelism: int = 1) -> None:
        super().__init__(path)
        self.pid = pid
        self._control = self._connect(port, token)
        self._output = self._connect(port, token)
        request = {"program": str(path), "env": env, "cwd": str(cwd), "parallelism": parallelism}
        self._control.sendall(json.dumps(request).encode() + b"\n")
        self._in_thread(self._read)
        self._in_thread(self._await_exit)

    def _connect(self, port: int, token: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        connection.settimeout(None)
        connection.sendall(token.encode() + b"\n")
        return connection

    def _read(self) -> None:
        try:
            while data := self._output.recv(65_536):
                self.output.add(data)
                if self.output.flooded:
                    self._signal()
        except OSError:
            pass

    def _await_exit(self) -> None:
        try:
            answer = self._control.makefile().readline()
        except OSError:
            answer = ""
        if answer:
            self._threads[0].join(timeout=1)
        self.exit_code = int(json.loads(answer)["exit_code"]) if answer else -1

    def kill(self) -> None:
        self._signal()
        self._finish_reading()
        self._close()

    def release(self, deadline_s: float = 3) -> bool:
        """Whether the program ended by itself in time, so that its process can be used again."""
        free = self.exit_code not in (None, -1) or (self.until_ended(deadline_s) and self.exit_code != -1)
        if free:
            self._close()
        return free

    def _close(self) -> None:
        for connection in (self._control, self._output):
            connection.close()
