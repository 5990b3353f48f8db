"""The command line, driven as a learner does, over the small course of the tests. No servers are needed here."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from driving import Cli

import streamlings
from streamlings import progress
from streamlings.course import Course

SCHEMA = Path(streamlings.__file__).parent / "report" / "result.schema.json"


def solve(course: Path) -> Path:
    """Put the published solution of the first exercise into work/."""
    file = course / "work" / "01_basics" / "1_note" / "note.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text((course / "solutions" / "01_basics" / "1_note" / "note.py").read_text())
    return file


def test_the_way_through_the_course(cli: Cli, course: Path) -> None:
    fresh = cli("check")
    assert fresh.code == 1
    assert "work/01_basics/1_note/note.py" in fresh.err, "it says where your copy is"
    assert "FAILED  The note says the word" in fresh.out
    assert "nothing at all" in fresh.out
    solve(course)
    passed = cli("check")
    assert passed.code == 0
    assert "passed  The note says the word" in passed.out
    assert "./streamlings solution basics/note" in passed.out
    assert "next: A greeting (10 min)" in passed.out
    assert (course / "work/01_basics/2_greeting/greeting.py").exists(), "the next exercise lies ready"
    listed = cli("list")
    assert [line.split()[:2] for line in listed.out.splitlines()] == [
        ["passed", "basics/note"],
        ["next", "basics/greeting"],
        ["streams/copy", "15"],
    ]
    assert cli("progress").out.splitlines() == [
        "basics               1 of 2    10 min   greeting",
        "streams              0 of 1    15 min   copy",
        "",
        "1 of 3 passed, about 25 minutes left, next: basics/greeting",
    ]


def test_lists_for_programs(cli: Cli, course: Path) -> None:
    rows = json.loads(cli("list", "--json").out)
    assert rows[1] == {"id": "basics/greeting", "title": "A greeting", "minutes": 10, "kind": "kafka", "needs": ["kafka"], "passed": None}
    solve(course)
    assert cli("check", "note").code == 0
    kept = json.loads(cli("progress", "--json").out)
    assert list(kept["passed"]) == ["basics/note"]
    assert (kept["exercises"], kept["minutes_left"], kept["next"]) == (3, 25, "basics/greeting")


def test_whoever_begins_in_the_middle_goes_on_from_there(course: Path) -> None:
    known = Course()
    note, greeting, copy = known.exercises
    progress.passed(greeting)
    assert progress.next_exercise(known, after=greeting) == copy
    progress.passed(copy)
    assert progress.next_exercise(known, after=copy) == progress.next_exercise(known) == note, "what was left out comes at the end"
    progress.passed(note)
    assert progress.next_exercise(known, after=note) is None


def test_progress_is_kept_by_id_so_that_lessons_may_be_renumbered(cli: Cli, course: Path) -> None:
    solve(course)
    assert cli("check").code == 0
    (course / "lessons" / "01_basics").rename(course / "lessons" / "05_basics")
    (course / "solutions" / "01_basics").rename(course / "solutions" / "05_basics")
    kept = json.loads(cli("progress", "--json").out)
    assert list(kept["passed"]) == ["basics/note"]
    assert kept["next"] == "streams/copy", "it comes first now, and is open"


def test_another_program_and_the_solution_change_no_progress(cli: Cli, course: Path) -> None:
    right = "lessons/01_basics/1_note/right/by_shutil.py"
    assert cli("check", "note", "--program", right).code == 0
    assert cli("check", "note", "--solution").code == 0
    failed = cli("check", "note", "--program", "lessons/01_basics/1_note/wrong/in_capitals.py", "--seed", "7")
    assert failed.code == 1
    assert "check basics/note --seed 7 --program lessons/01_basics/1_note/wrong/in_capitals.py" in failed.out
    assert json.loads(cli("progress", "--json").out)["passed"] == {}
    assert cli("check", "note", "--program", right, "--solution").code == 2


def test_the_seed_is_printed_and_can_be_given_again(cli: Cli) -> None:
    wrong = "lessons/01_basics/1_note/wrong/in_capitals.py"
    first = json.loads(cli("check", "note", "--json", "--program", wrong).out)
    again = json.loads(cli("check", "note", "--json", "--program", wrong, "--seed", str(first["seed"])).out)
    assert again["seed"] == first["seed"]
    assert again["checks"] == first["checks"]
    assert "seed 12" in cli("check", "note", "--seed", "12").out


def test_hints_come_one_by_one_and_the_last_one_stays(cli: Cli) -> None:
    said = [cli("hint", "note").out for _ in range(4)]
    assert [line.split(":")[0] for line in said] == [f"basics/note, hint {n} of 3" for n in (1, 2, 3, 3)]
    assert said[0].endswith("What does the file in/word.txt hold?\n")
    assert said[2] == said[3]


def test_the_solution_opens_after_the_pass(cli: Cli, course: Path) -> None:
    closed = cli("solution", "note")
    assert (closed.code, closed.out) == (2, "")
    assert "basics/note has not passed yet" in closed.err
    assert "hint: ./streamlings hint basics/note, or ./streamlings solution basics/note --anyway" in closed.err
    assert "# Why it works" in cli("solution", "note", "--anyway").out
    solve(course)
    assert cli("check", "note").code == 0
    opened = cli("solution", "note")
    assert opened.code == 0
    assert '"""Copies the word' in opened.out and "# Why it works" in opened.out
    assert "word = (" in opened.out and "8<" not in opened.out


