"""The command in a pseudo-terminal, and what a learner would see of it (pyte draws it): for the tests, and for what `watch` costs."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

from streamlings import wait
from streamlings.paths import ROOT

COLOUR = re.compile(rb"\x1b\[[0-9;]*\b(3[0-7]|4[0-7]|9[0-7]|38|48)\b[0-9;]*m")
LEAVES_THE_SCREEN = b"\x1b[?1049l"


class Terminal:
    """`streamlings ARGUMENTS` with a screen of `columns` by `rows`. What does not come in time raises AssertionError, with the screen."""

    def __init__(self, *arguments: str, cwd: Path, columns: int = 80, rows: int = 24, **env: str) -> None:
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "NO_COLOR", "SSH_CONNECTION")}
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        self._child = pexpect.spawn(
            sys.executable,
            ["-P", "-m", "streamlings", *arguments],
            cwd=str(cwd),
            env=environment | {"PYTHONPATH": str(ROOT / "src"), "TERM": "xterm-256color"} | env,
            dimensions=(rows, columns),
            timeout=None,
        )
        self.pid = self._child.pid

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, *words: str, deadline_s: float = 20) -> str:
        """Wait until all these words stand on the screen; the text."""
        return self._until(lambda: all(word in self.text for word in words), f"waited for {words}", deadline_s)

    def until_gone(self, word: str, *, deadline_s: float = 20) -> str:
        """Wait until this no longer stands on the screen; the text."""
        return self._until(lambda: word not in self.text, f"waited until {word!r} is gone", deadline_s)

    def until_written(self, word: str, *, deadline_s: float = 20) -> str:
        """The same for a command that prints lines."""
        return self._until(lambda: word.encode() in self.written, f"waited for {word!r}", deadline_s)

    def _until(self, seen: Callable[[], bool], what: str, deadline_s: float) -> str:
        def look() -> bool:
            self._read()
            return seen()

        if not wait.until(look, deadline_s=deadline_s * wait.crowding()):
            raise AssertionError(f"{what}; on the screen:\n{self.text}\nwritten last: {self.written[-600:]!r}")
        return self.text

    def _read(self) -> None:
        try:
            data = self._child.read_nonblocking(100_000, timeout=0.02)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.written += data
        self._stream.feed(data)

    def press(self, keys: str) -> None:
        self._child.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def kill(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self, *, deadline_s: float = 30) -> int:
        """The exit code, once the command has ended by itself (negative for a signal)."""

        def ended() -> bool:
            self._read()
            return not self._child.isalive()

        if not wait.until(ended, deadline_s=deadline_s * wait.crowding()):
            self.close()
            raise AssertionError(f"the command does not end; on the screen:\n{self.text}")
        self._read()
        self._child.close()
        return int(self._child.exitstatus) if self._child.signalstatus is None else -int(self._child.signalstatus)

    def close(self) -> None:
        """Close the terminal, and kill what does not end with it."""
        try:
            self._child.close(force=True)
        except pexpect.ExceptionPexpect:  # killed, and on a busy machine not gone within a tenth of a second
            wait.until(lambda: not self._child.isalive(), deadline_s=20)
