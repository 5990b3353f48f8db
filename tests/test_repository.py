"""The repository as a whole: rules that every file keeps."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from streamlings.paths import ROOT


def python_files(*folders: str) -> list[Path]:
    return sorted(p for folder in folders for p in (ROOT / folder).rglob("*.py") if "__pycache__" not in p.parts)


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_nothing_sleeps() -> None:
    """What waits, waits until something was observed (streamlings.wait)."""
    sleeps = "time" + r"\.sleep\("
    assert lines_with(sleeps, python_files("src", "lessons", "solutions", "tests")) == []


def test_requirements_name_no_address() -> None:
    assert lines_with("://", sorted(ROOT.glob("requirements*.txt"))) == []


def test_no_port_is_fixed() -> None:
    """Kafka's, Flink's, PostgreSQL's and the registry's usual ports may be somebody else's on this machine. A container has its own."""
    files = [path for path in python_files("src", "lessons", "solutions") if path != ROOT / "src/streamlings/servers/service.py"]
    assert lines_with(r"\b(9092|9093|8081|8080|5432|6123)\b", files) == []


@pytest.mark.parametrize("lesson", sorted(p for p in (ROOT / "lessons").iterdir() if p.is_dir()), ids=lambda p: p.name)
def test_every_lesson_has_its_page(lesson: Path) -> None:
    assert (lesson / "README.md").read_text().startswith("# ")
    assert list(lesson.glob("*/exercise.toml")), "a lesson has at least one exercise"


def test_checks_trust_no_path_of_a_programs_making() -> None:
    """What a program wrote may be a pipe, a link or a device: `stage.file` reads ordinary files only."""
    assert lines_with(r"\b(read_bytes|read_text|open)\(", sorted(ROOT.glob("lessons/*/*/checks.py"))) == []


def test_files_of_the_tool_stay_small() -> None:
    long = {str(p.relative_to(ROOT)): n for p in python_files("src") if (n := len(p.read_text().splitlines())) > 300}
    assert long == {}


def test_no_stray_files_beside_the_exercises() -> None:
    known = {"README.md", "checks.py", "exercise.toml", "equivalent.toml", "wrong", "right", "__pycache__"}
    for toml in (ROOT / "lessons").glob("*/*/exercise.toml"):
        found = {p.name for p in toml.parent.iterdir()}
        assert len(found - known) == 1, f"{toml.parent}: one program, and nothing else: {found - known}"
    for discussion in (ROOT / "solutions").glob("*/*/DISCUSSION.md"):
        assert (ROOT / "lessons" / discussion.parent.relative_to(ROOT / "solutions") / "exercise.toml").exists(), discussion


@pytest.mark.parametrize("command", [["ruff", "check", "."], ["mypy"]], ids=["ruff", "mypy"])
def test_linters_find_nothing(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_what_belongs_together_is_run_by_one_process(request: pytest.FixtureRequest) -> None:
    """pytest-xdist says so in a test's node id; with pytest 9.2 it did not, and nobody noticed."""
    if "PYTEST_XDIST_WORKER" in os.environ and request.config.getoption("loadgroup"):
        assert request.node.nodeid.endswith("@test_repository")
