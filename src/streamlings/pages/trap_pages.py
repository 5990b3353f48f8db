"""What Flink, Kafka and the others say, and what it means: traps.toml as a page."""

from __future__ import annotations

import re
import re._parser as regular  # type: ignore[import-not-found]
from typing import Any

from streamlings import traps
from streamlings.course import Course
from streamlings.pages.markdown import anchor, literally, title
from streamlings.paths import ROOT

HEADING = re.compile(r"^# --- (?P<heading>.+)$|^id = \"(?P<id>.+)\"$", re.M)


def all_traps() -> str:
    """Under the headings of traps.toml, which are listed first, each message with its meaning, what to try, and its lesson where the course
    has that."""
    entries = {entry.id: entry for entry in traps.known()}
    text = traps.TEXTS.read_text(encoding="utf-8")
    headings = [_upper(found["heading"]) for found in HEADING.finditer(text) if found["heading"]]
    parts = ["\n".join(f"- [{heading}](#{anchor(heading)})" for heading in headings)]
    for found in HEADING.finditer(text):
        parts.append(f"## {_upper(found['heading'])}" if found["heading"] else _entry(entries[found["id"]]))
    return "\n\n".join(parts)


def _entry(entry: traps.Entry) -> str:
    page = Course().page(entry.lesson)
    lesson = f" Lesson: [{title((ROOT / page).read_text(encoding='utf-8'))}](/{page})." if page else ""
    messages = "\n".join(dict.fromkeys(readable(pattern) for pattern in entry.patterns))
    said = f"### {_upper(entry.id.replace('-', ' '))}\n\n```text\n{messages}\n```"
    return f"{said}\n\n{literally(entry.means)}\n\n**Try:** {literally(entry.attempt)}{lesson}"


def readable(pattern: str) -> str:
    """A message that the pattern is written for: the first of each choice, and … for what differs from case to case."""
    text = _words(regular.parse(pattern))
    return " ".join(re.sub(r"…(\W?…)+", "…", text).split())


def _words(parsed: Any) -> str:
    said = ""
    for kind, value in parsed:
        match str(kind):
            case "LITERAL":
                said += chr(value)
            case "SUBPATTERN":
                said += _words(value[-1])
            case "BRANCH":
                said += _words(value[1][0])
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, _, repeated = value
                words = _words(repeated)
                said += words * least if words.strip("…") else "…"
            case "ANY" | "IN" | "NOT_LITERAL":
                said += "…"
    return said


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