def test_a_reset_keeps_your_version(cli: Cli, course: Path) -> None:
    work = course / "work/01_basics/1_note/note.py"
    assert cli("reset", "note").out == "work/01_basics/1_note/note.py is fresh\n"
    work.write_text("mine = 1\n")
    done = cli("reset", "note")
    assert done.out == "work/01_basics/1_note/note.py is fresh; your version is work/01_basics/1_note/note.py.before-reset-1\n"
    assert (work.parent / "note.py.before-reset-1").read_text() == "mine = 1\n"
    assert "TODO" in work.read_text()


def test_a_missing_file_becomes_a_fresh_copy(cli: Cli, course: Path) -> None:
    file = solve(course)
    assert cli("check", "note").code == 0
    file.unlink()
    done = cli("check", "note")
    assert done.code == 1
    assert "your copy is work/01_basics/1_note/note.py" in done.err
    assert list(json.loads(cli("progress", "--json").out)["passed"]) == ["basics/note"], "what has passed stays passed"


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_an_empty_file(cli: Cli, course: Path, text: str) -> None:
    solve(course).write_text(text)
    done = cli("check", "note")
    assert (done.code, done.out) == (2, "")
    assert "work/01_basics/1_note/note.py is empty" in done.err
    assert "hint: ./streamlings reset basics/note" in done.err
    assert (course / "work/01_basics/1_note/note.py").read_text() == text


def test_a_program_that_is_not_there(cli: Cli) -> None:
    done = cli("check", "note", "--program", "no/such.py")
    assert (done.code, done.out) == (2, "")
    assert "no/such.py does not exist" in done.err
    assert "Traceback" not in done.err


def test_a_folder_for_a_program(cli: Cli) -> None:
    done = cli("check", "note", "--program", "lessons")
    assert done.code == 2, done.err
    assert "Traceback" not in done.err


def test_a_syntax_error_is_a_verdict(cli: Cli, course: Path) -> None:
    solve(course).write_text("from streamlings import lab\nword = (lab.folder('in') / 'word.txt'\nprint(word)\n")
    done = cli("check", "note")
    assert done.code == 1
    assert "FAILED  The program ends" in done.out
    assert "SyntaxError: '(' was never closed" in done.out
    assert "line 2" in done.out
    assert "runpy" not in done.out and "execute.py" not in done.out


@pytest.mark.parametrize(
    ("arguments", "says", "hint"),
    [
        (["check", "basics/nota"], "there is no exercise 'basics/nota'", "did you mean basics/note?"),
        (["hint", "zzzzzz"], "there is no exercise 'zzzzzz'", "./streamlings list"),
        (["check", "--seed", "x"], "'x' is not a valid integer", "--help"),
        (["check", "--seed", "-1"], "-1 is not in the range", "--help"),
        (["chekc"], "No such command 'chekc'", "--help"),
        (["check", "--jsn"], "No such option", "--help"),
        (["reset"], "Missing argument", "--help"),
        (["up", "kafak"], "there is no server 'kafak'", "kafka, flink, registry, postgres"),
    ],
)
def test_wrong_use(cli: Cli, arguments: list[str], says: str, hint: str) -> None:
    done = cli(*arguments)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert "hint: " in done.err and hint in done.err.split("hint: ")[1]
    assert "Traceback" not in done.err


def test_every_verb_has_help(cli: Cli) -> None:
    told = cli("--help")
    assert told.code == 0
    verbs = [line.split()[0] for line in told.out.split("Commands:")[1].splitlines() if line.strip()]
    assert {"check", "list", "hint", "solution", "reset", "progress", "up", "down", "status", "doctor"} <= set(verbs)
    for verb in verbs:
        assert cli(verb, "-h").code == 0, verb


def test_progress_that_cannot_be_read_is_kept_aside_and_said(cli: Cli, course: Path) -> None:
    (course / "work").mkdir()
    (course / "work" / "progress.json").write_text('{"passed": {"basics/no')
    done = cli("check")
    assert done.code == 1
    assert "progress.json could not be read; it is kept as progress.unreadable-1.json" in done.err
    assert (course / "work" / "progress.unreadable-1.json").read_text() == '{"passed": {"basics/no'
    assert "could not be read" not in cli("check").err


@pytest.mark.parametrize("verb", ["progress", "list", "hint"])
def test_every_verb_says_that_progress_could_not_be_read(cli: Cli, course: Path, verb: str) -> None:
    (course / "work").mkdir()
    (course / "work" / "progress.json").write_text("{")
    assert "progress.json could not be read" in cli(verb).err


