"""What the tests share: a lab of their own, the real command, and a small course to drive it over."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from streamlings import wait
from streamlings.course import Exercise
from streamlings.paths import ROOT
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


@dataclass(frozen=True)
class Done:
    """How a command ended: exit code, what it wrote to stdout and to stderr."""

    code: int
    out: str
    err: str


@dataclass
class Cli:
    """Runs `streamlings` as the launcher does, in a process (and process group) of its own."""

    cwd: Path
    env: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, timeout_s: float = 120, **env: str) -> Done:
        return self.end(self.start(*arguments, **env), timeout_s=timeout_s)

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-P", "-m", "streamlings", *arguments]
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(ROOT / "src")}
        return subprocess.Popen(
            argv,
            cwd=self.cwd,
            env=environment | self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def end(self, running: subprocess.Popen[str], *, timeout_s: float = 120) -> Done:
        timeout_s *= wait.crowding()
        try:
            out, err = running.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            running.kill()
            out, err = running.communicate()
            pytest.fail(f"the command did not end within {timeout_s:.0f} s\n{out}\n{err}")
        return Done(running.returncode, out, err)


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
            native.save_archives()
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


def give(archives: Path, lab: Path) -> None:
    """Let a lab's servers start with these class archives, if it has none."""
    if not (lab / "cds").exists():
        shutil.copytree(archives, lab / "cds", copy_function=os.link)


def left_of(folder: Path) -> list[str]:
    """Command lines of the processes that still run with this lab folder (this one excepted)."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("STREAMLINGS_STATE") == str(folder) or any(str(folder) in word for word in process.cmdline())
            if mine and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {' '.join(process.cmdline())[:300]}")
        except psutil.Error:
            continue
    return found


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
