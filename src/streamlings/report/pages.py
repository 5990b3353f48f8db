"""The pages of `watch`, as lines with the terminal's own escape codes, wrapped to a width."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Heading, Markdown
from rich.syntax import Syntax
from rich.text import Text

from streamlings.paths import shown
from streamlings.report import verdict

if TYPE_CHECKING:
    from streamlings.watch.session import Session

MARKS_OF_THE_PAGE = "# --8<-- ["
"""Where a lesson's page cuts out a part of a solution."""
WIDEST = 100
"""Text is not wider, whatever the terminal is."""


def lines(session: Session, width: int) -> list[str]:
    """The page that is open."""
    out = io.StringIO()
    paper = Console(
        file=out,
        width=min(width, WIDEST),
        force_terminal=True,
        color_system="standard",
        highlight=False,
        no_color=bool(os.environ.get("NO_COLOR")),
    )
    PAGES[session.page](session, paper)
    return out.getvalue().rstrip().split("\n")


def _task(session: Session, out: Console) -> None:
    exercise = session.exercise
    out.print(Text.assemble("edit  ", (shown(exercise.work), "bold"), f"   about {exercise.minutes} min"))
    out.print()
    _markdown(out, (exercise.folder / "README.md").read_text())


def _verdict(session: Session, out: Console) -> None:
    if session.result is None:
        out.print("There is no verdict yet: save your program, and it is checked.")
        return
    if session.phase != "judged":
        out.print("This is the verdict before; the check of what you saved since goes on.", style="dim")
    verdict.write(out, session.result)
    if session.shortest:
        verdict.write_shortest(out, session.shortest)


def _hints(session: Session, out: Console) -> None:
    given, all_of_them = session.hints, session.exercise.hints
    for number, hint in enumerate(given, 1):
        out.print(Text(f"hint {number} of {len(all_of_them)}", style="bold"))
        out.print(Text(hint))
        out.print()
    out.print(Text("h shows the next one" if len(given) < len(all_of_them) else "that was the last hint", style="dim"))


def _solution(session: Session, out: Console) -> None:
    source = session.exercise.solution.read_text().rstrip().splitlines()
    code = "\n".join(line for line in source if MARKS_OF_THE_PAGE not in line)
    out.print(Syntax(code, "python", theme="bw", background_color="default", word_wrap=True))
    out.print()
    _markdown(out, session.exercise.discussion.read_text())


def _timeline(session: Session, out: Console) -> None:
    if session.phase in ("checking", "stopping"):
        out.print("A check goes on: what happens in it stands here when there is a verdict.")
    elif session.result is None:
        out.print("Nothing has happened yet: save your program, and it is checked.")
    elif session.timeline is None and not session.result.checks:
        out.print("It is not known what happened in this check.")
    elif session.timeline is None:
        command = f"./streamlings check {session.exercise.id} --seed {session.result.seed} --timeline FILE.html"
        out.print(Text(f"So much happened that no screen holds it. Drawn into a file: {command}"))
    elif not any(lines for _, lines in session.timeline):
        out.print("No event was sent on a stream in this check.")
    else:
        for title, moments in session.timeline:
            out.print(Text(title, style="bold"))
            for moment in moments:
                out.print(Text("  " + moment), no_wrap=True, overflow="ellipsis")
            out.print()


def _places(session: Session, out: Console) -> None:
    exercise = session.exercise
    rows = {
        "your program": shown(exercise.work),
        "the task": shown(exercise.folder / "README.md"),
        "its lesson": session.course.page(exercise.id.split("/")[0]),
        "Flink's page": f"http://{session.flink}" if session.flink else "Flink does not run yet",
    }
    for name, place in rows.items():
        out.print(Text(f"{name:<14}").append(place, style="bold"), soft_wrap=True)


def _list(session: Session, out: Console) -> None:
    chooser = session.chooser
    for each in chooser.found:
        mark = "passed" if each.id in chooser.passed else ""
        style = "reverse" if each == chooser.marked else "green" if mark else ""
        pointer = ">" if each == chooser.marked else " "
        text = Text(f"{pointer} {mark:<6} {each.id:<32} {each.minutes:>3} min  {each.title}", style=style)
        out.print(text, no_wrap=True, overflow="ellipsis")
    if not chooser.found:
        out.print("  no exercise has these words in its name or title")


class LeftHeading(Heading):
    """A heading where the eye looks for it: rich puts the first one in the middle."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        self.text.style = "bold"
        yield self.text


class Page(Markdown):
    elements = Markdown.elements | {"heading_open": LeftHeading}


def _markdown(out: Console, text: str) -> None:
    out.print(Page(text, code_theme="bw", hyperlinks=False))


PAGES: dict[str, Callable[[Session, Console], None]] = {
    "task": _task,
    "verdict": _verdict,
    "hints": _hints,
    "solution": _solution,
    "timeline": _timeline,
    "places": _places,
    "list": _list,
}
