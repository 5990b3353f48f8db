"""The lab of a batch, as far as it needs no server: what it puts where, and what it leaves for the next one."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from grade.the_class import NOTE, RIGHT

from streamlings import wait
from streamlings.course import Course
from streamlings.errors import LabError
from streamlings.grade.batch.lab import Lab
from streamlings.grade.batch.surroundings import Surroundings, lock_of
from streamlings.grade.intake import Program
from streamlings.grade.isolation import cell
from streamlings.removal import remove
from streamlings.servers import java
from streamlings.servers.cluster import flink


def lab() -> Lab:
    return Lab(1, isolated=False, say=lambda _: None)


def test_a_labs_copy_of_the_course_holds_no_program_that_passes(course: Path) -> None:
    one = lab()
    one._around.copy_the_course()
    copied = {str(path.relative_to(one.folder / "course")) for path in one.folder.rglob("*")}
    remove(one.folder)
    assert "lessons/01_basics/1_note/checks.py" in copied and "src/streamlings/grader.py" in copied
    assert not [path for path in copied if "/right" in path or path.startswith("solutions/")]


def test_the_process_that_checks_holds_its_lab_until_it_is_down(course: Path) -> None:
    one = lab()
    one._start()
    assert wait.until(lambda: held(one), deadline_s=30 * wait.crowding())
    one.end()
    assert not held(one)


def test_a_lab_that_still_goes_down_is_waited_for(course: Path) -> None:
    before = FileLock(lock_of(lab().folder))
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        before.release()

    one = Lab(1, isolated=False, say=say)
    one.folder.mkdir(parents=True)
    before.acquire()
    one._start()
    one.end()
    assert "still going down" in said[0]


def test_a_lab_that_does_not_go_down_is_told(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlings.grade.batch.surroundings.ENDS_S", 0.1)
    one = lab()
    one.folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock_of(one.folder)), pytest.raises(LabError, match="has not gone down") as e:
        one._start()
    assert "processes that check" in e.value.details and not one.folder.exists()


@pytest.mark.parametrize(("processors", "given"), [(1, "1"), (2, "1.5"), (None, "1")])
def test_a_container_gets_no_more_processors_than_there_are(processors: int | None, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert runpy.run_path(cell.__file__)["LIMITS"]["--cpus"] == given


def held(one: Lab) -> bool:
    try:
        with FileLock(lock_of(one.folder), timeout=0.01):
            return False
    except Timeout:
        return True


def test_each_program_has_a_folder_of_its_own(course: Path) -> None:
    one = lab()
    exercise = Course().find("basics/note")
    first, second = (one._put(exercise, Program(NOTE, RIGHT)) for _ in range(2))
    assert first.parents[2] != second.parents[2] and not first.parents[2].exists() and second.read_text() == RIGHT
    assert str(first.parents[2]) not in one._as_work(str(second)) and one._as_work(str(second)) == f"work/{NOTE}"
    remove(one.folder)


@pytest.mark.parametrize("isolated", [False, True])
def test_what_a_batch_starts_costs_little_to_start(course: Path, isolated: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(java.BRIEF, raising=False)
    assert java.QUICK_COMPILER not in flink().taskmanager("taskmanager-1")  # a learner's stays, and gets quick
    monkeypatch.setenv(java.BRIEF, Surroundings(course, 1, isolated).of_the_process()[java.BRIEF])
    assert java.QUICK_COMPILER in flink().taskmanager("taskmanager-1")
