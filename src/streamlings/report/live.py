"""A running job, live: on a terminal one screen that moves, elsewhere plain lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.table import Table
from rich.text import Text

from streamlings.keyboard import keys
from streamlings.report.verdict import console
from streamlings.shop import clock, shown
from streamlings.stage.records import Row
from streamlings.stage.story import duration
from streamlings.vitals import Vitals

Kill = Literal["taskmanager", "broker"]
Rows = list[tuple[str, Row]]
NAMES: dict[Kill, str] = {"taskmanager": "TaskManager", "broker": "broker"}
SUMMARY_EVERY = 20
"""In plain lines, the figures come once in so many steps that had something to say."""


class View(Protocol):
    """Shows a run."""

    def show(self, vitals: Vitals, sent: list[Row], rows: Rows) -> None:
        """How the job is now, and what was sent and came out since the last time."""

    def typed(self) -> str:
        """What was typed since the last time."""


@contextmanager
def live(name: str, *, flink: str, kills: Kill) -> Iterator[View]:
    """The view for where stdin and stdout go. Whatever happens, the terminal is as before at the end."""
    out = Console(highlight=False)
    if not (out.is_terminal and sys.stdin.isatty()) or os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        print(f"Flink's page: http://{flink}   Ctrl-C ends the job", flush=True)
        yield Lines()
        return
    with keys() as typed, Live(console=out, screen=True, refresh_per_second=5) as moving:
        yield Moving(moving, typed, name, flink, kills)


class Lines:
    """A line for each event and row, and now and then the figures."""

    def __init__(self) -> None:
        self._steps = 0

    def show(self, vitals: Vitals, sent: list[Row], rows: Rows) -> None:
        for row in sent:
            print(f"sent    {in_words(row)}"[:150])
        for topic, row in rows:
            print(f"output  {topic}: {in_words(row)}"[:150])
        self._steps += bool(sent or rows)
        if self._steps >= SUMMARY_EVERY:
            self._steps = 0
            print("        " + "   ".join(f"{name} {value}" for name, value in figures(vitals)))
        sys.stdout.flush()

    def typed(self) -> str:
        return ""


class Moving:
    """The whole screen. It is drawn anew for the size that the terminal has by then."""

    def __init__(self, moving: Live, typed: Callable[[], str], name: str, flink: str, kills: Kill) -> None:
        self._moving, self._typed = moving, typed
        self._around = name, flink, kills

    def show(self, vitals: Vitals, sent: list[Row], rows: Rows) -> None:
        self._moving.update(Board(vitals, *self._around))

    def typed(self) -> str:
        return self._typed()


class Board:
    """What the screen holds: the figures, the newest rows, what happened, the keys."""

    def __init__(self, vitals: Vitals, name: str, flink: str, kills: Kill) -> None:
        self._vitals, self._name, self._flink, self._kills = vitals, name, flink, kills

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        v, width, height = self._vitals, options.max_width, options.height or console.height
        left, right = f" {self._name} on the lab's shop", f"{v.state}   {int(v.seconds) // 60}:{int(v.seconds) % 60:02} "
        yield Text(left + " " * (width - len(left) - len(right)) + right, style="reverse bold", no_wrap=True)
        yield Text("")
        table = Table.grid(padding=(0, 3))
        told = figures(v)
        for name, value in told:
            table.add_row(f" {name}", value)
        yield table
        happened = list(v.happened)[-4:]
        room = max(1, height - len(told) - 6 - len(happened))
        yield Text("\n what came out last", style="bold")
        rows = [f"   {topic}  {in_words(row)}" for topic, row in list(v.newest_rows)[-room:]] or ["   nothing yet"]
        for line in rows + [""] * (room - len(rows)):
            yield Text(line, no_wrap=True, overflow="ellipsis")
        for seconds, text in happened:
            yield Text(f"   {int(seconds) // 60}:{int(seconds) % 60:02}  {text}", style="yellow", no_wrap=True, overflow="ellipsis")
        yield Text.assemble(
            (" k", "bold"),
            f" kills the {NAMES[self._kills]}   ",
            ("q", "bold"),
            " ends the job   ",
            f"Flink's page http://{self._flink}",
            end="",
        )


def figures(v: Vitals) -> list[tuple[str, str]]:
    """Each figure with its name, in words."""
    behind = duration(v.newest_event - v.watermark) + " of the shop's time behind" if v.newest_event and v.watermark else ""
    checkpoints = f"{v.completed} completed, {v.failed} failed" if v.takes_checkpoints or v.completed else "the job takes none"
    took = f", the last took {v.last_checkpoint_ms} ms" if v.last_checkpoint_ms is not None else ""
    return [
        ("in", f"{v.in_rate:,.1f} events/s, {v.sent:,} so far"),
        ("out", f"{v.out_rate:,.1f} rows/s, {v.rows:,} so far"),
        ("newest event", clock(v.newest_event) if v.newest_event else "none yet"),
        ("watermark", f"{clock(v.watermark)}   {behind}" if v.watermark else "none"),
        ("late", f"{v.dropped:,} dropped by Flink"),
        ("consumer lag", f"{v.lag:,} events"),
        ("busy", f"{v.busy:.0%}   back pressure {v.back_pressured:.0%}"),
        ("checkpoints", checkpoints + took),
    ]


def sum_up(v: Vitals) -> None:
    """What the run was, in a few lines that stay on the terminal."""
    out = console()
    out.print(f"ran for {v.seconds:.0f} s, sent {v.sent:,} events, {v.rows:,} rows came out, {v.dropped:,} events were dropped as late")
    for seconds, text in v.happened:
        out.print(f"  {int(seconds) // 60}:{int(seconds) % 60:02}  {text}", markup=False)


def in_words(row: Row) -> str:
    """A row's fields, times as clocks."""
    return "  ".join(f"{k} {clock(v) if k == 'timestamp' and isinstance(v, int) else shown(v)}".strip() for k, v in row.items())
