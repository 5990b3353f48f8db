"""The verdict on a terminal: readable without colour, at most 100 columns."""

from __future__ import annotations

import io
import textwrap

from rich.console import Console
from rich.text import Text

from streamlings.outcome import CheckResult, Result

WIDTH = 96
MARKS = {"passed": ("passed", "green"), "failed": ("FAILED", "bold red")}


def console(*, stderr: bool = False) -> Console:
    """Where reports go. rich leaves colour out when the output is no terminal, or NO_COLOR is set."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def show(result: Result, *, rerun: str = "") -> None:
    """Print one verdict on stdout. `rerun` is the command that repeats it."""
    write(console(), result, rerun=rerun)


def text(result: Result) -> str:
    """The verdict as a learner reads it, without colour."""
    out = io.StringIO()
    write(Console(file=out, highlight=False, soft_wrap=True, width=WIDTH + 4), result)
    return out.getvalue()


def write(out: Console, result: Result, *, rerun: str = "") -> None:
    """One verdict: the checks in order, what failed and why, what the program printed last, what was measured."""
    out.print(Text(f"{result.exercise}   seed {result.seed}", style="bold"))
    for each in result.checks:
        if each.outcome != "not_reached":
            _check(out, each)
    waiting = sum(each.outcome == "not_reached" for each in result.checks)
    if waiting:
        out.print(Text(f"          {waiting} more {'check waits' if waiting == 1 else 'checks wait'} for this one", style="dim"))
    if result.outcome == "could_not_check":
        _problem(out, result)
    shown = "\n".join(line for each in result.checks for line in [each.actual, *each.evidence])
    if result.output_tail and result.output_tail.splitlines()[-1].removeprefix("Caused by: ") in shown:
        pass  # the evidence shows it already
    elif result.output_tail and result.outcome != "passed":
        out.print("\n  your program printed last:")
        for line in result.output_tail.splitlines():
            _verbatim(out, "    " + line)
    elif result.output_tail:
        out.print(Text("\n  your program printed last: " + result.output_tail.splitlines()[-1][:WIDTH], style="dim"))
    for line in result.measured:
        out.print(f"\n  measured here: {line}")
    verdict = {"passed": "passed", "failed": "not yet", "could_not_check": "could not check: this says nothing about your program"}
    style = {"passed": "bold green", "failed": "bold", "could_not_check": "bold yellow"}[result.outcome]
    out.print()
    out.print(Text(f"{verdict[result.outcome]}   {result.seconds:.1f} s", style=style))
    if rerun and result.outcome != "passed":
        out.print(Text(f"again with the same events: {rerun}", style="dim"))


def show_shortest(failed: CheckResult) -> None:
    """Print the short stream on which a check fails, too."""
    out = console()
    out.print("\na shorter stream on which it fails, found by leaving events out:\n")
    for line in failed.shortest:
        _verbatim(out, "          " + line if line else "")


def _check(out: Console, each: CheckResult) -> None:
    mark, style = MARKS[each.outcome]
    out.print(Text("  ").append(mark, style).append(f"  {each.line}"))
    if each.outcome != "failed":
        return
    out.print()
    _field(out, "expected", each.expected)
    _field(out, "got", each.actual)
    if each.evidence:
        out.print()
    for line in each.evidence:
        indent = " " * (len(line) - len(line.lstrip()) + 10)
        _wrapped(out, indent, line.lstrip()) if len(line) > WIDTH - 10 else _verbatim(out, "          " + line)
    if each.trap:
        out.print()
        if each.trap.said not in " ".join([each.actual, *each.evidence]):
            _field(out, "it said", each.trap.said)
        _field(out, "meaning", each.trap.means)
        _field(out, "try", each.trap.attempt)
        if each.trap.lesson:
            _field(out, "read", each.trap.lesson)
    if each.hint:
        out.print()
        _wrapped(out, "  hint: ", each.hint)
    out.print()


def _field(out: Console, name: str, value: str) -> None:
    _wrapped(out, f"          {name:<8}  ", value)


def _wrapped(out: Console, first: str, text: str) -> None:
    for line in textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first)) or [first.rstrip()]:
        _verbatim(out, line)


def _verbatim(out: Console, line: str) -> None:
    """Text as it is: nothing in it is markup, and what could move the cursor is shown as a mark."""
    out.print(Text("".join(c if c.isprintable() or c == "\t" else "·" for c in line)))


def _problem(out: Console, result: Result) -> None:
    out.print()
    for line in result.problem.splitlines():
        _verbatim(out, "  " + line)
    if result.hint:
        out.print(f"\n  hint: {result.hint}")
