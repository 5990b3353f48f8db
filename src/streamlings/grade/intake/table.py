"""The tables beside submissions: they name checkouts, or say when something was handed in. Every error is a line that names the place."""

from __future__ import annotations

import csv
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

from streamlings.errors import UsageError
from streamlings.grade.intake.archive import without_suffix
from streamlings.paths import shown

CHECKOUTS = "a CSV of checkouts has the columns name and path, with commas between; where [due] names handed_in, also handed_in"
TIMES = "it has the columns name and handed_in, with commas between"


def rows(table: Path, needed: list[str], hint: str) -> list[tuple[int, dict[str, str]]]:
    """The rows, each with the number of its line, and names of columns in lower case; none of an empty file. Raises UsageError where it
    cannot be read, or a column is missing."""
    try:
        reader = csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines())
        head = [(name or "").strip().casefold() for name in reader.fieldnames or []]
        reader.fieldnames = head
        found = [{name: str(value or "").strip() for name, value in row.items() if name is not None} for row in reader]
    except FileNotFoundError as e:
        raise UsageError(f"there is no {shown(table)}", hint="grading.toml names it under [due] handed_in") from e
    except (OSError, ValueError, csv.Error) as e:  # ValueError: no UTF-8, or no name of a file
        raise UsageError(f"{shown(table)} cannot be read: {e}", hint=hint) from e
    if head and (missing := [name for name in needed if name not in head]):
        raise UsageError(f"{shown(table)} has no column {missing[0]!r}", hint=hint)
    return list(enumerate(found, 2))


def times(table: Path) -> dict[str, tuple[str, datetime | None]]:
    """When each handed in, with the name as it stands there, by what `matched` makes of it. Raises UsageError."""
    known: dict[str, tuple[str, datetime | None]] = {}
    for number, row in rows(table, ["name", "handed_in"], TIMES):
        name = row["name"]
        if matched(name) in known:
            raise UsageError(f"{shown(table)}: {name} stands there twice", hint="one line for each learner")
        known[matched(name)] = name, time(row["handed_in"], table, number)
    return known


def matched(name: str) -> str:
    """By what a name is found: people write it in another case, or with the archive's suffix."""
    return without_suffix(unicodedata.normalize("NFC", name.strip())).casefold()


def time(text: str, table: Path, number: int) -> datetime | None:
    """A moment in UTC; None where none is given. Raises UsageError."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as e:
        raise UsageError(f"{shown(table)}: line {number}: {text!r} is no time", hint="write 2026-11-20T17:58:00+01:00") from e
    if moment.tzinfo is None:
        raise UsageError(f"{shown(table)}: line {number}: {text} has no offset", hint=f"write {text}+01:00, or {text}Z for UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError as e:
        raise UsageError(f"{shown(table)}: line {number}: {text} is no time that can be reckoned with", hint="is it a year too far?") from e
