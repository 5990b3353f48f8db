"""`./streamlings grade` and `submit`, as a teacher and a learner use them. The class's exercise needs no server."""

from __future__ import annotations

import json
import os
import signal
import zipfile
from pathlib import Path

import pytest
from driving import Cli
from grade.the_class import COURSE, GRADING, MEMBERS, NOTE, RIGHT, STARTER, make

from streamlings import wait

FEW = {"ada", "starter", "in capitals", "two versions", "nothing", "bomb"}


def grade(cli: Cli, folder: Path, *options: str, timeout_s: float = 120) -> tuple[int, dict[str, dict[str, object]], str]:
    done = cli("grade", str(folder), "--native", "--json", *options, timeout_s=timeout_s)
    marks = {each["name"]: each for each in json.loads(done.out)["submissions"]} if done.out else {}
    return done.code, marks, done.err


def assert_as_known(marks: dict[str, dict[str, object]], members: list[object], *, isolated: bool = False) -> None:
    for member in members:
        state = (isolated and member.isolated) or member.state  # type: ignore[attr-defined]
        mark = marks[member.name]["exercises"]["basics/note"]  # type: ignore[attr-defined, index]
        assert mark["state"] == state, f"{member.name}: {mark}"  # type: ignore[attr-defined]
        assert mark["points"] == {"passed": "10.00", "failed": "0", "not_handed_in": "0"}.get(state)


def test_a_few(cli: Cli, tmp_path: Path) -> None:
    members = make(tmp_path / "class", FEW)
    code, marks, err = grade(cli, tmp_path / "class", "--out", str(tmp_path / "results"))
    assert code == 3, err
    assert "NOT protected" in err
    assert_as_known(marks, members)
    results = tmp_path / "results"
    assert {p.name for p in (results / "ada").iterdir()} == {"feedback.html", "feedback.md", "graded.json", "junit.xml", "gradescope.json"}
    assert {p.name for p in results.iterdir() if p.is_file()} == {"marks.csv", "marks.json", "junit.xml", "cohort.html", "pseudonyms.csv"}
    seed = json.loads((results / "batch" / "batch.json").read_text())["seed"]
    assert f"--seed {seed}" in (results / "starter" / "feedback.md").read_text()


@pytest.mark.slow
def test_it_goes_on_where_it_was_killed(cli: Cli, tmp_path: Path) -> None:
    members = make(tmp_path / "class", FEW | {"never ends", "another way", "misspelt"})
    out = tmp_path / "results"
    running = cli.start("grade", str(tmp_path / "class"), "--native", "--labs", "1", "--out", str(out))
    assert wait.until(lambda: len(list(out.glob("batch/*/*.json"))) >= 2, deadline_s=60)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    kept = {path: path.read_bytes() for path in out.glob("batch/*/*.json")}
    refused = cli("grade", str(tmp_path / "class"), "--native", "--out", str(out))
    assert refused.code == 2 and "--resume" in refused.err
    code, marks, err = grade(cli, tmp_path / "class", "--resume", "--out", str(out))
    assert code == 3 and f"{len(kept)} of 6 verdicts are there already" in err, err
    assert_as_known(marks, members)
    assert {path: path.read_bytes() for path in kept} == kept
    code, again, err = grade(cli, tmp_path / "class", "--resume", "--out", str(out))
    assert again == marks and "6 of 6 verdicts are there already" in err


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_class_gets_its_marks_twice(cli: Cli, tmp_path: Path) -> None:
    make(tmp_path / "class")
    files = []
    for run in ("first", "second"):
        code, marks, err = grade(cli, tmp_path / "class", "--out", str(tmp_path / run), timeout_s=400)
        assert code == 3, err
        assert_as_known(marks, MEMBERS)  # type: ignore[arg-type]
        files.append([(tmp_path / run / name).read_bytes() for name in ("marks.csv", "marks.json")])
    assert files[0] == files[1]
    checks = "lessons/01_basics/1_note/checks.py"
    assert (cli.cwd / checks).read_text() == (COURSE / checks).read_text(), "each lab has a copy of the course"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "which submissions?"),
        (["nowhere", "--native"], "nowhere does not exist"),
        (["class", "--native", "--out", "class.csv/results"], "cannot be written: Not a directory"),
        (["--config", "class/grading.toml", "--make-classroom", "class.csv/template"], "cannot be written to: Not a directory"),
        (["class", "--native", "--resume"], "holds no batch"),
        (["class", "--native", "--out", "class"], "among the submissions"),
        (["class", "--native", "--out", "class/results"], "among the submissions"),
        (["class", "--native", "--out", "."], "holds something else"),
        (["class", "--make-gradescope", "x.zip"], "--config is missing"),
    ],
)
def test_wrong_use_is_one_line(options: list[str], says: str, cli: Cli, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada"})
    (tmp_path / "class.csv").write_text("")
    done = Cli(tmp_path)("grade", *options)
    assert done.code == 2 and says in done.err and "hint: " in done.err and "Traceback" not in done.err
    assert not (tmp_path / "results").exists()


def test_without_an_engine_it_says_what_else_there_is(cli: Cli, tmp_path: Path) -> None:
    make(tmp_path / "class", {"ada"})
    done = cli("grade", str(tmp_path / "class"), "--out", str(tmp_path / "results"), PATH="/nowhere")
    assert done.code == 2 and "cannot be isolated" in done.err and "--native" in done.err


def test_what_is_handed_in_is_what_is_graded(cli: Cli, course: Path, tmp_path: Path) -> None:
    nothing = cli("submit", "--to", str(tmp_path / "x.zip"))
    assert nothing.code == 2 and "nothing to hand in" in nothing.err
    work = course / "work" / NOTE
    work.parent.mkdir(parents=True)
    work.write_text(STARTER)
    assert cli("submit").code == 2, "a starter alone is nothing"
    work.write_text(RIGHT)
    assert cli("check", "note").code == 0
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "grading.toml").write_text(GRADING)
    packed = cli("submit", "--to", str(tmp_path / "class" / "ada.zip"))
    assert packed.code == 0 and packed.out.splitlines()[0].split() == ["passed", "basics/note"]
    with zipfile.ZipFile(tmp_path / "class" / "ada.zip") as archive:
        assert archive.namelist() == [NOTE]
    code, marks, err = grade(cli, tmp_path / "class", "--out", str(tmp_path / "results"))
    assert code == 0, err
    assert marks["ada"]["points"] == "10.00"
