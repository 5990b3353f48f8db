"""Exercises on disk, what `dev check` reads from them, and the learner's copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamlings import progress, workbook
from streamlings.course import Course
from streamlings.dev import golden
from streamlings.dev import programs as declared
from streamlings.errors import LabError, UsageError
from streamlings.outcome import CheckResult, Result


def test_the_folder_names_are_the_registry(course: Path) -> None:
    found = Course().exercises
    assert [e.id for e in found] == ["basics/note", "basics/greeting", "streams/copy"]
    assert found[0].work == course / "work" / "01_basics" / "1_note" / "note.py"
    assert found[0].solution.exists() and found[0].discussion.exists()
    assert [e.topics for e in found] == [{}, {"greetings": 2}, {"orders": 1, "copies": 1}]


def test_servers_beside_the_program_are_started_and_not_its_business(course: Path) -> None:
    toml = course / "lessons" / "01_basics" / "2_greeting" / "exercise.toml"
    toml.write_text(toml.read_text().replace('needs = ["kafka"]', 'needs = ["kafka"]\nbeside = ["flink"]'))
    greeting = Course().find("greeting")
    assert (greeting.needs, greeting.servers) == ({"kafka"}, {"kafka", "flink"})


def test_a_tenth_lesson_comes_after_the_ninth(course: Path) -> None:
    (course / "lessons" / "02_streams").rename(course / "lessons" / "10_streams")
    (course / "lessons" / "01_basics").rename(course / "lessons" / "9_basics")
    assert [e.id for e in Course().exercises] == ["basics/note", "basics/greeting", "streams/copy"]


@pytest.mark.parametrize(
    "wanted",
    ["basics/note", "note", "01_basics/1_note", "lessons/01_basics/1_note/", "work/01_basics/1_note/note.py", "basics/note/note.py"],
)
def test_an_exercise_is_found_by(course: Path, wanted: str) -> None:
    assert Course().find(wanted).id == "basics/note"


@pytest.mark.parametrize(
    ("wanted", "hint"), [("basics/nota", "basics/note"), ("greting", "basics/greeting"), ("zzzzzz", "./streamlings list")]
)
def test_an_unknown_exercise_names_the_nearest(course: Path, wanted: str, hint: str) -> None:
    with pytest.raises(UsageError, match="there is no exercise") as caught:
        Course().find(wanted)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "none"', 'kind = "nine"', "kind is 'nine', not one of none, kafka"),
        ('title = "A note"', "", "has no 'title'"),
        ("minutes = 5", 'minutes = "five"', "cannot be read"),
        ("minutes = 5", "minutes = = 5", "cannot be read"),
        ("needs = []", "needs = 3", "cannot be read"),
    ],
)
def test_a_broken_exercise_toml_is_named(course: Path, old: str, new: str, says: str) -> None:
    toml = course / "lessons" / "01_basics" / "1_note" / "exercise.toml"
    toml.write_text(toml.read_text().replace(old, new))
    with pytest.raises(LabError) as caught:
        _ = Course().exercises
    assert "01_basics/1_note/exercise.toml" in caught.value.message
    assert says in caught.value.message


def test_what_only_the_check_uses_is_not_the_programs(course: Path) -> None:
    toml = course / "lessons" / "01_basics" / "1_note" / "exercise.toml"
    toml.write_text(toml.read_text().replace("needs = []", 'needs = ["kafka"]\nbeside = ["flink"]'))
    exercise = Course().find("note")
    assert (exercise.needs, exercise.servers) == ({"kafka"}, {"kafka", "flink"})
    assert Course().find("greeting").servers == Course().find("greeting").needs


def test_every_program_of_an_exercise_is_declared(course: Path) -> None:
    found = declared.programs(Course().find("note"))
    assert [d.role for d in found] == ["starter", "solution", "right", "wrong", "wrong", "wrong", "wrong"]
    capitals = next(d for d in found if d.path.stem == "in_capitals")
    assert (capitals.fails, capitals.says) == ("note_says_the_word", "EDSGER")
    assert capitals.name == "basics/note lessons/01_basics/1_note/wrong/in_capitals.py"


@pytest.mark.parametrize("beginning", ["", "# fails: x\n", "# says: y\n# fails: x\n", "\n# fails: x\n# says: y\n"])
def test_a_wrong_program_without_its_header(course: Path, beginning: str) -> None:
    file = course / "lessons" / "01_basics" / "1_note" / "wrong" / "misspelt.py"
    file.write_text(beginning + "print()\n")
    with pytest.raises(LabError, match=r"misspelt.py does not begin with `# fails: CHECK`"):
        declared.programs(Course().find("note"))


def result(outcome: str, *checks: CheckResult) -> Result:
    return Result("basics/note", outcome, 7, "native", 0, list(checks))  # type: ignore[arg-type]


def test_a_verdict_that_is_not_as_declared_falls_short(course: Path) -> None:
    by_role = {d.role: d for d in declared.programs(Course().find("note")) if d.role != "wrong" or d.path.stem == "in_capitals"}
    passed = result("passed", CheckResult("note_says_the_word", "", "passed"))
    as_said = result("failed", CheckResult("note_says_the_word", "", "failed", "edsger", "EDSGER"))
    golden.record(by_role["wrong"].path, as_said)
    other_words = result("failed", CheckResult("note_says_the_word", "", "failed", "edsger", "nothing"))
    other_detail = result("failed", CheckResult("note_says_the_word", "", "failed", "a word", "EDSGER"))
    other_check = result("failed", CheckResult("note_is_there", "", "failed", "x", "EDSGER"))
    unchecked = result("could_not_check")
    assert [by_role[r].falls_short(passed) for r in ("starter", "solution", "right", "wrong")] == ["passed", "", "", "passed"]
    assert [by_role[r].falls_short(as_said) for r in ("starter", "wrong")] == ["", ""]
    assert "failed note_says_the_word" in by_role["solution"].falls_short(as_said)
    assert "does not say 'EDSGER'" in by_role["wrong"].falls_short(other_words)
    assert "expected  a word" in by_role["wrong"].falls_short(other_detail), "the whole feedback is compared"
    assert "failed note_is_there in place of note_says_the_word" in by_role["wrong"].falls_short(other_check)
    assert all(d.falls_short(unchecked).startswith("could not check") for d in by_role.values())


def test_what_an_exercise_lacks_on_paper(course: Path) -> None:
    exercise = Course().find("note")
    assert declared.shortcomings(exercise) == []
    exercise.discussion.unlink()
    golden.recorded(exercise.wrong[-1]).unlink()
    (exercise.folder / "wrong" / "long_gone.txt").write_text("")
    exercise.right[0].unlink()
    exercise.wrong[0].write_text(exercise.wrong[1].read_text())
    exercise.starter.write_text("pass\n" * 60)
    lacks = "\n".join(declared.shortcomings(exercise))
    for words in (
        "DISCUSSION.md is missing",
        "no other right program",
        "says the same as",
        "0 TODOs",
        "60 lines",
        ".txt is missing",
        "long_gone.txt belongs",
    ):
        assert words in lacks
    exercise.wrong[0].unlink()
    assert "3 wrong programs" in "\n".join(declared.shortcomings(exercise))


def test_a_reset_keeps_every_version(course: Path) -> None:
    exercise = Course().find("note")
    assert workbook.reset(exercise) is None
    kept = []
    for text in ("first\n", "second\n"):
        exercise.work.write_text(text)
        backup = workbook.reset(exercise)
        assert backup is not None
        kept.append(backup)
    assert [b.read_text() for b in kept] == ["first\n", "second\n"]
    assert exercise.work.read_bytes() == exercise.starter.read_bytes()
    assert workbook.reset(exercise) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"passed": []}', '{"passed": {}, "hints": {"basics/note": "x"}}', "\x00"])
def test_progress_that_cannot_be_read_is_kept_aside(course: Path, text: str) -> None:
    progress.path().parent.mkdir(exist_ok=True)
    progress.path().write_text(text)
    found = progress.read()
    assert (found.passed, found.hints) == ({}, {})
    assert "kept as progress.unreadable-1.json" in found.notice
    assert progress.path().with_name("progress.unreadable-1.json").read_text() == text
    progress.passed(Course().find("note"))
    assert list(progress.read().passed) == ["basics/note"]
