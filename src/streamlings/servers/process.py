"""A server's process: started apart from this one, found again later by pid *and* start time, ended for certain."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from streamlings import wait
from streamlings.errors import ServerCrashed


@dataclass(frozen=True)
class Process:
    """A process that outlives the command that started it. `started` (s since the epoch) tells it from a reused pid."""

    name: str
    pid: int
    started: float
    log: str
    end_with: int = signal.SIGTERM
    """The signal that asks it to end: SIGTERM for all but PostgreSQL, which would then wait for its clients."""

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    def alive(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        try:
            seen = psutil.Process(self.pid)
            return abs(seen.create_time() - self.started) < 2 and seen.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def signal(self, number: int) -> None:
        """Send a signal to the process's group, if it still is that process. Its zombie is reaped when it was our child."""
        if self.alive():
            try:
                os.killpg(self.pid, number)
            except (ProcessLookupError, PermissionError):
                return
        reap(self)

    def said(self, lines: int = 12) -> str:
        """The last lines of its log."""
        return tail(Path(self.log), lines)


def this() -> Process:
    """The process that asks."""
    return Process("streamlings", os.getpid(), psutil.Process().create_time(), "")


def start(
    name: str,
    argv: list[str],
    *,
    log: Path,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    end_with: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start `argv` in a session of its own, output appended to `log`; returns at once."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=env, cwd=cwd, start_new_session=True
        )
    return Process(name, child.pid, psutil.Process(child.pid).create_time(), str(log), int(end_with))


def stop(processes: list[Process], *, grace_s: float = 10) -> None:
    """End these processes and their children: asked first, then killed. Returns when none of them is left."""
    for process in processes:
        process.signal(process.end_with)
    wait.until(lambda: not any(p.alive() for p in processes), deadline_s=grace_s)
    for process in processes:
        kill(process)


def kill(process: Process) -> None:
    """SIGKILL to the process and its whole group, as a machine that loses power would."""
    process.signal(signal.SIGKILL)
    gone = wait.until(lambda: not process.alive(), deadline_s=10, every_ms=5)
    if gone is None:
        raise ServerCrashed(f"{process.name} (pid {process.pid}) does not end", hint="look at it with `ps`, then run the command again")


@contextmanager
def standing_still(process: Process) -> Iterator[None]:
    """Stop the process (SIGSTOP) while the block runs. Its peers see a server that does not answer, until their timeouts."""
    process.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.signal(signal.SIGCONT)


def reap(process: Process) -> None:
    """Collect the exit status of an ended child, so that no zombie stays behind in a long command."""
    try:
        os.waitpid(process.pid, os.WNOHANG)
    except (ChildProcessError, OSError):
        pass


def until_ready(process: Process, ready: Callable[[], object], *, deadline_s: float = 60) -> None:
    """Wait until `ready` answers something true, on a crowded machine longer than `deadline_s` by as much as it is crowded.

    Raises ServerCrashed, with the server's last log lines, when the process ends first or the deadline passes.
    """

    def look() -> str | None:
        if ready():
            return "ready"
        return None if process.alive() else "ended"

    deadline_s *= wait.crowding()
    seen = wait.until(look, deadline_s=deadline_s)
    if seen == "ready":
        return
    what = "ended by itself" if seen == "ended" else f"did not become ready within {deadline_s:.0f} s"
    raise ServerCrashed(
        f"{process.name} {what}", details=process.said(), hint="`./streamlings doctor` looks at memory, disk, ports and Java"
    )


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log file, read from its last 16 KiB, without the frames of Java stack traces."""
    try:
        with log.open("rb") as f:
            f.seek(max(0, log.stat().st_size - 16_384))
            return without_frames(f.read().decode("utf-8", "replace"), lines)
    except OSError:
        return ""


def without_frames(log: str, lines: int) -> str:
    """The last lines of a log, without the frames of Java stack traces."""
    said = [line.rstrip() for line in log.splitlines() if line.strip() and not line.startswith(("\tat ", "\t..."))]
    return "\n".join(said[-lines:])


def free_ports(count: int) -> list[int]:
    """Different TCP ports on loopback that nothing listens on right now."""
    with ExitStack() as held:  # all at once: a port that is let go may be given again
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def listens(port: int, host: str = "127.0.0.1", *, deadline_s: float = 0.2) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=deadline_s):
            return True
    except OSError:
        return False
