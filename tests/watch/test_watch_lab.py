"""`watch` and `run` in a real terminal, on a real lab: progress, a lab that dies, kills at a key, and nothing left."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from driving import Cli

from streamlings import wait
from streamlings.dev.terminal import LEAVES_THE_SCREEN, Terminal
from streamlings.servers import native, state
from streamlings.servers.rest import FlinkRest
from streamlings.stage.job import ENDED

pytestmark = pytest.mark.slow
Opens = Callable[..., Terminal]
HANGS = "import threading\n\nthreading.Event().wait()\n"
READY_S = 120


@pytest.fixture
def opens(course: Path, lab_state: Path) -> Iterator[Opens]:
    """Opens terminals over the small course. At the end no topic, no job and no file of a check may be left."""
    opened: list[Terminal] = []

    def open_one(*arguments: str, **options: object) -> Terminal:
        opened.append(Terminal(*arguments, cwd=course, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()
    assert wait.until(lambda: list((lab_state / "runs").glob("*")) == [], deadline_s=30)
    lab = state.read()
    if lab.kafka:
        assert [t for t in AdminClient({"bootstrap.servers": lab.kafka}).list_topics(timeout=5).topics if "copy_" in t] == []
    if lab.flink:
        assert [job for job in FlinkRest(lab.flink).jobs() if job["state"] not in ENDED] == []


def work(course: Path) -> Path:
    file = course / "work" / "02_streams" / "1_copy" / "copy.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def solution(course: Path) -> str:
    return (course / "solutions" / "02_streams" / "1_copy" / "copy.py").read_text()


def test_a_check_tells_how_far_it_is(opens: Opens, course: Path) -> None:
    at = opens("watch", "copy")
    at.until("streams/copy", "starting what it needs: flink, kafka")
    at.until("ready", deadline_s=READY_S)
    work(course).write_text(solution(course))
    at.until("saved at")
    at.until("sent ")
    at.until("Passed.", deadline_s=60)
    at.press("t")
    at.until("the beginning", "sent ", "output ")
    at.press("o")
    at.until("Flink's page", f"http://{state.read().flink}")
    at.press("q")
    assert at.end() == 0
    assert b"the lab stays up (kafka, flink" in at.written
    assert native.up(needs={"kafka", "flink"}).kafka


def test_a_save_during_a_check_on_the_cluster(opens: Opens, course: Path) -> None:
    at = opens("watch", "copy")
    at.until("ready", deadline_s=READY_S)
    work(course).write_text(HANGS)
    at.until("waiting for", deadline_s=60)
    work(course).write_text(solution(course))
    at.until("Passed.", deadline_s=90)


def test_leaving_while_the_lab_starts(opens: Opens, course: Path) -> None:
    native.down()
    at = opens("watch", "copy")
    at.until("starting what it needs")
    at.press("\x03")
    assert at.end(deadline_s=60) == 0
    assert LEAVES_THE_SCREEN in at.written
    assert all(process.alive() for process in state.read().processes.values())


def test_a_lab_that_dies_meanwhile_is_started_again(opens: Opens, course: Path) -> None:
    at = opens("watch", "copy")
    at.until("ready", deadline_s=READY_S)
    os.kill(state.read().processes["kafka"].pid, signal.SIGKILL)
    work(course).write_text(solution(course))
    at.until("Passed.", deadline_s=READY_S)


@pytest.mark.parametrize("server", ["kafka", "jobmanager"])
def test_a_lab_that_dies_during_a_check(opens: Opens, course: Path, server: str) -> None:
    at = opens("watch", "copy")
    at.until("ready", deadline_s=READY_S)
    work(course).write_text(HANGS)
    at.until("waiting for", deadline_s=60)
    os.kill(state.read().processes[server].pid, signal.SIGKILL)
    at.until("could not check", "x tries again", deadline_s=90)
    work(course).write_text(solution(course))
    at.until("Passed.", deadline_s=READY_S)
    at.press("\x03")
    assert at.end(deadline_s=60) == 0


def test_down_ends_the_lab(opens: Opens) -> None:
    at = opens("watch", "copy", "--down")
    at.until("ready", deadline_s=READY_S)
    at.press("q")
    assert at.end(deadline_s=90) == 0
    assert b"ended kafka" in at.written
    assert state.read().kafka == ""


def test_a_run_shows_what_flows_and_what_a_kill_does(opens: Opens, course: Path) -> None:
    work(course).write_text(solution(course))
    at = opens("run", "copy", "--rate", "20", columns=100, rows=30)
    at.until("streams/copy on the lab's shop", "RUNNING", "events/s", "consumer lag", "k kills the TaskManager", deadline_s=READY_S)
    at.until("order_id o-", deadline_s=60)
    at.resize(80, 24)
    at.press("k")
    at.until("the TaskManager is killed", "is started in its place", deadline_s=60)
    at.press("q")
    assert at.end(deadline_s=60) == 0
    assert b"events were dropped as late" in at.written.split(LEAVES_THE_SCREEN)[-1]


def test_a_run_without_a_terminal_prints_lines(opens: Opens, cli: Cli, course: Path) -> None:
    work(course).write_text(solution(course))
    running = cli.start("run", "copy", "--rate", "50")
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith("output"):
            break
    running.send_signal(signal.SIGINT)
    done = cli.end(running)
    assert done.code == 130
    assert "rows came out" in done.out
    assert "\x1b" not in done.out


def test_ctrl_c_while_a_run_starts(opens: Opens, course: Path) -> None:
    work(course).write_text(HANGS)
    at = opens("run", "copy")
    at.until_written("starting your program", deadline_s=READY_S)
    at.press("\x03")
    assert at.end(deadline_s=60) == 130
