"""`list` and `progress`."""

from __future__ import annotations

import json
import textwrap
from itertools import groupby

from rich.text import Text

from streamlings import progress
from streamlings.course import Course
from streamlings.report.verdict import console

OPEN_WIDTH = 40
"""Of the names of a lesson's open exercises, so that a line has at most 80 columns."""


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
        line = Text(f"{mark:<7} {e.id:<34} {e.minutes:>3} min  {e.title}", style=style)
        out.print(line, no_wrap=True, overflow="ellipsis", soft_wrap=not out.is_terminal)


def show_progress(*, as_json: bool) -> None:
    """Lesson by lesson: how many have passed, how many minutes are left, what is open; then all of it in a line."""
    state = progress.read()
    exercises = Course().exercises
    known = [e for e in exercises if e.id in state.passed]
    left = sum(e.minutes for e in exercises if e.id not in state.passed)
    following = progress.next_exercise(Course())
    if as_json:
        print(json.dumps({"passed": {e.id: state.passed[e.id] for e in known}, "exercises": len(exercises), "minutes_left": left,
                          "next": following.id if following else None}, indent=1))  # fmt: skip
        return
    out = console()
    for lesson, group in groupby(exercises, key=lambda e: e.id.split("/")[0]):
        of = list(group)
        open_ = [e for e in of if e.id not in state.passed]
        minutes = f"{sum(e.minutes for e in open_)} min" if open_ else ""
        names = textwrap.wrap(" ".join(e.id.split("/")[1] for e in open_), OPEN_WIDTH) or ["passed"]
        out.print(Text(f"{lesson:<19} {len(of) - len(open_):>2} of {len(of):<2} {minutes:>8}   {names[0]}", style="" if open_ else "green"))
        for more in names[1:]:
            out.print(Text(" " * 40 + more))
    out.print()
    print(f"{len(known)} of {len(exercises)} passed, about {left} minutes left" + (f", next: {following.id}" if following else ""))
