"""The one way to wait: until something is observed, with a deadline; never for a time to pass."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def crowding() -> float:
    """How many programs want each processor of this machine, over the last minute; at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def until(observe: Callable[[], T], *, deadline_s: float, every_ms: float = 20) -> T | None:
    """Ask `observe` every `every_ms` until it answers something true; that answer, or None after `deadline_s` seconds."""
    end = time.monotonic() + deadline_s
    while True:
        seen = observe()
        if seen:
            return seen
        if time.monotonic() >= end:
            return None
        select.select((), (), (), every_ms / 1000)  # an interrupt in it leaves no lock behind, as one in an Event's wait may
