"""An interrupt (Ctrl-C, a check that nobody wants any more) at a moment at which nothing breaks by it.

Python raises in whatever its main thread runs just then. In the midst of taking a lock, this leaves the lock locked for ever; in urllib3 a
pool of connections with one; in `Popen` a process that nobody knows. There the interrupt waits until the program is out of it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from types import FrameType

AGAIN_S = 0.01
"""So soon is looked again."""
MODULES = {"urllib3", "http", "queue", "subprocess"}
FUNCTIONS = {("threading", "__enter__"), ("threading", "__exit__"), ("streamlings.servers.process", "start")}
"""Where an interrupt waits, too: a process that was started is known when `start` has returned."""

Handler = Callable[[int, FrameType | None], None]


def when_safe(interrupt: Callable[[], None]) -> Handler:
    """A handler of signals that calls `interrupt`, which may raise, as soon as nothing breaks by it. Uses SIGALRM."""

    def handle(number: int, frame: FrameType | None) -> None:
        if _is_safe(frame):
            interrupt()
            return
        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, AGAIN_S)

    return handle


def _is_safe(frame: FrameType | None) -> bool:
    for each in _stack(frame):
        module = each.f_globals.get("__name__", "")
        if module.partition(".")[0] in MODULES or (module, each.f_code.co_name) in FUNCTIONS:
            return False
    return True


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
