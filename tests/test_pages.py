"""Lesson pages: they build with all that they include and link to."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from streamlings.course import Course
from streamlings.paths import ROOT

LESSONS = sorted({exercise.folder.parent for exercise in Course().exercises})
INCLUDE = re.compile(r'^\s*--8<-- "(?P<file>[^":]+):(?P<section>\w+)"$', re.M)


class Text(HTMLParser):
    """What a page says, without its markup."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages. A broken link or anchor, or an include of code that is gone, ends the build."""
    folder = tmp_path_factory.mktemp("pages")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda folder: folder.name)
def test_a_page_shows_the_code_that_it_includes(pages: Path, lesson: Path) -> None:
    page = Text()
    page.feed((pages / lesson.name / "index.html").read_text(encoding="utf-8"))
    said = "".join(page.said)
    assert "8<--" not in said
    included = INCLUDE.finditer((lesson / "README.md").read_text(encoding="utf-8"))
    for each in included:
        (code,) = re.findall(
            rf"# --8<-- \[start:{each['section']}\]\n(.*?)\n\s*# --8<-- \[end:", (ROOT / each["file"]).read_text(encoding="utf-8"), re.S
        )
        assert all(line.strip() in said for line in code.splitlines()), each.group()


def test_every_exercise_has_a_page(pages: Path) -> None:
    for exercise in Course().exercises:
        assert (pages / exercise.folder.relative_to(ROOT / "lessons") / "index.html").is_file(), exercise.id
