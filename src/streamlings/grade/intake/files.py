"""The files of one submission, wherever they lie: their names, and the bytes of those that are asked for, within limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

FILE_BYTES = 1_000_000
"""A program is not larger."""
ALL_BYTES = 200_000_000
"""The archives of a submission hold no more, unpacked; the one that claims to, or turns out to, is refused as a whole."""
FILES = 5_000
DEPTH = 20
PASSED_OVER = {"__macosx", "__pycache__", "node_modules", "site-packages"}
"""Folders in which no learner's program lies; so are those whose names begin with a dot."""


class Refused(Exception):
    """A submission, or a file in it, that is not read; the message says why, in words for teacher and learner."""


@dataclass
class Budget:
    """How many bytes the archives of one submission may still unpack to."""

    left: int = ALL_BYTES

    def take(self, size: int) -> None:
        """Raises Refused where that is more than is left, and takes nothing then."""
        if size > self.left:
            raise Refused(f"unpacks to more than {ALL_BYTES / 1e6:.0f} MB, which is what all of a submission may")
        self.left -= size


@dataclass(frozen=True)
class File:
    """`parts` is its path in the submission. `read` gives its bytes, and raises Refused where they are too many."""

    parts: tuple[str, ...]
    read: Callable[[], bytes]

    @property
    def path(self) -> str:
        return "/".join(self.parts)


@dataclass
class Files:
    """What a submission holds, and what in it was refused."""

    found: list[File] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unread: str = ""
    """What could not be read although programs may lie in it; "" where there is nothing of that kind."""

    def add(self, file: File) -> None:
        """Raises Refused where there are too many."""
        self.found.append(file)
        if len(self.found) > FILES:
            raise Refused(f"holds more than {FILES:,} files")

    def refuse(self, path: str, why: str, *, unread: bool = False) -> None:
        """Ten are named; who has more has made his point. `unread` says that programs may lie in it."""
        if unread and not self.unread:
            self.unread = f"{path}: {why}"
        if len(self.refused) < 10:
            self.refused.append(f"{path}: {why}")


def is_program(name: str) -> bool:
    return name.lower().strip().endswith((".py", ".py.txt"))


def passed_over(folder: str) -> bool:
    return folder.startswith(".") or folder.casefold() in PASSED_OVER


def too_large(size: int) -> Refused:
    return Refused(f"is larger than {FILE_BYTES / 1e6:.0f} MB ({size / 1e6:,.1f} MB), and no program")
