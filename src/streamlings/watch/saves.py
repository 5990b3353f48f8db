"""Notices that the learner's file has been saved, in whatever way an editor does that.

The one file is read 25 times a second, and its content compared: no event of a file system is needed, which WSL's mounts, network drives
and containers do not give, and to which an editor that renames, or truncates and then writes, looks different. A `touch` is no save; nor is
what is there only for a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

LOOK_S = 0.04
"""Between two looks at the file. What both have seen alike has settled."""
Seen = Literal["noticed", "saved", "unchanged", "empty", "missing"]


class Saves:
    """Follows one file in a thread of its own, and calls `seen`:

    "noticed"   the content is another one; it may still change
    "saved"     that content has settled, and is not what was settled before
    "unchanged"          after all it is what was saved before
    "empty", "missing"   for now it is: the editor is at it, or the learner has deleted what was there
    """

    def __init__(self, seen: Callable[[Path, Seen], None]) -> None:
        self._seen = seen
        self._lock = threading.Lock()
        self._file = Path()
        self._known: bytes | None = None
        self._last: bytes | None = None
        self._told: Seen = "saved"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def start(self, file: Path) -> None:
        self.follow(file)
        self._thread.start()

    def follow(self, file: Path) -> None:
        """From now on, follow this file; what it holds now is known."""
        with self._lock:
            self._file = file
            self._known = self._last = content(file)
            self._told = "saved"

    def stop(self) -> None:
        self._over.set()
        self._thread.join(timeout=2)

    def _follow(self) -> None:
        while not self._over.wait(LOOK_S):
            with self._lock:
                file, said = self._file, self.look(content(self._file))
            if said:
                self._seen(file, said)

    def look(self, now: bytes | None) -> Seen | None:
        """What there is to say of this content, if it has not been said."""
        settled = now == self._last
        self._last = now
        if now == self._known:
            is_now: Seen = "unchanged" if settled and self._told not in ("saved", "unchanged") else self._told
        elif not settled:
            is_now = "noticed"
        else:
            is_now = "missing" if now is None else "saved" if now.strip() else "empty"
        fresh = is_now != self._told or (is_now == "saved" and now != self._known)
        if is_now == "saved":
            self._known = now
        self._told = is_now
        return is_now if fresh else None


def content(file: Path) -> bytes | None:
    """What it holds; None where it is not there, or cannot be read at this moment."""
    try:
        return file.read_bytes()
    except OSError:
        return None
