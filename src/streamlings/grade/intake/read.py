"""All submissions of a class: a folder that holds one folder or archive per learner, or a CSV that names checkouts."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from streamlings.errors import UsageError
from streamlings.grade.config import Grading
from streamlings.grade.intake import archive, folder
from streamlings.grade.intake.files import Files, Refused
from streamlings.grade.intake.find import programs
from streamlings.grade.intake.submission import Submission, give_keys
from streamlings.paths import shown
from streamlings.servers.say import Say

COLUMNS = "a CSV of checkouts has the columns name and path, and may have handed_in"


def read(source: Path, grading: Grading, say: Say) -> list[Submission]:
    """The submissions, by name. Raises UsageError where there is none, or a table cannot be read."""
    if not source.exists():
        raise UsageError(f"{shown(source)} does not exist", hint="name the folder that holds the submissions, or a CSV of checkouts")
    found = _folder(source, grading, say) if source.is_dir() else _table(source, grading)
    if not found:
        raise UsageError(f"{shown(source)} holds no submission", hint="each learner has a folder, a zip or a tar there")
    give_keys(found)
    return sorted(found, key=lambda s: s.key)


def _folder(source: Path, grading: Grading, say: Say) -> list[Submission]:
    found = []
    for entry in sorted(source.iterdir()):
        name = unicodedata.normalize("NFC", entry.name)
        if name.startswith(".") or name.casefold() in ("__macosx", "__pycache__"):
            continue
        if entry.is_symlink() and not entry.resolve().is_relative_to(source.resolve()):
            found.append(Submission(name, notes=["the submission is a link that leads elsewhere, and was not read"]))
        elif entry.is_dir():
            found.append(_submission(name, lambda e=entry: _of_folder(e), grading))  # type: ignore[misc]
        elif archive.is_archive(name):
            found.append(_submission(_without_suffix(name), lambda e=entry: archive.files_of(e), grading))  # type: ignore[misc]
        elif entry.suffix not in (".toml", ".csv"):
            say(f"passed over: {shown(entry)} is neither a folder nor an archive")
    if grading.due and grading.due.handed_in:
        times = _times(source / grading.due.handed_in)
        for each in found:
            each.handed_in = times.pop(each.name, None)
        for name in times:
            say(f"passed over: {grading.due.handed_in} names {name!r}, who has no submission")
    return found


def _of_folder(entry: Path) -> Files:
    """The files of a folder, and those of archives in it: that is how some course systems hand them out."""
    files = folder.files_of(entry)
    for packed in [file for file in files.found if archive.is_archive(file.parts[-1])]:
        try:
            inside = archive.files_of(entry.joinpath(*packed.parts))
        except Refused as e:
            files.refuse(packed.path, str(e))
            continue
        files.found += inside.found
        files.refused += inside.refused
    return files


def _table(source: Path, grading: Grading) -> list[Submission]:
    found: list[Submission] = []
    for number, row in enumerate(_rows(source), 2):
        name, path = (row.get("name") or "").strip(), (row.get("path") or "").strip()
        if not name or not path:
            raise UsageError(f"{shown(source)}: line {number} has no {'path' if name else 'name'}", hint=COLUMNS)
        if any(each.name == name for each in found):
            raise UsageError(f"{shown(source)}: {name} stands there twice", hint="one line for each learner")
        place = source.parent / path
        if not place.is_dir():
            found.append(Submission(name, notes=["the submission was not read: its folder does not exist"]))
            continue
        submission = _submission(name, lambda p=place: _of_folder(p), grading)  # type: ignore[misc]
        submission.handed_in = _time(row.get("handed_in") or "", source, number)
        found.append(submission)
    return found


def _submission(name: str, files: Callable[[], Files], grading: Grading) -> Submission:
    try:
        found, notes = programs(files(), grading.exercises)
    except Refused as e:
        return Submission(name, notes=[f"the submission was not read: it {e}"])
    except Exception as e:  # whatever somebody hands in costs only themselves
        return Submission(name, notes=[f"the submission was not read: {type(e).__name__}: {e}"])
    return Submission(name, programs=found, notes=notes)


def _times(table: Path) -> dict[str, datetime | None]:
    times = {}
    for number, row in enumerate(_rows(table), 2):
        name = unicodedata.normalize("NFC", (row.get("name") or "").strip())
        times[name] = _time(row.get("handed_in") or "", table, number)
    return times


def _rows(table: Path) -> list[dict[str, str | None]]:
    try:
        return list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    except FileNotFoundError as e:
        raise UsageError(f"there is no {shown(table)}", hint="grading.toml names it under [due] handed_in") from e
    except (OSError, UnicodeDecodeError, csv.Error) as e:
        raise UsageError(f"{shown(table)} cannot be read: {e}", hint=COLUMNS) from e


def _time(text: str, table: Path, number: int) -> datetime | None:
    if not text.strip():
        return None
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError as e:
        raise UsageError(f"{shown(table)}: line {number}: {text!r} is no time", hint="write 2026-11-20T17:58:00+01:00") from e
    if time.tzinfo is None:
        raise UsageError(f"{shown(table)}: line {number}: {text} has no offset", hint=f"write {text}+01:00, or {text}Z for UTC")
    return time.astimezone(UTC)


def _without_suffix(name: str) -> str:
    lowered = name.lower()
    suffix = max((s for s in archive.SUFFIXES if lowered.endswith(s)), key=len)
    return name[: -len(suffix)]
