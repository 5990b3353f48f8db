"""How far a download is, on stderr: a bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as RichProgress

from streamlings.jars import Progress


def download_report(doing: str = "downloading", done: str = "downloaded") -> Progress:
    """The right one for where stderr goes. rich honours NO_COLOR by itself."""
    return Bar(doing=doing) if sys.stderr.isatty() else Lines(doing, done)


class Bar:
    """A progress bar with sizes, speed and time left."""

    def __init__(self, console: Console | None = None, *, doing: str = "downloading") -> None:
        columns = (
            TextColumn(f"{doing} {{task.description}}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = RichProgress(*columns, console=console or Console(stderr=True))

    def start(self, total_bytes: int, what: str) -> None:
        self._bar.start()
        self._task = self._bar.add_task(what, total=total_bytes)

    def advance(self, bytes: int) -> None:
        self._bar.advance(self._task, bytes)

    def done(self) -> None:
        self._bar.stop()


class Lines:
    """One line at the start, one every 25 %, one at the end: what a log should keep."""

    def __init__(self, doing: str = "downloading", done: str = "downloaded") -> None:
        self._doing, self._done = doing, done
        self._lock = threading.Lock()  # four downloads report at once

    def start(self, total_bytes: int, what: str) -> None:
        self._total, self._what, self._have, self._said = total_bytes, what, 0, 0
        self._began = time.monotonic()
        size = f" ({total_bytes / 1e6:.1f} MB)" if total_bytes else ""  # none: waiting for another process's download
        self._say(f"{self._doing} {what}{size}")

    def advance(self, bytes: int) -> None:
        with self._lock:
            self._have += bytes
            quarter = self._have * 4 // self._total if self._total else 4
            if self._said < quarter < 4:
                self._said = quarter
                self._say(f"{self._doing} {self._what}: {quarter * 25} %")

    def done(self) -> None:
        if self._have >= self._total > 0:
            self._say(f"{self._done} {self._what} in {time.monotonic() - self._began:.1f} s")

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)
