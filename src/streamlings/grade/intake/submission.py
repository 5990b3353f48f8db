"""One learner's submission: their program for each exercise, as text that Python reads, and what was noticed on the way."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from streamlings.course import Exercise

KEY_LENGTH = 80
RESERVED = {"batch", "cohort.html", "junit.xml", "marks.csv", "marks.json", "pseudonyms.csv"}
"""What lies beside the learners' folders in the results."""


@dataclass(frozen=True)
class Program:
    """What a learner handed in for one exercise. `path` is its name in the submission; `text` is "" where `refused` says why."""

    path: str
    text: str
    refused: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass
class Submission:
    """`name` is what the teacher calls the learner, `key` a folder name that is made of it and is nobody else's."""

    name: str
    key: str = ""
    programs: dict[Exercise, Program] = field(default_factory=dict)
    handed_in: datetime | None = None
    unread: str = ""
    """What of it could not be read although programs may lie in it; "" where everything was."""
    notes: list[str] = field(default_factory=list)
    """What was refused, or read in another way than it stood there: for teacher and learner."""


def give_keys(submissions: Iterable[Submission]) -> None:
    """Name each submission's folder, the same in every run over the same names."""
    taken = set(RESERVED)
    for each in sorted(submissions, key=lambda s: s.name):
        stem = key = _safe(each.name)
        number = 2
        while key.casefold() in taken:  # two names may differ only in what a file system does not tell apart
            key, number = f"{stem}-{number}", number + 1
        taken.add(key.casefold())
        each.key = key


def _safe(name: str) -> str:
    """A name that every file system takes: letters and digits of any script stay, the rest becomes a dash."""
    plain = unicodedata.normalize("NFC", name)
    plain = re.sub(r"[^\w.-]+", "-", plain).strip("-._")[:KEY_LENGTH].strip("-._")
    return plain or "learner"
