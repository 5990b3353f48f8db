"""The parent of a learner's program (`python -m streamlings.worker.keeper ARGV...`): whatever the program starts ends with it.

On Linux it is a child subreaper (prctl(2), PR_SET_CHILD_SUBREAPER): a process whose parent has ended becomes the keeper's child, whatever
session, group or environment it has, so that none gets away. macOS has no such thing; there, and should a program kill its keeper, what is
left is found by its environment (cleanup.kill_leftovers).

With `--status FD` it lives as long as its stdin is open, so that nothing outlives whoever started it; the program's exit code (negative for
a signal) is written to that descriptor, as a line of text. With `--taken FILE` it ends with the process that it keeps; but where that file
exists, somebody uses the process and ends the keeper, too, so that a keeper that is gone was ended by the program.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil  # before the program is started: what it does to this folder or the packages later is nothing to its keeper

PR_SET_CHILD_SUBREAPER = 36


def under_keeper(*arguments: str) -> list[str]:
    """What runs a program under a keeper: its options, and the program's own command. No module is taken from the current folder (-P)."""
    return [sys.executable, "-P", "-m", "streamlings.worker.keeper", *arguments]


class Over(Exception):
    """The check has ended."""


def keep(argv: list[str], *, status: int | None = None, taken: Path | None = None) -> None:
    """Run `argv` in a session of its own, and end every process that came of it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, _over)
    try:
        program = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)
        if status is not None:
            _close_output()
            threading.Thread(target=_end_with_stdin, daemon=True).start()
        _reap(program.pid, status)
        if taken is not None:
            end_descendants()
        while status is not None or (taken is not None and taken.exists()):
            signal.pause()
    except Over:
        pass
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_descendants()


def end_descendants() -> None:
    """SIGKILL to every process below this one, until there is none."""
    while True:
        for each in psutil.Process().children(recursive=True):
            try:
                each.kill()
            except psutil.Error:
                continue
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return


def _over(*_: object) -> None:
    raise Over


def _close_output() -> None:
    """Leave stdout and stderr to the program, so that whoever reads them knows when it has closed them."""
    with open(os.devnull, "wb") as nowhere:
        for descriptor in (1, 2):
            os.dup2(nowhere.fileno(), descriptor)


def _end_with_stdin() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _reap(program: int, status: int | None) -> None:
    """Collect every child that ends, until the program does; with `status` until none is left."""
    while True:
        try:
            ended, how = os.waitpid(-1, 0)
        except ChildProcessError:
            return
        if ended == program:
            if status is None:
                return
            os.write(status, f"{os.waitstatus_to_exitcode(how)}\n".encode())
            os.close(status)


if __name__ == "__main__":
    if sys.argv[1] == "--status":
        keep(sys.argv[3:], status=int(sys.argv[2]))
    else:
        keep(sys.argv[3:], taken=Path(sys.argv[2]))
