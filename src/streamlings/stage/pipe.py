"""A named pipe that a program reads as a file: lines come when the scenario has some, and it is seen how many the program has taken."""

from __future__ import annotations

import array
import fcntl
import os
import select
import termios
from collections import deque
from pathlib import Path


class Pipe:
    """The write end of a named pipe at `path`. Nothing here blocks: what does not fit waits until `pump` is called again.

    A pipe holds some lines by itself (64 KiB on Linux); they count as not taken.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        # Open for both: so it opens before its reader does, and what is written before that is kept. The reader sees the end of it
        # when this end is closed.
        self._end: int | None = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.given: list[bytes] = []
        """All lines so far, without their ends."""
        self._waiting: deque[bytes] = deque()
        self._written = 0

    def send(self, lines: list[bytes]) -> None:
        """Give these lines (without their ends) to whoever reads, now or later. Raises ValueError for one that is too long for a pipe to
        take as a whole."""
        whole = [line + b"\n" for line in lines]
        if any(len(line) > select.PIPE_BUF for line in whole):
            raise ValueError(f"too long: a line of a pipe has at most {select.PIPE_BUF - 1} bytes here")
        self.given += lines
        self._waiting.extend(whole)
        self.pump()

    def pump(self) -> int:
        """Write as much as fits; how many lines are left."""
        while self._waiting and self._end is not None:
            chunk = b""
            fitting = 0
            while fitting < len(self._waiting) and len(chunk) + len(self._waiting[fitting]) <= select.PIPE_BUF:
                chunk += self._waiting[fitting]
                fitting += 1
            try:
                os.write(self._end, chunk)  # of at most PIPE_BUF bytes all are written, or none
            except BlockingIOError:
                break
            for _ in range(fitting):
                self._waiting.popleft()
            self._written += fitting
        return len(self._waiting)

    @property
    def taken(self) -> int:
        """How many lines the reader has taken out."""
        if self._end is None:
            return self._written
        unread = array.array("i", [0])
        fcntl.ioctl(self._end, termios.FIONREAD, unread)
        inside, bytes_inside = 0, unread[0]
        while bytes_inside > 0:
            inside += 1
            bytes_inside -= len(self.given[self._written - inside]) + 1
        return self._written - inside

    def close(self) -> None:
        """The end: no line comes any more. In place of the pipe a file stays, with all its lines, for a program that is run by hand."""
        if self._end is not None:
            os.close(self._end)
            self._end = None
            self.path.unlink(missing_ok=True)
            self.path.write_bytes(b"".join(line + b"\n" for line in self.given))
