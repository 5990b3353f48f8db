"""What comes out, each format read by a parser of its own ecosystem or held against its published shape; made from real verdicts' schema,
with what a hostile submission may put into every field."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from driving import Cli
from grade.the_class import GRADING, RIGHT, STARTER
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from streamlings.course import Course
from streamlings.grade import config, marks
from streamlings.grade.cohort.page import page
from streamlings.grade.export import classroom50, feedback, gradebook, gradescope, junit
from streamlings.grade.intake import Program, Submission
from streamlings.grade.intake.submission import give_keys
from streamlings.outcome import CheckResult, Result, Trap

HOSTILE = "<script>alert(1)</script> ``````\n# heading\n</pre>]]>&amp; {{x}} $x \x1b[2J\x00\ud800\u202e =1+1 | \"'"
CLASSROOM = {
    "CLASSROOM": "streams",
    "ASSIGNMENT": "note",
    "OWNER": "ada",
    "SUBMISSION_TAG": "submit/2026-11-20T17-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/commit",
    "RELEASE_URL": "https://example.org/release",
}
CLASSROOM50 = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review", "datetime"),
        *("score", "max-score", "tests"),
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        **{name: {"type": "string", "minLength": 1} for name in ("classroom", "assignment", "owner", "commit", "release", "review")},
        "assignment_type": {"enum": ["individual", "group", "team"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "score": {"type": "integer", "minimum": 0},
        "max-score": {"type": "integer", "minimum": 0},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": {"type": "string", "minLength": 1},
                    "passed": {"type": "boolean"},
                    "score": {"type": "integer", "minimum": 0},
                    "max-score": {"type": "integer", "minimum": 0},
                },
            },
        },
    },
}
"""As foundation50/classroom50 publishes it (schemas/result-v1.schema.json), in short."""
VISIBLE = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
GRADESCOPE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "visibility": VISIBLE,
        "stdout_visibility": VISIBLE,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": FORMAT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}
"""As Gradescope's autograder specification has it, of what is used here."""


