"""Known messages of Flink, Kafka, Avro and PostgreSQL: what one said, what it means, what to try, which lesson. Texts: traps.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from streamlings.outcome import Trap

TEXTS = Path(__file__).with_suffix(".toml")

QUOTED = 160
"""How much of a message is quoted, in characters."""


@dataclass(frozen=True)
class Entry:
    """One message of traps.toml, known by any of its patterns. Where `unless` is in the text, too, it only follows from something else."""

    id: str
    patterns: tuple[str, ...]
    unless: re.Pattern[str] | None
    means: str
    attempt: str
    lesson: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(self.patterns), re.S)

    def trap(self, text: str) -> Trap | None:
        """The explanation, with what the text says on one line; None where the text does not have this message."""
        found = self.pattern.search(text)
        if found is None or (self.unless and self.unless.search(text)):
            return None
        said = " ".join(found[0].split())
        return Trap(said if len(said) <= QUOTED else said[: QUOTED - 3] + "...", self.means, self.attempt, self.lesson)


@cache
def known() -> list[Entry]:
    """All entries, in the order in which they are tried."""
    data = tomllib.loads(TEXTS.read_text())
    return [
        Entry(
            id=t["id"],
            patterns=(t["pattern"],) if isinstance(t["pattern"], str) else tuple(t["pattern"]),
            unless=re.compile(t["unless"], re.S) if "unless" in t else None,
            means=t["means"],
            attempt=t["try"],
            lesson=t["lesson"],
        )
        for t in data["trap"]
    ]


def which(text: str) -> Entry | None:
    """The entry that explains a program's output and its job's exceptions: the first one that matches."""
    return next((entry for entry in known() if entry.trap(text)), None)


def recognise(text: str) -> Trap | None:
    """The explanation of the first known message in a program's output and its job's exceptions; None where there is none."""
    entry = which(text)
    return entry.trap(text) if entry else None
