"""Keys as they are pressed, without waiting for one: for a view that goes on by itself."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def keys() -> Iterator[Callable[[], str]]:
    """Gives a function that says what was typed since it was asked last. Ctrl-C stays what it is, Ctrl-Z does nothing, for a program that
    stops would leave the terminal as it is now; it is put back at the end."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def typed() -> str:
        ready, _, _ = select.select([terminal], [], [], 0)
        return os.read(terminal, 100).decode(errors="replace") if ready else ""

    try:
        tty.setcbreak(terminal)
        changed = termios.tcgetattr(terminal)
        changed[6][termios.VSUSP] = os.fpathconf(terminal, "PC_VDISABLE").to_bytes()
        termios.tcsetattr(terminal, termios.TCSADRAIN, changed)
        yield typed
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
