"""Grading on real labs: natively, several at once; and with a container for each submission."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from containers.conftest import no_engine
from driving import Cli
from grade.the_class import COURSE, MEMBERS, make

from streamlings import wait
from streamlings.course import Course
from streamlings.grade.batch.lab import Lab, LostCheck
from streamlings.grade.intake import Program
from streamlings.grade.isolation.cell import Cell, processor_s
from streamlings.grade.isolation.engine import CELL
from streamlings.servers import engine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
POINTS = """title = "All three"

[points]
"basics/note" = 1
"basics/greeting" = 2
"streams/copy" = 4
"""
PLACES = {"basics/note": "01_basics/1_note", "basics/greeting": "01_basics/2_greeting", "streams/copy": "02_streams/1_copy"}
PEOPLE = {
    "solves all": ("solutions", "solutions", "solutions"),
    "another way": ("right/by_shutil", "right/flush_each", "right/from_a_view"),
    "wrong": ("wrong/misspelt", "wrong/twice", "wrong/negative_amounts"),
    "half": ("solutions", "wrong/without_key", "wrong/explained_only"),
    "starters": ("starter", "starter", "starter"),
    "nothing but note": ("solutions", None, None),
}
"""By name, which program of the course they hand in for each exercise."""
KNOWN = {"solves all": "7.00", "another way": "7.00", "wrong": "0.00", "half": "1.00", "starters": "0.00", "nothing but note": "1.00"}


def hand_in(folder: Path) -> None:
    folder.mkdir()
    (folder / "grading.toml").write_text(POINTS)
    for name, chosen in PEOPLE.items():
        for place, which in zip(PLACES.values(), chosen, strict=True):
            if which is None:
                continue
            lesson = COURSE / "lessons" / place
            file = next((COURSE / "solutions" / place).glob("*.py")).name
            source = {"solutions": COURSE / "solutions" / place / file, "starter": lesson / file}.get(which, lesson / f"{which}.py")
            target = folder / name / place / file
            target.parent.mkdir(parents=True)
            target.write_text(source.read_text())


def graded(cli: Cli, folder: Path, out: Path, *options: str) -> dict[str, dict[str, object]]:
    done = cli("grade", str(folder), "--out", str(out), "--json", *options, timeout_s=800)
    assert done.out, done.err
    return {each["name"]: each for each in json.loads(done.out)["submissions"]}


def test_two_labs_at_once_give_the_known_marks_twice(cli: Cli, tmp_path: Path) -> None:
    hand_in(tmp_path / "class")
    for run in ("first", "second"):
        marks = graded(cli, tmp_path / "class", tmp_path / run, "--native", "--labs", "2")
        assert {name: each["points"] for name, each in marks.items()} == KNOWN
        assert not [each for each in marks.values() if each["open"]]
    assert (tmp_path / "first" / "marks.csv").read_bytes() == (tmp_path / "second" / "marks.csv").read_bytes()
    page = (tmp_path / "first" / "cohort.html").read_text()
    assert "behaves like: negative amounts" in page


@pytest.mark.skipif(bool(no_engine()), reason="no container engine")
def test_a_container_for_each_submission(cli: Cli, tmp_path: Path) -> None:
    make(tmp_path / "class")
    marks = graded(cli, tmp_path / "class", tmp_path / "results", "--labs", "2")
    for member in MEMBERS:
        state = marks[member.name]["exercises"]["basics/note"]["state"]  # type: ignore[index]
        assert state == (member.isolated or member.state), member.name
    assert engine.run("ps", "--quiet", "--filter", "name=streamlings-cell-") == ""


@pytest.mark.skipif(bool(no_engine()), reason="no container engine")
def test_labs_in_containers_give_the_known_marks(cli: Cli, tmp_path: Path) -> None:
    hand_in(tmp_path / "class")
    marks = graded(cli, tmp_path / "class", tmp_path / "results", "--labs", "1")
    assert {name: each["points"] for name, each in marks.items()} == KNOWN
    assert engine.run("ps", "--quiet", "--filter", "name=streamlings-grade-") == ""
    assert engine.run("volume", "ls", "--quiet", "--filter", "name=streamlings-grade-") == ""


SETS_THE_DEFAULT = """
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

entry = ConfigEntry("log.message.timestamp.type", "LogAppendTime", incremental_operation=AlterConfigOpType.SET)
client = AdminClient({"bootstrap.servers": lab.kafka})
for done in client.incremental_alter_configs([ConfigResource(ResourceType.BROKER, "1", incremental_configs=[entry])]).values():
    done.result(10)
