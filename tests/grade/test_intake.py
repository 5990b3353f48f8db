"""Submissions as they come: what is found in them, and what is refused. Nothing is run here."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from grade.the_class import GRADING, MEMBERS, NOTE, RIGHT, make, packed

from streamlings.course import Course
from streamlings.errors import UsageError
from streamlings.grade import config, intake, marks
from streamlings.grade.intake import archive, folder
from streamlings.grade.intake.files import ALL_BYTES, FILES, Budget, Refused
from streamlings.grade.intake.submission import RESERVED, Submission, give_keys
from streamlings.paths import ROOT


@pytest.fixture
def grading(course: Path, tmp_path: Path) -> config.Grading:
    (tmp_path / "grading.toml").write_text(GRADING)
    return config.read(tmp_path / "grading.toml", Course())


@pytest.mark.parametrize("member", MEMBERS, ids=lambda m: m.name)
def test_what_is_found(member: object, grading: config.Grading, tmp_path: Path) -> None:
    [member] = make(tmp_path / "class", {member.name})  # type: ignore[attr-defined]
    [found] = intake.read(tmp_path / "class", grading, say=lambda _: None)
    assert found.name == member.name
    program = found.programs.get(grading.exercises[0])
    [mark] = marks.graded(found, grading, lambda *_: None).marks
    assert mark.state == (member.state if member.state in ("not_handed_in", "refused") else "could_not_check")
    if member.state == "not_handed_in":
        assert program is None or not program.text.strip()
    elif member.state == "refused":
        assert (program and program.refused) or found.unread
    else:
        assert program is not None and not program.refused
        assert "\r" not in program.text and "\ufeff" not in program.text
        compile(program.text, program.path, "exec") if member.state == "passed" else None


@pytest.mark.parametrize("below", ["", "streamlings-main/"])
def test_in_a_copy_of_the_course_only_work_counts(below: str, tmp_path: Path) -> None:
    """A checkout of a class's template, or the whole clone as an archive: starters and solutions have the programs' names."""
    grading = replace(config.read(config.EXAMPLE, Course()), due=None)
    clone = tmp_path / "class" / "ada" / below
    for part in ("lessons", "solutions"):
        shutil.copytree(ROOT / part, clone / part, ignore=shutil.ignore_patterns("__pycache__"))
    for exercise in grading.exercises[:2]:
        (clone / "work" / exercise.place).mkdir(parents=True)
        (clone / "work" / exercise.place / exercise.file).write_text(f"# {exercise.id}\n")
    [ada] = intake.read(tmp_path / "class", grading, say=lambda _: None)
    found = {exercise.id: (program.path, program.text, program.refused) for exercise, program in ada.programs.items()}
    assert found == {e.id: (f"{below}work/{e.place}/{e.file}", f"# {e.id}\n", "") for e in grading.exercises[:2]}


def test_a_link_that_leads_out_is_refused_and_said(grading: config.Grading, tmp_path: Path) -> None:
    make(tmp_path / "class", {"link outside", "link in a zip", "climbs out of a zip"})
    notes = {s.name: " ".join(s.notes) for s in intake.read(tmp_path / "class", grading, say=lambda _: None)}
    assert "leads out of the submission" in notes["link outside"]
    assert "is a link" in notes["link in a zip"]
    assert "leads out of the archive" in notes["climbs out of a zip"]


def test_a_learners_folder_that_is_a_link_elsewhere_is_refused(grading: config.Grading, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada"})
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "note.py").write_text(RIGHT)
    os.symlink(tmp_path / "private", tmp_path / "class" / "mallory")
    found = {s.name: s for s in intake.read(tmp_path / "class", grading, say=lambda _: None)}
    assert found["mallory"].programs == {} and "leads elsewhere" in found["mallory"].notes[0]


def test_a_link_to_itself_and_a_path_that_is_none_cost_one_submission(grading: config.Grading, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada"})
    os.symlink("loop", tmp_path / "class" / "loop")
    ada, loop = intake.read(tmp_path / "class", grading, say=lambda _: None)
    assert ada.programs and loop.unread
    (tmp_path / "class.csv").write_text(f"name,path\nada,class/ada\nbob,{'x' * 300}\n")
    ada, bob = intake.read(tmp_path / "class.csv", grading, say=lambda _: None)
    assert ada.programs and bob.unread


def test_a_folder_that_cannot_be_read_is_one_line(grading: config.Grading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "class").mkdir(mode=0o000)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    os.seteuid(65_534 if os.getuid() == 0 else os.getuid())  # rights do not bind the superuser
    try:
        with pytest.raises(UsageError, match="class cannot be read: Permission denied"):
            intake.read(Path("class"), grading, say=lambda _: None)
    finally:
        os.seteuid(os.getuid())


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "note.py")
    files = folder.files_of(tmp_path)
    assert files.found == [] and "neither a file nor a folder" in files.refused[0]
    with pytest.raises(Refused, match="no ordinary file"):
        folder.read(tmp_path / "note.py")


def zeros(file: Path, size: int, name: str = "zeros") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wb", compresslevel=1) as out:
        member = tarfile.TarInfo(name)
        member.size = size
        out.write(member.tobuf())
        for _ in range(size // 1_000_000):
            out.write(bytes(1_000_000))
        out.write(bytes(20_480))  # its end


def test_a_tar_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    zeros(tmp_path / "bomb.tar.gz", ALL_BYTES + 1_000_000)
    with pytest.raises(Refused, match="unpacks to more than"):
        archive.files_of(tmp_path / "bomb.tar.gz", Budget())


def test_archives_in_a_folder_share_what_they_may_unpack_to(
    grading: config.Grading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Budget.__init__, "__defaults__", (10_000_000,))
    for number in range(4):
        zeros(tmp_path / "class" / "mallory" / f"{number}.tar.gz", 3_000_000)
    [mallory] = intake.read(tmp_path / "class", grading, say=lambda _: None)
    assert [note.partition(":")[0] for note in mallory.notes] == ["3.tar.gz"] and mallory.unread


def test_files_of_archives_in_a_folder_are_counted(grading: config.Grading, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / "class" / "mallory").mkdir(parents=True, exist_ok=True)
        packed({f"{n}.txt": "" for n in range(FILES // 2 + 1)})(tmp_path / "class" / "mallory" / str(number))
    [mallory] = intake.read(tmp_path / "class", grading, say=lambda _: None)
    assert mallory.unread == "the submission was not read: it holds more than 5,000 files"


def test_of_a_tar_only_programs_are_kept(tmp_path: Path) -> None:
    zeros(tmp_path / "data.tar.gz", 1_000_000, "data.bin")
    zeros(tmp_path / "program.tar.gz", 1_000_000, "note.py")
    assert archive.files_of(tmp_path / "data.tar.gz", Budget()).found == []
    assert len(archive.files_of(tmp_path / "program.tar.gz", Budget()).found[0].read()) == 1_000_000


def test_what_nobody_thought_of_costs_one_submission(grading: config.Grading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "class", {"ada", "zipped"})
    monkeypatch.setattr(archive, "_of_zip", lambda *_: {}["no such key"])
    ada, zipped = intake.read(tmp_path / "class", grading, say=lambda _: None)
    assert ada.programs and not zipped.programs
    assert zipped.notes == ["the submission was not read: KeyError: 'no such key'"]


def test_names_that_differ_only_in_case_or_marks_get_folders_of_their_own() -> None:
    names = ["Ada", "ada", "a/b", "a b", "...", "", "batch", "marks.csv", "cafe\u0301", "caf\u00e9", "x" * 300]
    submissions = [Submission(name) for name in names]
    give_keys(submissions)
    keys = [s.key.casefold() for s in submissions]
    assert len(set(keys)) == len(names) and not set(keys) & RESERVED
    assert all(0 < len(key) < 100 and "/" not in key and not key.startswith(".") for key in keys)


def test_a_table_of_checkouts(grading: config.Grading, tmp_path: Path) -> None:
    (tmp_path / "repo" / "work" / NOTE).parent.mkdir(parents=True)
    (tmp_path / "repo" / "work" / NOTE).write_text(RIGHT)
    (tmp_path / "repo" / ".git").mkdir()
    (tmp_path / "repo" / ".git" / "note.py").write_text("no program")
    table = tmp_path / "class.csv"
    table.write_text("\ufeffname,path,handed_in\r\nada,repo,2026-11-20T18:00:00+01:00\r\nbob,missing,\r\n", encoding="utf-8")
    ada, bob = intake.read(table, grading, say=lambda _: None)
    assert ada.programs[grading.exercises[0]].path == f"work/{NOTE}"
    assert ada.handed_in is not None and ada.handed_in.isoformat() == "2026-11-20T17:00:00+00:00"
    assert bob.notes == ["the submission was not read: its folder does not exist"]


DUE = "[due]\nat = 2026-11-20T18:00:00Z\n"


def due(folder: Path, more: str = 'handed_in = "times.csv"\n') -> config.Grading:
    (folder / "due.toml").write_text(GRADING + DUE + more)
    return config.read(folder / "due.toml", Course())


def test_times_are_found_by_names_in_any_case_and_of_archives(course: Path, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada", "zipped", "flat"})
    (tmp_path / "class" / "times.csv").write_text("Name,Handed_In\nADA,2026-11-21T18:00:00Z\nzipped.ZIP,2026-11-21T18:00:00Z\nbob,\n")
    said: list[str] = []
    ada, flat, zipped = intake.read(tmp_path / "class", due(tmp_path), say=said.append)
    assert ada.handed_in == zipped.handed_in == datetime(2026, 11, 21, 18, tzinfo=UTC)
    assert flat.handed_in is None and "not known when" in flat.notes[-1] and not [n for n in ada.notes if "not known when" in n]
    assert any("names 'bob'" in line for line in said) and any("no time is known: flat" in line for line in said)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("class/times.csv", "name;handed_in\nada;2026-11-21T18:00:00Z\n", "has no column 'name'"),
        ("class/times.csv", "name,time\nada,2026-11-21T18:00:00Z\n", "has no column 'handed_in'"),
        ("class/times.csv", "name,handed_in\nada,\nADA.zip,\n", "ADA.zip stands there twice"),
        ("class.csv", "name,path\nada,class/ada\n", "has no column 'handed_in'"),
        ("class/times.csv", b"\xff\xfe\xfa", "cannot be read"),
    ],
)
def test_a_table_in_which_times_are_missing_is_refused(name: str, text: str | bytes, says: str, course: Path, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada"})
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError) as e:
        intake.read(tmp_path / name.replace("/times.csv", ""), due(tmp_path), say=lambda _: None)
    assert says in e.value.message and e.value.hint


def test_a_table_of_another_kind_of_name_is_no_submission(course: Path, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada"})
    (tmp_path / "class" / "times.txt").write_text("name,handed_in\nada,2026-11-21T18:00:00Z\n")
    [ada] = intake.read(tmp_path / "class", due(tmp_path, 'handed_in = "times.txt"\n'), say=lambda _: None)
    assert ada.handed_in is not None
    with pytest.raises(UsageError, match="cannot be read"):
        intake.read(tmp_path / "class", due(tmp_path, 'handed_in = "times\\u0000"\n'), say=lambda _: None)


def test_where_no_table_names_times_each_submission_is_named(course: Path, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada", "flat"})
    said: list[str] = []
    found = intake.read(tmp_path / "class", due(tmp_path, ""), say=said.append)
    assert all("not known when" in each.notes[-1] for each in found) and "ada, flat" in said[-1]


@pytest.mark.parametrize("second", ["ada.zip", "Ada.zip"])
def test_two_submissions_of_one_name_are_refused(second: str, grading: config.Grading, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada", "zipped"})
    (tmp_path / "class" / "zipped.zip").rename(tmp_path / "class" / second)
    with pytest.raises(UsageError, match="two submissions of"):
        intake.read(tmp_path / "class", grading, say=lambda _: None)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("name,path\nada\n", "line 2 has no path"),
        ("name,path\nada,x\nada,y\n", "two submissions of ada"),
        ("name,path,handed_in\nada,.,yesterday\n", "'yesterday' is no time"),
        ("name,path,handed_in\nada,.,2026-11-20T18:00:00\n", "has no offset"),
        ("name,path,handed_in\nada,.,9999-12-31T23:00:00-10:00\n", "no time that can be reckoned with"),
        ("", "holds no submission"),
        ("name;path\nada;.\n", "has no column 'name'"),
        ("name,folder\nada,.\n", "has no column 'path'"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_line(lines: str, says: str, grading: config.Grading, tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text(lines)
    with pytest.raises(UsageError) as e:
        intake.read(tmp_path / "class.csv", grading, say=lambda _: None)
    assert says in e.value.message and e.value.hint
