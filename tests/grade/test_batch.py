"""What a batch keeps, and what is left to do when it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Cli
from filelock import FileLock
from grade.the_class import GRADING, NOTE, RIGHT, make

from streamlings.course import Course
from streamlings.grade import config
from streamlings.grade.batch.store import Store
from streamlings.grade.intake import Program, Submission
from streamlings.outcome import Result
from streamlings.paths import state_folder


@pytest.fixture
def grading(course: Path, tmp_path: Path) -> config.Grading:
    (tmp_path / "grading.toml").write_text(GRADING)
    return config.read(tmp_path / "grading.toml", Course())


def test_pseudonyms_hang_on_a_secret_that_is_kept(grading: config.Grading, tmp_path: Path) -> None:
    first, other = (Store.begin(tmp_path / name, grading, resume=False) for name in ("one", "two"))
    assert first.secret != other.secret and str(first.seed) not in first.secret
    assert Store.begin(tmp_path / "one", grading, resume=True) == first


def test_where_another_batch_goes_on_nothing_is_begun(cli: Cli, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada"})
    with FileLock(state_folder() / "grade.lock"):
        done = cli("grade", str(tmp_path / "class"), "--native", "--out", str(tmp_path / "out"))
    assert done.code == 2 and "another batch" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("outcome", "decided"), [("passed", True), ("failed", True), ("could_not_check", False)])
def test_what_could_not_be_checked_is_tried_again(outcome: str, decided: bool, grading: config.Grading, tmp_path: Path) -> None:
    [exercise] = grading.exercises
    ada, program = Submission("ada", "ada"), Program(NOTE, RIGHT)
    store = Store.begin(tmp_path / "out", grading, resume=False)
    assert not store.decided(ada, exercise, program)
    store.keep(ada, exercise, program, (Result(exercise.id, outcome, store.seed, "native", 0, []), ""))  # type: ignore[arg-type]
    again = Store.begin(tmp_path / "out", grading, resume=True)
    assert again.decided(ada, exercise, program) is decided
    assert again.verdict(ada, exercise, program) is not None, "it is told until there is another one"
