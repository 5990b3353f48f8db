"""Golden feedback: what a learner reads of each wrong program, kept beside it as `NAME.txt`, so that wording is reviewed as a diff.

Everything that a seed decides is compared to the letter. What a machine decides (times, ports, ids) is replaced by a word first.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from streamlings.outcome import Result
from streamlings.paths import ROOT, course_root
from streamlings.report import verdict

MEASURED = re.compile(r"(?<=measured here: ).*")
MACHINE: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"^(passed|not yet|could not check.*?)   [0-9.]+ s$", re.M), r"\1   N s"),
    (re.compile(r"\b(127\.0\.0\.1|localhost):\d+"), r"\1:PORT"),
    (re.compile(r"\b[a-z0-9_]+_[0-9a-f]{6}_"), ""),
    (re.compile(r"\b[0-9a-f]{32}\b"), "ID"),
    (re.compile(r"(?<=checkpoint )\d+"), "N"),
    (re.compile(r"@[0-9a-f]{5,8}\b"), "@ADDRESS"),
    (re.compile(r"\btaskmanager-\d+"), "taskmanager"),
    (re.compile(r"\b20[2-9]\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?"), "TODAY"),  # every scenario plays in 2019
]


def feedback(result: Result) -> str:
    """The verdict as it is shown, with a word in place of what differs from machine to machine."""
    text = verdict.text(result).replace(f"{course_root()}/", "").replace(f"{ROOT}/", "")
    text = MEASURED.sub(lambda m: re.sub(r"\d[\d,.]*", "N", m[0]), text)
    for pattern, word in MACHINE:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def recorded(program: Path) -> Path:
    """Where the feedback on a wrong program is kept."""
    return program.with_suffix(".txt")


def differs(program: Path, result: Result) -> str:
    """ "" where the feedback is the recorded one, or what is different, line by line."""
    kept = recorded(program)
    if not kept.exists():
        return f"{kept.name} is missing: ./streamlings dev check --record writes it"
    lines = difflib.unified_diff(kept.read_text().splitlines(), feedback(result).splitlines(), "recorded", "now", lineterm="", n=1)
    return "\n".join(lines)


def record(program: Path, result: Result) -> None:
    """Keep this feedback as the recorded one."""
    recorded(program).write_text(feedback(result))