def test_a_corrupt_state_of_the_lab_is_kept_aside(cli: Cli, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "lab.json").write_text('{"kafka": "127.0')
    done = cli("status", STREAMLINGS_STATE=str(state))
    assert done.code == 0
    assert "kafka      not running" in done.out
    assert (state / "lab.json.corrupt").read_text() == '{"kafka": "127.0'
    told = cli("doctor", STREAMLINGS_STATE=str(state))
    assert "its state file was corrupt and is kept as lab.json.corrupt" in told.out


def test_down_without_a_lab(cli: Cli, tmp_path: Path) -> None:
    done = cli("down", STREAMLINGS_STATE=str(tmp_path / "state"))
    assert (done.code, done.out) == (0, "the lab was not running\n")


def test_nothing_depends_on_colour(cli: Cli, course: Path) -> None:
    for env in ({}, {"NO_COLOR": "1"}, {"TERM": "dumb"}):
        done = cli("check", "note", **env)
        assert "\x1b" not in done.out + done.err
        assert "FAILED" in done.out
        assert max(map(len, done.out.splitlines())) <= 100
    assert "\x1b" not in cli("list").out


def test_json_is_all_there_is_on_stdout(cli: Cli, course: Path) -> None:
    done = cli("check", "note", "--json", "--seed", "7")
    assert done.code == 1
    result = json.loads(done.out)
    assert "your copy is" in done.err
    assert (result["schema"], result["exercise"], result["outcome"], result["seed"]) == ("streamlings/result/1", "basics/note", "failed", 7)
    assert [c["outcome"] for c in result["checks"]] == ["passed", "passed", "failed"]
    assert result["checks"][2]["hint"] == "read the word anew in each run"
    assert result["versions"]["streamlings"] == streamlings.__version__
    solve(course)
    assert json.loads(cli("check", "note", "--json").out)["outcome"] == "passed"


@pytest.mark.skipif(not SCHEMA.exists(), reason="the schema is not published yet")
@pytest.mark.parametrize("program", ["wrong/in_capitals", "wrong/misspelt", "right/by_shutil"])
def test_json_is_as_the_schema_says(cli: Cli, program: str) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validators.validator_for(schema).check_schema(schema)
    done = cli("check", "note", "--json", "--program", f"lessons/01_basics/1_note/{program}.py")
    jsonschema.validate(json.loads(done.out), schema)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def scenario(stage): pass\nimport no_such_module\n", "No module named 'no_such_module'"),
        ("def scenario(stage:\n", "SyntaxError"),
        ("x = 1\n", "has no attribute 'scenario'"),
        ("from streamlings.checks import check\n\n\n@check\ndef a(run):\n    pass\n", "needs a docstring"),
        (
            "from streamlings.checks import check\n\n\ndef scenario(stage):\n    stage.topic('nowhere')\n\n\n"
            '@check\ndef a(run):\n    """A"""\n',
            "KeyError: 'nowhere'",
        ),
        (
            'from streamlings.checks import check\n\n\ndef scenario(stage): pass\n\n\n@check\ndef a(run):\n    """A"""\n    return 1 / 0\n',
            "ZeroDivisionError",
        ),
        ("def scenario(stage):\n    stage.until_finished()\n", "at least one @check"),
    ],
    ids=[
        "import",
        "syntax",
        "no scenario",
        "no docstring",
        "scenario raises",
        "check raises",
        "no check",
    ],
)
def test_a_broken_checks_file_is_not_the_learners_fault(cli: Cli, course: Path, text: str, says: str) -> None:
    (course / "lessons/01_basics/1_note/checks.py").write_text(text)
    solve(course)
    done = cli("check", "note")
    assert done.code == 3, done.out + done.err
    assert says in done.out
    assert "could not check: this says nothing about your program" in done.out
    told = json.loads(cli("check", "note", "--json").out)
    assert told["outcome"] == "could_not_check" and says in told["problem"]
    if SCHEMA.exists():
        jsonschema.validate(told, json.loads(SCHEMA.read_text()))
    assert json.loads(cli("progress", "--json").out)["passed"] == {}


def test_a_broken_exercise_toml_is_a_clear_message(cli: Cli, course: Path) -> None:
    toml = course / "lessons/01_basics/1_note/exercise.toml"
    toml.write_text(toml.read_text().replace('kind = "none"', 'kind = "nine"'))
    done = cli("list")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: lessons/01_basics/1_note/exercise.toml cannot be read: kind is 'nine', not one of none, kafka")
    assert "hint: CONTRIBUTING.md lists its fields" in done.err


def test_from_any_folder(cli: Cli, course: Path, tmp_path: Path) -> None:
    solve(course)
    (tmp_path / "types.py").write_text("raise SystemExit('shadowed')\n")
    elsewhere = Cli(tmp_path)
    assert elsewhere("check", "note").code == 0
