"""`list` and `progress`."""

from __future__ import annotations

import json

from rich.text import Text

from streamlings import progress
from streamlings.course import Course
from streamlings.report.verdict import console


def show_list(*, as_json: bool) -> None:
    """Every exercise with its minutes and whether it has passed."""
    done = progress.read().passed
    exercises = Course().exercises
    if as_json:
        rows = [
            {"id": e.id, "title": e.title, "minutes": e.minutes, "kind": e.kind, "needs": sorted(e.needs), "passed": done.get(e.id)}
            for e in exercises
        ]
        print(json.dumps(rows, indent=1))
        return
    out = console()
    following = progress.next_exercise(Course())
    for e in exercises:
        mark = "passed" if e.id in done else "next" if following and e.id == following.id else ""
        style = {"passed": "green", "next": "bold", "": ""}[mark]
        out.print(Text(f"{mark:<7} {e.id:<34} {e.minutes:>3} min  {e.title}", style=style))


def show_progress(*, as_json: bool) -> None:
    """How many have passed, and how many minutes are left."""
    state = progress.read()
    exercises = Course().exercises
    known = [e for e in exercises if e.id in state.passed]
    left = sum(e.minutes for e in exercises if e.id not in state.passed)
    following = progress.next_exercise(Course())
    if as_json:
        print(json.dumps({"passed": {e.id: state.passed[e.id] for e in known}, "exercises": len(exercises), "minutes_left": left,
                          "next": following.id if following else None}, indent=1))  # fmt: skip
        return
    print(f"{len(known)} of {len(exercises)} passed, about {left} minutes left" + (f", next: {following.id}" if following else ""))