"""
SETS_A_QUOTA = """
import struct

from streamlings.servers.requests import ask

text = lambda word: struct.pack(">h", len(word)) + word
entity = struct.pack(">i", 1) + text(b"client-id") + struct.pack(">h", -1)
change = struct.pack(">i", 1) + text(b"producer_byte_rate") + struct.pack(">db", 1e6, 0)
answer = ask(int(lab.kafka.rpartition(":")[2]), 49, struct.pack(">i", 1) + entity + change + bytes(1))
assert struct.unpack_from(">iih", answer)[2] == 0, answer
"""


@pytest.mark.parametrize("more", ["", SETS_THE_DEFAULT, SETS_A_QUOTA], ids=["nothing", "a setting", "a quota"])
def test_a_lab_whose_broker_was_set_otherwise_is_not_for_the_next(more: str, course: Path) -> None:
    said: list[str] = []
    one, exercise = Lab(1, isolated=False, say=said.append), Course().find("basics/greeting")
    try:
        result, _ = one.check(exercise, Program(exercise.file, exercise.solution.read_text() + more), 7)
        assert result.outcome == "passed", result
        assert (one._process is None) == bool(more) and any("fresh lab" in line for line in said) == bool(more)
    finally:
        one.end()


OUTLIVES = """
import os
from streamlings import lab

os.kill = lambda *_: None  # by which it would end itself
(lab.folder("out") / "note.txt").write_text("there")
while True:
    pass
"""


@pytest.mark.skipif(bool(no_engine()), reason="no container engine")
def test_the_container_of_a_check_that_was_killed_is_ended(course: Path) -> None:
    lab = Lab(1, isolated=True, say=lambda _: None)

    def cells() -> str:
        return engine.ask("ps", "--all", "--quiet", "--filter", f"label={CELL}={lab.folder}")

    try:
        with ThreadPoolExecutor(1) as pool:
            verdict = pool.submit(lab.check, Course().find("basics/note"), Program("note.py", OUTLIVES), 7)
            assert wait.until(lambda: list(lab.folder.glob("runs/*/out/note.txt")), deadline_s=120 * wait.crowding())
            assert lab._process is not None
            os.kill(lab._process.pid, signal.SIGKILL)
            with pytest.raises(LostCheck):
                verdict.result(60)
        assert cells(), "it goes on"
    finally:
        lab.end()
    assert cells() == ""


REACHES_OUT = """
import socket
from streamlings import lab

def reach(host, port):
    try:
        socket.create_connection((host, port), timeout=2).close()
        return "reached"
    except OSError:
        return ""

places = [("1.1.1.1", 53), ("172.17.0.1", 22), ("host.docker.internal", 22)]
tried = [reach(*place) for place in places]
try:
    open("/opt/streamlings/src/streamlings/outcome.py", "a").write("x")
    tried.append("wrote")
except OSError:
    pass
word = (lab.folder("in") / "word.txt").read_text().strip()
(lab.folder("out") / "note.txt").write_text(word + "".join(tried))
"""


@pytest.mark.skipif(bool(no_engine()), reason="no container engine")
def test_a_submission_reaches_nothing_and_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    """It passes where none of what it tries succeeds."""
    make(tmp_path / "class", {"ada"})
    (tmp_path / "class" / "ada" / "01_basics/1_note/note.py").write_text(REACHES_OUT)
    marks = graded(cli, tmp_path / "class", tmp_path / "results")
    assert marks["ada"]["points"] == "10.00"


@pytest.mark.skipif(bool(no_engine()), reason="no container engine")
def test_what_a_program_in_a_container_works_is_seen(cli: Cli, tmp_path: Path) -> None:
    """One that got no processor time would be taken for one that waits."""
    program, folder = tmp_path / "works.py", tmp_path / "folder"
    program.write_text("while True:\n    pass\n")
    folder.mkdir()
    cell = Cell(program, {}, folder=folder, ports=[], flink="", parallelism=1, name="works.py")
    try:
        assert wait.until(lambda: cell.cpu_s() > 1, deadline_s=60)
    finally:
        cell.kill()


@pytest.mark.parametrize(("said", "seconds"), [("usage_usec 2500000\nuser_usec 1\n", 2.5), ("2500000000\n", 2.5), ("", 0.0)])
def test_processor_time_by_either_version_of_control_groups(said: str, seconds: float) -> None:
    assert processor_s(said) == seconds
