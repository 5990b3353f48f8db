"""Which file of a submission is the program of which exercise: by its path as `submit` writes it, or as people rename and move it."""

from __future__ import annotations

import re
import unicodedata

from streamlings.course import Exercise
from streamlings.grade.intake.files import File, Files, Refused, is_program
from streamlings.grade.intake.submission import Program
from streamlings.grade.intake.text import NoText, text_of

NUMBER = re.compile(r"^\d+[_\s.-]+")
COPY = re.compile(r"(\s*\(\d+\)|\s*-\s*copy|\s+copy)$")
"""What browsers and file managers add to the name of a second one."""
COURSE = ("lessons", "solutions")


def programs(files: Files, exercises: list[Exercise]) -> tuple[dict[Exercise, Program], list[str]]:
    """The programs by exercise, and notes on what was read in another way, or not at all. Where two files could be the program and are not
    alike, neither is taken."""
    found: dict[Exercise, Program] = {}
    notes = list(files.refused)
    ranked = [(_ranks(file, exercises), file) for file in handed_in(files.found)]
    for exercise in exercises:
        best = min((ranks[exercise] for ranks, _ in ranked if exercise in ranks), default=None)
        if best is None:
            continue
        candidates = [file for ranks, file in ranked if ranks.get(exercise) == best]
        read = [_program(file, notes) for file in candidates]
        if len({(program.text, program.refused) for program in read}) > 1:
            several = ", ".join(sorted(file.path for file in candidates))
            found[exercise] = Program(several, "", "differ, and each of them could be the program")
        else:
            found[exercise] = read[0]
    return found, notes


def handed_in(found: list[File]) -> list[File]:
    """Without the course's own files: in a copy of the course or a checkout of a class's template, `lessons` and `solutions` lie beside
    `work`, and hold a file of the same name for each exercise."""
    folded = [(file, tuple(part.casefold() for part in file.parts)) for file in found]
    copies = {parts[:depth] for _, parts in folded for depth, part in enumerate(parts[:-1]) if part == "work"}
    return [file for file, parts in folded if not any(parts[:n] in copies and parts[n] in COURSE for n in range(len(parts) - 1))]


def _program(file: File, notes: list[str]) -> Program:
    try:
        text, noticed = text_of(file.read())
    except (NoText, Refused) as e:
        return Program(file.path, "", str(e))
    if noticed:
        notes.append(f"{file.path} {noticed}")
    return Program(file.path, text)


def _ranks(file: File, exercises: list[Exercise]) -> dict[Exercise, int]:
    """For which exercises the file may be the program; the lower, the surer."""
    if not file.parts or not is_program(file.parts[-1]):
        return {}
    *folders, name = [_plain(part) for part in file.parts]
    ranks = {}
    for exercise in exercises:
        lesson, short = exercise.id.split("/")
        own = _plain(exercise.file)
        alone = sum(_plain(e.file) == own for e in exercises) == 1
        here = folders[-1] if folders else ""
        if name == own and folders[-2:] == [lesson, short]:
            ranks[exercise] = 0
        elif name == own and here in (short, f"{lesson}_{short}"):
            ranks[exercise] = 1
        elif name in (short, f"{lesson}_{short}", f"{short}_{own}", f"{lesson}_{short}_{own}"):
            ranks[exercise] = 2
        elif folders[-2:] == [lesson, short] or (here == short and name != own):
            ranks[exercise] = 3
        elif name == own and alone:
            ranks[exercise] = 4
        elif len(exercises) == 1:
            ranks[exercise] = 5
    return ranks


def _plain(name: str) -> str:
    """A name without numbers before it, ending, case, and marks of a copy; spaces and dashes are underscores."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold().removesuffix(".txt").removesuffix(".py")
    plain = NUMBER.sub("", COPY.sub("", plain))
    return re.sub(r"[\s-]+", "_", plain.strip())
