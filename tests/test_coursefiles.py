"""What a program does to the course's files is noticed, mended, and kept aside."""

from __future__ import annotations

import os
import py_compile
import shutil
from pathlib import Path

import pytest

from streamlings.coursefiles import CourseFiles


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CourseFiles:
    """Of a course with three files; the tool itself is looked at, too, and left alone here."""
    monkeypatch.setenv("STREAMLINGS_COURSE", str(tmp_path / "course"))
    monkeypatch.setenv("STREAMLINGS_STATE", str(tmp_path / "state"))
    for name in ("lessons/01_a/1_b/checks.py", "lessons/01_a/1_b/README.md", "solutions/01_a/1_b/pipeline.py"):
        file = tmp_path / "course" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}\n")
    return CourseFiles()


def test_nothing_changed(files: CourseFiles, tmp_path: Path) -> None:
    checks = tmp_path / "course" / "lessons/01_a/1_b/checks.py"
    assert files.mend() == []
    os.utime(checks, (1, 1))
    checks.write_text(checks.read_text())
    assert files.mend() == [], "what holds the same is the same"


def test_an_editors_lock_that_names_nothing_is_left_alone(files: CourseFiles, tmp_path: Path) -> None:
    lock = tmp_path / "course" / "lessons/01_a/1_b/.#checks.py"
    lock.symlink_to("somebody@somewhere.1")
    assert CourseFiles().mend() == []
    assert lock.is_symlink()


def test_a_changed_file_is_put_back_and_its_other_version_kept(files: CourseFiles, tmp_path: Path) -> None:
    checks = tmp_path / "course" / "lessons/01_a/1_b/checks.py"
    seen = checks.stat()
    checks.write_text("# lessons/01_a/1_b/CHECKS.py\n")
    os.utime(checks, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert files.mend() == ["lessons/01_a/1_b/checks.py"]
    assert checks.read_text() == "# lessons/01_a/1_b/checks.py\n"
    (aside,) = (tmp_path / "state" / "changed").rglob("checks.py")
    assert aside.read_text() == "# lessons/01_a/1_b/CHECKS.py\n"
    assert files.mend() == []


def test_what_was_deleted_comes_back(files: CourseFiles, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "course" / "lessons")
    assert files.mend() == ["lessons/01_a/1_b/README.md", "lessons/01_a/1_b/checks.py"]
    assert (tmp_path / "course" / "lessons/01_a/1_b/README.md").read_text() == "# lessons/01_a/1_b/README.md\n"


def test_a_folder_that_became_a_link_is_a_folder_again(files: CourseFiles, tmp_path: Path) -> None:
    lessons = tmp_path / "course" / "lessons"
    lessons.rename(tmp_path / "elsewhere")
    lessons.symlink_to(tmp_path / "elsewhere")
    assert len(files.mend()) == 2
    assert not lessons.is_symlink()
    assert (lessons / "01_a/1_b/checks.py").exists()
    assert (tmp_path / "elsewhere" / "01_a/1_b/checks.py").exists(), "what the link names is left alone"


def test_code_that_was_added_is_moved_away_and_an_editors_file_is_not(files: CourseFiles, tmp_path: Path) -> None:
    folder = tmp_path / "course" / "lessons/01_a/1_b"
    (folder / ".README.md.swp").touch()
    (folder / "evil.py").touch()
    assert files.mend() == ["lessons/01_a/1_b/evil.py"]
    assert sorted(p.name for p in folder.iterdir()) == [".README.md.swp", "README.md", "checks.py"]


def test_bytecode_that_was_written_meanwhile_is_not_used(files: CourseFiles, tmp_path: Path) -> None:
    bytecode = Path(py_compile.compile(str(tmp_path / "course" / "lessons/01_a/1_b/checks.py")))
    assert files.mend() == []
    assert not bytecode.exists()
