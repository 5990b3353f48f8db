"""What happened during a check, whole: as lines on the terminal, or as one self-contained page with pictures."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from streamlings.outcome import Result
from streamlings.report import picture, verdict
from streamlings.report.verdict import console
from streamlings.shop import clock
from streamlings.stage.story import story, time_and_content
from streamlings.stage.timeline import Moment, Timeline

FIRST = "the beginning"
LEGEND = """<p>Drawn from what was observed during the check. A dot is an event at its own time, a cross one that came behind the watermark;
the stair is the watermark; a box is a window from its first event to the moment when the watermark had passed its end; a square is a row
that came out. To zoom: the buttons, a wheel, or + and − on the keyboard; to move: drag, or the arrow keys.</p>"""


def show(timeline: Timeline) -> None:
    """Print every moment, part by part, within 100 columns."""
    out = console()
    for title, lines in parts(timeline):
        out.print(f"\n{title}", style="bold", markup=False)
        for line in lines:
            out.print("  " + line, markup=False)


def parts(timeline: Timeline) -> list[tuple[str, list[str]]]:
    """The title of each part, and every moment in it as a line."""
    return [(title or FIRST, story(timeline, act=title, limit=100_000)) for title in _titles(timeline)]


def write(timeline: Timeline, result: Result, file: Path) -> None:
    """Write the page: the verdict, and for each part a picture and a table that says the same. Raises OSError."""
    title = f"{result.exercise}: what happened (seed {result.seed})"
    file.write_text(page(title, f"{LEGEND}\n<pre>{escape(verdict.text(result))}</pre>\n{drawn(timeline)}"))


def drawn(timeline: Timeline, *, first: int = 1) -> str:
    """For each part a picture and a table that says the same, to be put into a `page`. `first` numbers the first of them."""
    return "\n".join(_part(timeline, number, title) for number, title in enumerate(_titles(timeline), first))


def page(title: str, body: str) -> str:
    """A self-contained page with the pictures' style and movements; `title` is text, `body` HTML."""
    return Template((Path(__file__).parent / "page.html").read_text()).substitute(title=escape(title), body=body)


def _titles(timeline: Timeline) -> list[str]:
    return ["", *(m.text for m in timeline.moments if m.kind == "act")]


def _part(timeline: Timeline, number: int, title: str) -> str:
    part = timeline.part(title)
    name = title or FIRST
    drawing = picture.svg(part, window_ms=timeline.window_ms, number=number, title=name)
    tools = (
        '<div class="tools"><button class="in" aria-label="zoom in">+</button><button class="out" aria-label="zoom out">−</button>'
        '<button class="all">whole</button></div>'
    )
    rows = "".join(_row(n, m, part) for n, m in enumerate(part, 1))
    table = f"<table><thead><tr><th>#<th>what<th>event time<th>where<th>content</tr></thead><tbody>{rows}</tbody></table>"
    return (
        f"<h2>{escape(name)}</h2><figure>{tools}{drawing}<figcaption>{escape(name)}</figcaption></figure>"
        f'<details><summary>The same as a table: {len(part)} moments</summary><div class="scroll">{table}</div></details>'
    )


def _row(number: int, m: Moment, part: list[Moment]) -> str:
    when, content = time_and_content(m)
    stands = ", ".join(f"{name} {'none yet' if at is None else clock(at)}" for name, at in m.of.items())
    where = f"{m.topic}-{m.partition}, offset {m.offset}" if m.topic else stands
    content += "; the watermark had passed it" if picture.late(m, part) else ""
    return f"<tr><td>{number}<td>{m.kind}<td>{escape(when)}<td>{escape(where)}<td>{escape(content)}</tr>"
