"""What a learner's program may take of the machine, as far as an ordinary user can bound it. Only a container bounds the rest."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 4 * 2**30
"""Of address space, beyond what the process has when the program begins."""

FILE_BYTES = 2**30
"""Of any one file."""

TASKS = 1_000
"""Processes and threads, beyond those that the machine has when the program begins. It does not bind the superuser (setrlimit(2))."""


def apply() -> None:
    """Bound this process and all that it starts. What the platform does not bound is left unbounded."""
    _limit("RLIMIT_FSIZE", FILE_BYTES)
    _limit("RLIMIT_CORE", 0)
    if sys.platform == "linux":
        _limit("RLIMIT_AS", _address_space() + MEMORY_BYTES)
        _limit("RLIMIT_NPROC", _tasks() + TASKS)


def _limit(name: str, value: int) -> None:
    which = getattr(resource, name)
    _, hard = resource.getrlimit(which)
    if hard == resource.RLIM_INFINITY or value < hard:
        resource.setrlimit(which, (value, value))


def _address_space() -> int:
    """Bytes, of this process."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _tasks() -> int:
    """Processes and threads of the whole machine: at least as many as this user's, which are what is limited."""
    return int(Path("/proc/loadavg").read_text().split()[3].split("/")[1])