class Reader(HTMLParser):
    """The tags of a page, and the text in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def grading(course: Path, tmp_path: Path) -> config.Grading:
    (tmp_path / "grading.toml").write_text(GRADING)
    return config.read(tmp_path / "grading.toml", Course())


@pytest.fixture
def graded(grading: config.Grading) -> list[marks.Graded]:
    """One of each state, whose every text is hostile."""
    [exercise] = grading.exercises
    failed = CheckResult(
        "note_says_the_word",
        "The note says the word",
        "failed",
        expected=HOSTILE,
        actual=HOSTILE,
        evidence=[HOSTILE],
        hint=HOSTILE,
        trap=Trap(HOSTILE, HOSTILE, HOSTILE),
    )
    passed, waits = CheckResult("a", "The program ends", "passed"), CheckResult("b", "There is more", "not_reached")
    verdicts = {
        "passes": Result(exercise.id, "passed", 7, "native", 1.5, [passed], output_tail=HOSTILE.replace("\n", " "), measured=[HOSTILE]),
        "fails": Result(exercise.id, "failed", 7, "native", 0.5, [passed, failed, waits], output_tail=HOSTILE),
        "cannot be checked": Result(exercise.id, "could_not_check", 7, "native", 0, [], problem=HOSTILE, hint=HOSTILE),
    }
    people = [Submission(f"{name} {HOSTILE}", {}, notes=[HOSTILE]) for name in verdicts]  # type: ignore[arg-type]
    for person in people:
        person.programs = {exercise: Program(HOSTILE, RIGHT + f"# {HOSTILE}\n")}
    refused = Submission("refused", programs={exercise: Program(HOSTILE, "", f"is {HOSTILE}")})
    absent = Submission("absent")
    give_keys([*people, refused, absent])

    def verdict(of: Submission) -> marks.Verdict | None:
        return next(((result, "") for name, result in verdicts.items() if of.name.startswith(name)), None)

    return [marks.graded(each, grading, lambda e, p, s=each: verdict(s)) for each in [*people, refused, absent]]  # type: ignore[misc]


def test_points(graded: list[marks.Graded]) -> None:
    assert [g.got for g in graded] == [Decimal(10), 0, 0, 0, 0]
    assert [[m.state for m in g.open] for g in graded] == [[], [], ["could_not_check"], ["refused"], []]


def test_the_page_for_a_learner(graded: list[marks.Graded], grading: config.Grading) -> None:
    plain = Reader(feedback.page(graded[4], grading)).tags
    for each in graded:
        seen = Reader(feedback.page(each, grading))
        assert seen.tags.count("script") == plain.count("script") and seen.addresses == []
        assert "\x1b" not in seen.text and "\u202e" not in seen.text and "\x00" not in seen.text
    assert "<script>alert(1)</script>" in Reader(feedback.page(graded[1], grading)).text


def test_markdown_for_a_learner(graded: list[marks.Graded], grading: config.Grading) -> None:
    for each in graded:
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(feedback.markdown(each, grading))
        inline = [child for token in tokens for child in token.children or []]
        assert not [t for t in [*tokens, *inline] if t.type in ("html_block", "html_inline", "link_open", "image", "code_inline")]
        assert sum(t.type == "heading_open" for t in tokens) == 2
        assert sum(t.type == "fence" for t in tokens) == (2 if each.marks[0].result else 0)


def test_nothing_of_a_verdict_moves_a_cursor_or_is_markup(graded: list[marks.Graded], grading: config.Grading) -> None:
    for each in graded:
        for text in (
            feedback.page(each, grading),
            feedback.markdown(each, grading),
            json.loads(gradescope.document(each))["tests"][0]["output"],
        ):
            assert not [c for c in text if not c.isprintable() and c not in "\n\t"]
    assert graded[0].marks[0].result is not None
    graded[0].marks[0].result.measured = ["[bold]3[/bold] rows a second [/]"]
    assert "measured here: [bold]3[/bold] rows a second [/]" in feedback.said(graded[0].marks[0].result)


def test_the_gradebook(graded: list[marks.Graded], grading: config.Grading) -> None:
    graded[0].submission.name = "=1+1"
    rows = list(csv.DictReader(io.StringIO(gradebook.table(graded, grading))))
    assert [row["points"] for row in rows] == ["10.00", "0.00", "0.00", "0.00", "0.00"]
    assert [row["basics/note"] for row in rows] == ["10.00", "0", "", "", "0"]
    assert all(not (field or "").startswith(("=", "+", "-", "@")) for row in rows for field in row.values())
    data = json.loads(gradebook.document(graded, grading))
    assert [s["points"] for s in data["submissions"]] == ["10.00", "0.00", "0.00", "0.00", "0.00"]


def test_junit(graded: list[marks.Graded], grading: config.Grading) -> None:
    text = junit.document(graded, grading)
    ElementTree.fromstring(text)
    suites = list(JUnitXml.fromstring(text.encode()))
    assert [(s.tests, s.failures, s.errors, s.skipped) for s in suites] == [
        (1, 0, 0, 0),
        (3, 1, 0, 1),
        (1, 0, 1, 0),
        (1, 0, 1, 0),
        (1, 0, 0, 1),
    ]
    [failure] = [result for case in suites[1] for result in case.result if result._tag == "failure"]
    assert "<script>alert(1)</script>" in failure.message


def test_gradescope(graded: list[marks.Graded]) -> None:
    for each in graded:
        data = json.loads(gradescope.document(each))
        jsonschema.validate(data, GRADESCOPE)
        assert data["score"] == float(each.got)
        assert ("score" in data["tests"][0]) == (not each.open), "what is open has no score"


def test_classroom50(graded: list[marks.Graded]) -> None:
    assert classroom50.document(graded[0], {}) is None, "outside of its runner"
    for each in graded:
        data = json.loads(classroom50.document(each, CLASSROOM) or "")
        jsonschema.validate(data, CLASSROOM50)
        assert data["score"] == sum(t["score"] for t in data["tests"]) <= data["max-score"]
    assert json.loads(classroom50.document(graded[0], CLASSROOM) or "")["score"] == 10


def test_the_page_about_the_class(graded: list[marks.Graded], grading: config.Grading) -> None:
    text = page(graded, grading, "secret", names=False)
    seen = Reader(text)
    assert seen.tags.count("script") == 1 and all(address.startswith("#") for address in seen.addresses)
    assert set(re.findall(r"https?://[^\"'\s<>]+", text)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    for name in ("passes", "cannot be checked", "refused "):
        assert name not in seen.text
    assert re.search(r"learner \d", seen.text)
    assert "passes" in Reader(page(graded, grading, "secret", names=True)).text


def test_a_gradescope_autograder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "grading.toml").write_text(GRADING)
    for name in ("one.zip", "two.zip"):
        assert cli("grade", "--config", str(tmp_path / "grading.toml"), "--make-gradescope", str(tmp_path / name)).code == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        members = {m.filename: m.external_attr >> 16 for m in archive.infolist()}
        assert archive.read("run_autograder").startswith(b"#!/usr/bin/env python3\n")
    assert members["setup.sh"] & members["run_autograder"] & members["course/streamlings"] & 0o111
    assert "course/lessons/01_basics/1_note/checks.py" in members
    assert not [name for name in members if "/right/" in name], "they pass"
    assert [name for name in members if name.startswith("course/solutions/")] == ["course/solutions/README.md"]


def test_a_template_for_a_class(cli: Cli, tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    (tmp_path / "grading.toml").write_text(GRADING)
    made = cli("grade", "--config", str(tmp_path / "grading.toml"), "--make-classroom", str(tmp_path / "template"))
    assert made.code == 0, made.err
    workflow = YAML(typ="safe").load((tmp_path / "template/.github/workflows/grade.yml").read_text())
    assert set(workflow["jobs"]["grade"]) >= {"runs-on", "steps"} and workflow["permissions"] == {"contents": "read"}
    assert not [s for s in workflow["jobs"]["grade"]["steps"] if "${{" in s.get("run", "")], "nothing of an event is put into a script"
    ignored = (tmp_path / "template/.gitignore").read_text().splitlines()
    assert "/work/" not in ignored and "/.venv/" in ignored
    (tmp_path / "template/.gitignore").write_text("mine\n")
    again = cli("grade", "--config", str(tmp_path / "grading.toml"), "--make-classroom", str(tmp_path / "template"))
    assert again.code == 2 and "is there already" in again.err


def test_alike_submissions_are_found(grading: config.Grading) -> None:
    from streamlings.grade.cohort import alike

    [exercise] = grading.exercises
    own = "".join(f"step_{n} = (word.lower(), {n}, len(word) + {n})\n" for n in range(6))
    renamed = own.replace("step_", "part_")
    programs = {
        "ada": STARTER + own + "# by me\n",
        "bob": STARTER + own + "# by me\n",
        "carol": STARTER + "\n\n" + own,
        "dan": STARTER + renamed,
        "eve": STARTER + own.replace("5", "7"),
        "starter": STARTER,
        "also": STARTER,
    }
    people = [Submission(name, programs={exercise: Program("note.py", text)}) for name, text in programs.items()]
    give_keys(people)
    graded = [marks.graded(each, grading, lambda e, p: None) for each in people]
    found = {f.degree: "".join(sorted(m.submission.name[0] for m in f.members if m)) for f in alike.families(graded, exercise)}
    assert found == {
        "the same, to the letter": "ab",
        "the same but for comments and layout": "abc",
        "the same but for names": "abcd",
        "nearly the same": "abcde",
    }


def test_the_order_on_the_page_says_nothing_of_names(grading: config.Grading) -> None:
    [exercise] = grading.exercises
    own = "".join(f"step_{n} = (word.lower(), {n}, len(word) + {n})\n" for n in range(6))
    people = [Submission(f"n{n:02}", programs={exercise: Program("note.py", STARTER + own)}) for n in range(12)]
    give_keys(people)
    graded = [marks.graded(each, grading, lambda e, p: None) for each in people]
    alike = re.search(r"learner \d+(, learner \d+){11}", page(graded, grading, "secret", names=False))
    assert alike is not None
    assert (members := alike[0].split(", ")) == sorted(members)
