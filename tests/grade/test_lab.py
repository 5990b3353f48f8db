"""The lab of a batch, as far as it needs no server: what it puts where, and what it leaves for the next one."""

from __future__ import annotations

from pathlib import Path

from grade.the_class import NOTE, RIGHT

from streamlings.course import Course
from streamlings.grade.batch.lab import Lab
from streamlings.grade.intake import Program


def lab() -> Lab:
    return Lab(1, isolated=False, say=lambda _: None)


def test_a_labs_copy_of_the_course_holds_no_program_that_passes(course: Path) -> None:
    one = lab()
    one._copy_the_course()
    copied = {str(path.relative_to(one.folder / "course")) for path in one.folder.rglob("*")}
    one.end()
    assert "lessons/01_basics/1_note/checks.py" in copied and "src/streamlings/grader.py" in copied
    assert not [path for path in copied if "/right" in path or path.startswith("solutions/")]


def test_each_program_has_a_folder_of_its_own(course: Path) -> None:
    one = lab()
    exercise = Course().find("basics/note")
    first, second = (one._put(exercise, Program(NOTE, RIGHT)) for _ in range(2))
    assert first.parents[2] != second.parents[2] and not first.parents[2].exists() and second.read_text() == RIGHT
    assert str(first.parents[2]) not in one._as_work(str(second)) and one._as_work(str(second)) == f"work/{NOTE}"
    one.end()
    assert not one.folder.exists()
