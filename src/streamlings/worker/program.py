"""A running program of a learner: started under a keeper, its output kept (bounded), ended for certain."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import psutil

from streamlings import wait
from streamlings.errors import LabError
from streamlings.servers import java
from streamlings.worker import pool
from streamlings.worker.keeper import under_keeper
from streamlings.worker.pool import Worker

TAIL_BYTES = 16_384
FLOOD_BYTES = 10_000_000
COLD_S = 15.0
"""Processor time that the first use of Flink's client may take where nothing was run by it before."""


def _with_children(pid: int) -> list[psutil.Process]:
    """The process and all below it; [] where it is gone."""
    try:
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.Error:
        return []


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
    """Of the process under which the program's processes are."""
    cold_s: float = 0
    """Processor time that what it runs in may take beside its own: in a process that is warm, next to nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.output = Output()
        self.exit_code: int | None = None
        self._threads: list[threading.Thread] = []
        self._cpu_s: dict[tuple[int, float], float] = {}
        """By process, the processor time that it was last seen to have had; also of those that have ended."""

    @property
    def ended(self) -> bool:
        return self.exit_code is not None or self.output.flooded

    def kept(self) -> bool:
        """Whether its keeper is there, who sees to it that nothing of the program is left."""
        raise NotImplementedError

    def cpu_s(self) -> float:
        """Processor time that its processes have had so far, in seconds; it never becomes less."""
        for each in _with_children(self.pid):
            try:
                times = each.cpu_times()
                self._cpu_s[each.pid, each.create_time()] = times.user + times.system
            except psutil.Error:
                continue  # it has ended meanwhile: what it had by then counts
        return sum(self._cpu_s.values())

    def until_ended(self, deadline_s: float) -> bool:
        """Whether the program ended within the deadline (a flood counts as an end: it is stopped)."""
        return bool(wait.until(lambda: self.ended, deadline_s=deadline_s, every_ms=10))

    def kill(self) -> None:
        """End the program and everything that it started."""
        raise NotImplementedError

    def _stop(self) -> None:
        """End it at once."""
        raise NotImplementedError

    def _in_thread(self, target: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _collect(self, receive: Callable[[], bytes]) -> None:
        try:
            while data := receive():
                self.output.add(data)
                if self.output.flooded:
                    self._stop()
        except OSError:
            pass

    def _finish_reading(self) -> None:
        for thread in self._threads:
            thread.join(timeout=2)


class PlainProgram(Program):
    """A program without Flink: a fresh `python` under a keeper, which ends with this process if not before."""

    def __init__(self, path: Path, env: dict[str, str], cwd: Path) -> None:
        super().__init__(path)
        status, told = os.pipe()
        self._keeper = subprocess.Popen(
            under_keeper("--status", str(told), sys.executable, "-u", "-m", "streamlings.worker.execute", str(path)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[told],
            env=os.environ | env,
            cwd=cwd,
            start_new_session=True,
        )
        os.close(told)
        self.pid = self._keeper.pid
        assert self._keeper.stdout is not None
        output = self._keeper.stdout.fileno()
        self._in_thread(self._collect, lambda: os.read(output, 65_536))
        self._in_thread(self._await_exit, os.fdopen(status))

    def _await_exit(self, status: IO[str]) -> None:
        with status:
            answer = status.readline()
        if answer:
            self._threads[0].join(timeout=1)  # what it printed last is read before its end is known
        self.exit_code = int(answer or -1)

    def kept(self) -> bool:
        return self._keeper.poll() is None or self.output.flooded  # which ended it

    def _stop(self) -> None:
        self._keeper.terminate()

    def kill(self) -> None:
        self._stop()
        try:
            self._keeper.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
        self._finish_reading()
        for pipe in (self._keeper.stdin, self._keeper.stdout):
            assert pipe is not None
            pipe.close()


class WorkerProgram(Program):
    """A Flink program inside a warm process. `kill` ends the process with its JVM; `release` leaves it for the next program."""

    def __init__(self, path: Path, env: dict[str, str], cwd: Path, *, worker: Worker, parallelism: int = 1) -> None:
        super().__init__(path)
        self.pid, self.worker, self.cold_s = worker.pid, worker, COLD_S if java.brief() else 0
        self._control = self._connect()
        self._output = self._connect()
        request = {"program": str(path), "env": env, "cwd": str(cwd), "parallelism": parallelism}
        self._control.sendall(json.dumps(request).encode() + b"\n")
        self._in_thread(self._collect, lambda: self._output.recv(65_536))
        self._in_thread(self._await_exit)

    @classmethod
    def in_warm_process(
        cls, path: Path, env: dict[str, str], cwd: Path, *, flink: str, parallelism: int = 1, worker: Worker | None = None
    ) -> WorkerProgram:
        """Start a program in a warm process of the cluster at `flink`, or in `worker`, which has run it before. Raises LabError where none
        comes up, or it does not take it."""
        worker = worker or pool.take(flink)
        try:
            return cls(path, env, cwd, worker=worker, parallelism=parallelism)
        except OSError as e:
            pool.discard(worker)
            raise LabError("the warm process did not take your program", details=str(e), hint="check it again") from e

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.worker.port), timeout=5)
        connection.settimeout(None)
        connection.sendall(self.worker.token.encode() + b"\n")
        return connection

    def _await_exit(self) -> None:
        try:
            answer = self._control.makefile().readline()
        except OSError:
            answer = ""
        if answer:
            self._threads[0].join(timeout=1)
        self.exit_code = int(json.loads(answer)["exit_code"]) if answer else -1

    def kept(self) -> bool:
        return self.worker.keeper.alive()

    def _stop(self) -> None:
        """SIGKILL to its group, to which the JVM belongs, too."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    def kill(self) -> None:
        self._stop()
        pool.discard(self.worker)
        self._finish_reading()
        self._close()

    def release(self, deadline_s: float = 3) -> bool:
        """Whether the program ended by itself in time (on a crowded machine it has more), so that its process can be used again."""
        free = self.exit_code not in (None, -1) or (self.until_ended(deadline_s * wait.crowding()) and self.exit_code != -1)
        if free:
            self._close()
        return free

    def _close(self) -> None:
        for connection in (self._control, self._output):
            connection.close()
