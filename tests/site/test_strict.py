"""What is broken in a page ends the build, and is named: a link, an anchor, an include, a page that is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streamlings.paths import ROOT

pytestmark = pytest.mark.slow

LESSON = "lessons/07_windows/README.md"
PARTS = ["README.md", "CONTRIBUTING.md", "mkdocs.yml", "site", "lessons", "solutions", "kubernetes", "src"]
FAULTS = {
    "a link and an anchor": (
        LESSON,
        "\n[there](../77_nowhere/README.md), [or there](../06_event_time/README.md#nowhere)\n",
        ["contains a link '../77_nowhere/README.md', but the target", "does not contain an anchor '#nowhere'"],
    ),
    "an include's file": (LESSON, '\n--8<-- "solutions/nowhere.py"\n', ["solutions/nowhere.py"]),
    "an include's section": (LESSON, '\n--8<-- "solutions/07_windows/1_tumbling/pipeline.py:nowhere"\n', ["nowhere"]),
    "a scenario of the explorer": (LESSON, "\n[x](../../site/explorer.md#scenario=nowhere)\n", ["has no scenario nowhere. hint: one of"]),
    "what the code tells": ("site/index.md", "\n<!-- from the code: nothing -->\n", ["nothing is told from the code under the name"]),
    "an exercise of a plan": ("site/teach.md", "\n<!-- from the code: plan nowhere -->\n", ["there is no exercise 'nowhere'"]),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the site is made of, to be broken."""
    for part in PARTS:
        source, target = ROOT / part, tmp_path / part
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__")) if source.is_dir() else shutil.copy(source, target)
    return tmp_path


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        timeout=200,
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_page_ends_the_build(copy: Path, fault: str) -> None:
    page, text, says = FAULTS[fault]
    with (copy / page).open("a", encoding="utf-8") as end:
        end.write(text)
    done = build(copy)
    assert done.returncode != 0
    assert [words for words in says if words not in done.stderr] == []


@pytest.mark.parametrize("page", [LESSON, "lessons/07_windows/1_tumbling/README.md", "solutions/07_windows/1_tumbling/DISCUSSION.md"])
def test_a_page_that_is_missing_ends_the_build(copy: Path, page: str) -> None:
    (copy / page).unlink()
    done = build(copy)
    assert done.returncode != 0
    assert f"there is no {page}. hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_lesson_that_is_new_is_in_the_site_by_its_folder(copy: Path) -> None:
    for part in ("lessons", "solutions"):
        shutil.copytree(copy / part / "06_event_time" / "2_watermark", copy / part / "99_new" / "1_first")
    (copy / "lessons/99_new/README.md").write_text("# A new lesson\n\nIts text.\n", encoding="utf-8")
    done = build(copy)
    assert done.returncode == 0, done.stderr
    assert "A new lesson" in (copy / "build/site/index.html").read_text(encoding="utf-8")
    assert "Its text." in (copy / "build/site/lessons/99_new/index.html").read_text(encoding="utf-8")
