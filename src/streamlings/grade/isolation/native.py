"""Without containers: what is said of it, and what can be done all the same."""

from __future__ import annotations

import ctypes
import sys

NATIVELY = """native: submissions run as you, on this machine, one after the other in each lab.
  bounded: memory, file sizes, processes, time, output; what a program starts ends with it; what it changes in the course is put back.
  NOT protected: your files and network, other submissions and results on this disk, and from a submission that attacks the grader.
  Use it for people you trust, or on a machine that holds nothing else."""

PR_SET_DUMPABLE = 4


def keep_to_itself() -> None:
    """Natively a submission runs as the same user: on Linux it can then neither write to this process's stdout nor read its memory
    (prctl(2)), unless that user is the superuser."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
