"""What the tests share: a lab of their own, the real command, and a small course to drive it over."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import Cli, give, left_of
from filelock import FileLock

from streamlings.course import Exercise
from streamlings.servers import native

TESTS = Path(__file__).parent
MANY = 40
"""So many slow tests are worth the half minute that class archives take."""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where two processes share the tests, all of one exercise are run by one of them, and so is whatever else stands in one file."""
    for item in items:
        given = getattr(item, "callspec", None)
        exercise = given and (given.params.get("exercise") or getattr(given.params.get("declared"), "exercise", None))
        item.add_marker(pytest.mark.xdist_group(exercise.id if isinstance(exercise, Exercise) else item.path.stem))


@pytest.fixture(scope="session")
def archives(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Class archives, made once for all processes of a run, and empty where few tests start servers or programs: without them a JVM
    takes twice as long to start, and as long again to write one at its end."""
    mine = tmp_path_factory.getbasetemp()
    shared = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    folder = shared / "cds"
    with FileLock(shared / "cds.lock"), pytest.MonkeyPatch.context() as patch:
        if not folder.exists() and sum("slow" in item.keywords for item in request.session.items) > MANY:
            patch.setenv("STREAMLINGS_STATE", str(shared / "archived"))
            native.save_archives({"kafka", "flink", "registry"})
            (shared / "archived" / "cds").rename(folder)
        folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab_state(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """This process's own lab folder; nothing runs in it until a test asks. At the end no process of it may be left.

    STREAMLINGS_TEST_STATE names a folder to keep: the next session then starts its servers faster.
    """
    kept = os.environ.get("STREAMLINGS_TEST_STATE")
    folder = Path(kept + os.environ.get("PYTEST_XDIST_WORKER", "")) if kept else tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STREAMLINGS_STATE", str(folder))
        give(archives, folder)
        yield folder
        native.down()
        assert left_of(folder) == []


@pytest.fixture
def course(tmp_path: Path, lab_state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small course; work/ and progress lie in it, too."""
    folder = tmp_path / "course"
    shutil.copytree(TESTS / "fixtures" / "course", folder, ignore=shutil.ignore_patterns("__pycache__", "work"))
    monkeypatch.setenv("STREAMLINGS_COURSE", str(folder))
    return folder


@pytest.fixture
def cli(course: Path) -> Cli:
    """The command, over the small course."""
    return Cli(course)
