"""Known messages of Flink and Kafka: what one said, what it means, what to try, which lesson. The texts stand in traps.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from streamlings.outcome import Trap


@cache
def known() -> list[tuple[re.Pattern[str], Trap]]:
    """All entries: the pattern that recognises a message, and its explanation (`said` is filled in by `recognise`)."""
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    return [(re.compile(t["pattern"], re.S), Trap("", t["means"], t["try"], t.get("lesson", ""))) for t in data["trap"]]


def recognise(text: str) -> Trap | None:
    """The first known message in a program's output or a job's exceptions."""
    for pattern, trap in known():
        found = pattern.search(text)
        if found:
            said = " ".join(found[0].split())
            return Trap(said if len(said) <= 160 else said[:157] + "...", trap.means, trap.attempt, trap.lesson)
    return None
