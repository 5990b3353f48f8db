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


def _width(out: Console) -> int:
    """Where lines are wrapped: WIDTH, or less where a terminal has less. What is no terminal says nothing of its width."""
    return min(WIDTH, out.width - 1) if out.is_terminal else WIDTH


def show(result: Result, *, rerun: str = "") -> None:
    """Print one verdict on stdout. `rerun` is the command that repeats it."""
    write(console(), result, rerun=rerun)


def text(result: Result) -> str:
    """The verdict as a learner reads it, without colour."""
    out = io.StringIO()
    write(Console(file=out, highlight=False, soft_wrap=True, width=WIDTH + 4, force_terminal=False), result)
    return out.getvalue()


def write(out: Console, result: Result, *, rerun: str = "") -> None:
    """One verdict: the checks in order, what failed and why, what the program printed last, what was measured."""
    out.print(Text(f"{result.exercise}   seed {result.seed}", style="bold"))
    for each in result.checks:
        if each.outcome != "not_reached":
            _check(out, each)
    waiting = sum(each.outcome == "not_reached" for each in result.checks)
    if waiting:
        out.print(Text(f"{_margin(out)}{waiting} more {'check waits' if waiting == 1 else 'checks wait'} for this one", style="dim"))
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
        out.print(Text("\n  your program printed last: " + in_print(result.output_tail.splitlines()[-1][: _width(out)]), style="dim"))
    for line in result.measured:
        out.print()
        _verbatim(out, f"  measured here: {line}")
    verdict = {"passed": "passed", "failed": "not yet", "could_not_check": "could not check: this says nothing about your program"}
    style = {"passed": "bold green", "failed": "bold", "could_not_check": "bold yellow"}[result.outcome]
    out.print()
    out.print(Text(f"{verdict[result.outcome]}   {result.seconds:.1f} s", style=style))
    if rerun and result.outcome != "passed":
        out.print(Text(f"again with the same events: {rerun}", style="dim"))


def show_shortest(failed: CheckResult) -> None:
    """Print the short stream on which a check fails, too."""
    write_shortest(console(), failed.shortest)


def write_shortest(out: Console, lines: list[str]) -> None:
    out.print("\na shorter stream on which it fails, found by leaving events out:\n")
    for line in lines:
        _evidence(out, line)


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
        _evidence(out, line)
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


def _margin(out: Console) -> str:
    """Before what belongs to a check: less where lines would not fit otherwise."""
    return " " * (10 if _width(out) == WIDTH else 4)


def _evidence(out: Console, line: str) -> None:
    """As it is; one that is too long is wrapped, on a narrow terminal with its second line further in."""
    margin = _margin(out)
    indent = margin + " " * (len(line) - len(line.lstrip()))
    if len(margin + line) <= _width(out):
        _verbatim(out, (margin + line).rstrip())
    else:
        _wrapped(out, indent, line.lstrip(), further="" if _width(out) == WIDTH else " " * 11)


def _field(out: Console, name: str, value: str) -> None:
    _wrapped(out, f"{_margin(out)}{name:<8}  ", value)


def _wrapped(out: Console, first: str, text: str, *, further: str = "") -> None:
    following = " " * len(first) + further
    for line in textwrap.wrap(text, _width(out), initial_indent=first, subsequent_indent=following) or [first.rstrip()]:
        _verbatim(out, line)


def _verbatim(out: Console, line: str) -> None:
    """Text as it is: nothing in it is markup."""
    out.print(Text(in_print(line)))


def in_print(text: str) -> str:
    """Text in which what could move a cursor, or turn the direction of writing, is shown as a mark."""
    return "".join(c if c.isprintable() or c == "\t" else "·" for c in text)


def _problem(out: Console, result: Result) -> None:
    out.print()
    for line in result.problem.splitlines():
        _verbatim(out, "  " + line)
    if result.hint:
        out.print()
        _wrapped(out, "  hint: ", result.hint)
