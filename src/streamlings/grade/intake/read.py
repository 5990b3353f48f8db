"""All submissions of a class: a folder that holds one folder or archive per learner, or a CSV that names checkouts."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

from streamlings.errors import UsageError
from streamlings.grade.config import Grading
from streamlings.grade.intake import archive, folder, table
from streamlings.grade.intake.files import Budget, Files, Refused
from streamlings.grade.intake.find import programs
from streamlings.grade.intake.submission import Submission, give_keys
from streamlings.paths import real, shown
from streamlings.report.verdict import in_print
from streamlings.servers.say import Say

NO_TIME = "it is not known when this was handed in: nothing is taken off for being late"


def assert_there(source: Path) -> None:
    """Raises UsageError where there is neither a folder of submissions nor a table."""
    if not os.path.exists(source):
        raise UsageError(f"{shown(source)} does not exist", hint="name the folder that holds the submissions, or a CSV of checkouts")


def read(source: Path, grading: Grading, say: Say) -> list[Submission]:
    """The submissions, by name. Raises UsageError where there is none, or a table cannot be read."""
    assert_there(source)
    found = _folder(source, grading, say) if source.is_dir() else _checkouts(source, grading)
    if not found:
        raise UsageError(f"{shown(source)} holds no submission", hint="each learner has a folder, a zip or a tar there")
    _assert_each_once(found)
    if grading.due:
        _note_unknown_times(found, say)
    give_keys(found)
    return sorted(found, key=lambda s: s.key)


def _folder(source: Path, grading: Grading, say: Say) -> list[Submission]:
    found = []
    times_in = grading.due.handed_in if grading.due else ""
    try:
        entries = sorted(source.iterdir())
    except OSError as e:
        raise UsageError(f"{shown(source)} cannot be read: {e.strerror}", hint="name a folder that you may read") from e
    for entry in entries:
        name = unicodedata.normalize("NFC", entry.name)
        if name.startswith(".") or name.casefold() in ("__macosx", "__pycache__"):
            continue
        if entry.is_symlink() and not real(entry).is_relative_to(real(source)):
            found.append(_unread(name, "it is a link that leads elsewhere"))
        elif entry.is_dir():
            found.append(_submission(name, lambda e=entry: _of_folder(e), grading))  # type: ignore[misc]
        elif archive.is_archive(name):
            found.append(_submission(archive.without_suffix(name), lambda e=entry: archive.files_of(e, Budget()), grading))  # type: ignore[misc]
        elif entry.suffix not in (".toml", ".csv") and entry.name != times_in:
            found.append(_unread(archive.without_suffix(name), f"{name} is neither a folder, nor a zip, nor a tar"))
    if times_in:
        times = table.times(source / times_in)
        for each in found:
            _, each.handed_in = times.pop(table.matched(each.name), ("", None))
        for name, _ in times.values():
            say(f"passed over: {times_in} names {in_print(name)!r}, who has no submission")
    return found


def _of_folder(entry: Path) -> Files:
    """The files of a folder, and those of archives in it: that is how some course systems hand them out."""
    files, budget = folder.files_of(entry), Budget()
    for packed in files.found.copy():
        if archive.is_other_archive(packed.parts[-1]):
            files.refuse(packed.path, "is an archive of a kind that is not read", unread=True)
        elif archive.is_archive(packed.parts[-1]):
            try:
                inside = archive.files_of(entry.joinpath(*packed.parts), budget)
            except Refused as e:
                files.refuse(packed.path, str(e), unread=True)
                continue
            for file in inside.found:
                files.add(file)
            files.refused += inside.refused
            files.unread = files.unread or inside.unread
    return files


def _checkouts(source: Path, grading: Grading) -> list[Submission]:
    found: list[Submission] = []
    needed = ["name", "path", *(["handed_in"] if grading.due and grading.due.handed_in else [])]
    for number, row in table.rows(source, needed, table.CHECKOUTS):
        name, path = row["name"], row["path"]
        if not name or not path:
            raise UsageError(f"{shown(source)}: line {number} has no {'path' if name else 'name'}", hint=table.CHECKOUTS)
        place = source.parent / path
        if os.path.isdir(place):
            found.append(_submission(name, lambda p=place: _of_folder(p), grading))  # type: ignore[misc]
        else:
            found.append(_unread(name, "its folder does not exist"))
        found[-1].handed_in = table.time(row.get("handed_in", ""), source, number)
    return found


def _assert_each_once(found: list[Submission]) -> None:
    """Raises UsageError where two go by the same name: which of them counts, and when it was handed in, nobody could say."""
    names: dict[str, str] = {}
    for each in found:
        if (key := table.matched(each.name)) in names:
            also = "" if names[key] == each.name else f" (also written {in_print(names[key])})"
            raise UsageError(f"there are two submissions of {in_print(each.name)}{also}", hint="leave the one that counts")
        names[key] = each.name


def _note_unknown_times(found: list[Submission], say: Say) -> None:
    unknown = [each for each in found if each.handed_in is None]
    for each in unknown:
        each.notes.append(NO_TIME)
    if unknown:
        say(f"nothing is taken off for being late where no time is known: {', '.join(in_print(each.name) for each in unknown)}")


def _submission(name: str, files: Callable[[], Files], grading: Grading) -> Submission:
    try:
        there = files()
        found, notes = programs(there, grading.exercises)
    except Refused as e:
        return _unread(name, f"it {e}")
    except Exception as e:  # whatever somebody hands in costs only themselves
        return _unread(name, f"{type(e).__name__}: {e}")
    return Submission(name, programs=found, notes=notes, unread=there.unread)


def _unread(name: str, why: str) -> Submission:
    note = f"the submission was not read: {why}"
    return Submission(name, notes=[note], unread=note)
