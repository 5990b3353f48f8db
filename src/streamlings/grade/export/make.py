"""What other systems need to grade by themselves: an autograder for Gradescope, the files of a class's template repository."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from streamlings.course import Course
from streamlings.errors import UsageError
from streamlings.grade import config
from streamlings.paths import ROOT, course_root, shown

TEMPLATES = Path(__file__).with_name("templates")
TOOL = ("streamlings", "pyproject.toml", "requirements.txt", "requirements-uv.txt", "src")
"""Of the clone; `lessons` comes from the course. Solutions and others that pass stay at home: in Gradescope's container a submission could
read them."""
STAMP = (2020, 1, 1, 0, 0, 0)
"""The time of every member, so that the same course gives the same archive."""


def gradescope(settings: Path, to: Path) -> list[str]:
    """Write the autograder's archive; a line for each thing to know. Raises UsageError."""
    grading = config.read(settings, Course())
    members = {"setup.sh": TEMPLATES / "setup.sh", "run_autograder": TEMPLATES / "run_autograder.py", "grading.toml": settings}
    for name in TOOL:
        members |= {f"course/{each.relative_to(ROOT)}": each for each in _files(ROOT / name)}
    members |= {
        f"course/{each.relative_to(course_root())}": each for each in _files(course_root() / "lessons") if each.parent.name != "right"
    }
    try:
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, file in sorted(members.items()):
                member = zipfile.ZipInfo(name, STAMP)
                member.compress_type = zipfile.ZIP_DEFLATED
                runs = name in ("setup.sh", "run_autograder") or os.access(file, os.X_OK)
                member.external_attr = (0o100755 if runs else 0o100644) << 16
                archive.writestr(member, file.read_bytes())
            archive.writestr(zipfile.ZipInfo("course/solutions/README.md", STAMP), "Not part of an autograder.\n")
    except OSError as e:
        raise UsageError(f"{shown(to)} cannot be written: {e.strerror}", hint="name another file") from e
    return [f"{shown(to)} is an autograder for {len(grading.exercises)} exercises: base image Ubuntu 24.04, 4 GB of memory"]


def classroom(settings: Path, folder: Path) -> list[str]:
    """Write a workflow that grades each push, grading.toml, and a .gitignore that tracks work/, into a template of the course; what was
    written. Raises UsageError where the folder holds another workflow of this name, or cannot be written to."""
    config.read(settings, Course())
    ignored = [line for line in (ROOT / ".gitignore").read_text().splitlines() if line != "/work/"]
    files = {
        ".github/workflows/grade.yml": (TEMPLATES / "grade.yml").read_text(),
        ".github/grading.toml": settings.read_text(encoding="utf-8-sig"),
        ".gitignore": "\n".join([*ignored, "/work/progress.json*"]) + "\n",
    }
    try:
        for name, text in files.items():
            file = folder / name
            if file.exists() and file.read_bytes() != text.encode():
                raise UsageError(f"{shown(file)} is there already, and holds something else", hint="move it away, or name another folder")
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as e:
        raise UsageError(f"{shown(folder)} cannot be written to: {e.strerror}", hint="name another folder") from e
    return [shown(folder / name) for name in files]


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for file in sorted(path.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and not file.is_symlink():
            yield file
