"""The site's pages as files: they build with all that they include and link to, and say what the code says."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from streamlings import cli, traps
from streamlings.course import Course
from streamlings.doctor.examine import examine
from streamlings.pages.trap_pages import readable
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


def said_on(page: Path) -> str:
    text = Text()
    text.feed(page.read_text(encoding="utf-8"))
    return "".join(text.said)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda folder: folder.name)
def test_a_page_shows_the_code_that_it_includes(site: Path, lesson: Path) -> None:
    said = said_on(site / "lessons" / lesson.name / "index.html")
    assert "8<--" not in said
    included = INCLUDE.finditer((lesson / "README.md").read_text(encoding="utf-8"))
    for each in included:
        (code,) = re.findall(
            rf"# --8<-- \[start:{each['section']}\]\n(.*?)\n\s*# --8<-- \[end:", (ROOT / each["file"]).read_text(encoding="utf-8"), re.S
        )
        assert all(line.strip() in said for line in code.splitlines()), each.group()


@pytest.mark.parametrize("folder", ["lessons", "site"])
def test_python_in_a_page_comes_from_a_file_that_is_tested(folder: str) -> None:
    """By its section, so that nothing is shown that nobody runs."""
    for page in (ROOT / folder).rglob("*.md"):
        for code in re.findall(r"^ *```python\n(.*?)^ *```$", page.read_text(encoding="utf-8"), re.M | re.S):
            assert [line for line in code.splitlines() if line.strip() and not INCLUDE.match(line)] == [], page


def test_every_exercise_has_a_page(site: Path) -> None:
    for exercise in Course().exercises:
        assert (site / exercise.folder.relative_to(ROOT) / "index.html").is_file(), exercise.id


def test_the_search_gives_no_solution_away(site: Path) -> None:
    """Neither a solution's page nor code that a lesson takes from one."""
    found = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    assert not [each["location"] for each in found if "/solution/" in each["location"]]
    indexed = " ".join(html.unescape(re.sub(r"<[^>]+>", "", each["text"])) for each in found)
    assert "An order that comes less than 5 s late counts in its own minute" in indexed
    given = "".join(page.read_text(encoding="utf-8") for page in [*(ROOT / "lessons").rglob("README.md"), traps.TEXTS])
    for exercise in Course().exercises:
        starter = exercise.starter.read_text(encoding="utf-8")
        taken = [line.strip() for line in exercise.published().splitlines() if line.strip() not in starter and len(line.strip()) > 30]
        assert [line for line in taken if line not in given and line in indexed] == [], exercise.id


def test_the_reference_names_every_verb_and_option(site: Path) -> None:
    said = said_on(site / "reference" / "commands" / "index.html")
    for name, verb in cli.app.commands.items():
        assert f"./streamlings {name}" in said
        for parameter in verb.params:
            assert all(option in said for option in parameter.opts if option.startswith("--")), (name, parameter.name)


def test_troubleshooting_has_every_trap(site: Path) -> None:
    said = said_on(site / "help" / "troubleshooting" / "index.html")
    for entry in traps.known():
        assert entry.means in said and entry.attempt in said, entry.id


def test_a_message_is_told_as_it_is_said() -> None:
    assert readable(r"Object '[^'\n]*' not found") == "Object '…' not found"
    assert readable(r'Encountered "(?:value|user)\b[^"\n]*" at line \d+') == 'Encountered "value…" at line …'
    assert readable(r"fails?: (?:now|later) {2}at x+") == "fail: now at x"


def test_the_install_page_lists_what_the_doctor_looks_at(site: Path) -> None:
    said = said_on(site / "install" / "index.html")
    for finding in examine():
        assert f"\n{finding.name}\n" in said, finding.name
