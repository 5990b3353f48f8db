"""The doctor's findings as lines: `ok`, `note` or `MEND`, the name, what was found, and below it what to do."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from streamlings.doctor.finding import Finding

WORDS = {True: ("ok", "green"), None: ("note", "cyan"), False: ("MEND", "bold red")}


def show(findings: list[Finding], console: Console | None = None) -> None:
    """Print all findings and a last line that sums them up. Colour adds nothing that the words do not say (rich honours NO_COLOR)."""
    console = console or Console(highlight=False)
    for finding in findings:
        word, style = WORDS[finding.ok]
        _print(console, Text.assemble("  ", (f"{word:<5}", style), f" {finding.name:<13} {finding.says}"))
        if finding.mend:
            _print(console, Text.assemble(" " * 22, ("hint:", "bold"), f" {finding.mend}"))
    mends = sum(finding.ok is False for finding in findings)
    _print(console, Text(f"\n{mends} {'thing' if mends == 1 else 'things'} to mend" if mends else "\nnothing to mend"))


def _print(console: Console, line: Text) -> None:
    console.print(line, soft_wrap=True)  # one line stays one line, for grep and for copying
