"""Programs that misbehave: each becomes a verdict in words, in bounded time, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest
from confluent_kafka.admin import AdminClient
from driving import Cli, Done, left_of
from filelock import FileLock

from streamlings import wait
from streamlings.servers import process, state

DETACHED = "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']{more})\n"
TELL = "open({file!r}, 'w').write(str({pid}))\n"


def note(course: Path, text: str) -> Path:
    """The learner's program of the exercise without servers."""
    file = course / "work" / "01_basics" / "1_note" / "note.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def greeting(course: Path, text: str) -> Path:
    """The learner's program of the exercise with Kafka."""
    file = course / "work" / "01_basics" / "2_greeting" / "greeting.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def judge(cli: Cli, exercise: str = "note") -> tuple[Done, dict[str, Any]]:
    """The verdict for people, and the same as JSON."""
    return cli("check", exercise), json.loads(cli("check", exercise, "--json").out)


def failed(result: dict[str, Any]) -> dict[str, Any]:
    return next(c for c in result["checks"] if c["outcome"] == "failed")


def no_runs_left(lab_state: Path) -> bool:
    return not list((lab_state / "runs").glob("*"))


def test_one_that_hangs_is_stopped_at_its_deadline(cli: Cli, course: Path, lab_state: Path) -> None:
    note(course, "print('before')\nimport signal\nsignal.pause()\n")
    done = cli("check", "note")
    assert done.code == 1
    assert "got       your program was still running after 3 s and was stopped" in done.out
    assert "before" in done.out
    assert no_runs_left(lab_state)
    assert left_of(course) == []


@pytest.mark.slow
def test_one_that_ignores_every_polite_signal_is_stopped(cli: Cli, course: Path, lab_state: Path) -> None:
    note(course, "import signal\nfor n in (2, 15, 1):\n    signal.signal(n, signal.SIG_IGN)\nwhile True:\n    signal.pause()\n")
    assert cli("check", "note").code == 1
    assert left_of(course) == []


def test_one_that_floods_its_output_is_stopped_and_told(cli: Cli, course: Path) -> None:
    note(course, "while True:\n    print('x' * 1000)\n")
    done, result = judge(cli)
    assert done.code == 1
    assert "your program printed more than 10 MB and was stopped" in done.out
    assert "print less" in done.out
    assert len(done.out) < 20_000
    assert len(json.dumps(result)) < 40_000


def test_one_long_line_does_not_flood_the_report(cli: Cli, course: Path) -> None:
    note(course, "print('x' * 5_000_000)\nraise SystemExit('y' * 5_000_000)\n")
    done, result = judge(cli)
    assert done.code == 1
    assert len(json.dumps(result)) < 40_000
    assert len(done.out) < 40_000


@pytest.mark.parametrize("end", ["import sys\nsys.exit(0)", "import os\nos._exit(0)", "raise SystemExit", "pass"])
def test_one_that_ends_at_once_has_not_passed(cli: Cli, course: Path, end: str) -> None:
    note(course, end + "\n")
    done, result = judge(cli)
    assert done.code == 1
    assert failed(result)["name"] == "note_is_there"


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("raise SystemExit('no orders today')", "no orders today"),
        ("import sys\nsys.exit(3)", "exit code 3"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "exit code -9"),
        ("import os\nos.abort()", "exit code -6"),
    ],
)
def test_one_that_ends_badly(cli: Cli, course: Path, end: str, says: str) -> None:
    note(course, end + "\n")
    done, result = judge(cli)
    assert done.code == 1
    assert failed(result)["name"] == "program_ends"
    assert says in failed(result)["actual"]


def test_of_an_exception_only_the_learners_lines_are_shown(cli: Cli, course: Path) -> None:
    note(course, "import json\n\n\ndef read(text):\n    return json.loads(text)\n\n\nread('{')\n")
    done, result = judge(cli)
    shown = "\n".join(failed(result)["evidence"])
    assert "JSONDecodeError" in failed(result)["actual"]
    assert 'note.py", line 8' in shown and 'note.py", line 5, in read' in shown
    for foreign in ("decoder.py", "runpy", "execute.py"):
        assert foreign not in done.out


def test_what_went_wrong_is_said_once(cli: Cli, course: Path) -> None:
    note(course, "1 / 0\n")
    done = cli("check", "note")
    assert done.code == 1
    assert done.out.count("Traceback (your program only)") == 1


@pytest.mark.parametrize(
    "more", [pytest.param("", id="same group"), pytest.param(", start_new_session=True", id="own session", marks=pytest.mark.slow)]
)
def test_a_child_that_would_outlive_it_is_gone_after_the_check(cli: Cli, course: Path, tmp_path: Path, more: str) -> None:
    pid = tmp_path / "pid"
    note(course, DETACHED.format(more=more) + TELL.format(file=str(pid), pid="child.pid"))
    try:
        done = cli("check", "note")
        assert done.code == 1
        assert wait.until(lambda: not psutil.pid_exists(int(pid.read_text())), deadline_s=5), "the child still runs"
    finally:
        if psutil.pid_exists(int(pid.read_text())):
            os.kill(int(pid.read_text()), signal.SIGKILL)


EVIL = "\x1b[2J\x1b]0;title\x07[red]not markup[/red] \r\b"


def clean(text: str) -> bool:
    return not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


@pytest.mark.parametrize("end", ["1 / 0", "raise SystemExit({evil!r})", "", "(lab.folder('out') / 'note.txt').write_text({evil!r})"])
def test_control_characters_cannot_steer_the_terminal(cli: Cli, course: Path, end: str) -> None:
    note(course, f"from streamlings import lab\nprint({EVIL!r})\n" + end.format(evil=EVIL) + "\n")
    done = cli("check", "note")
    assert done.code == 1
    assert clean(done.out), repr(done.out)
    assert "[red]not markup[/red]" in done.out


def test_control_characters_of_a_program_that_passes(cli: Cli, course: Path) -> None:
    solution = (course / "solutions" / "01_basics" / "1_note" / "note.py").read_text()
    note(course, solution + f"print({EVIL!r})\n")
    done = cli("check", "note")
    assert done.code == 0
    assert clean(done.out), repr(done.out)


def test_bytes_that_are_no_text(cli: Cli, course: Path) -> None:
    note(course, "import sys\nsys.stdout.buffer.write(b'\\xff\\xfe\\x00ada\\n')\n")
    done, result = judge(cli)
    assert done.code == 1
    assert "ada" in result["output_tail"]


def test_nothing_it_patches_changes_the_verdict(cli: Cli, course: Path) -> None:
    note(course, "import builtins, os, sys\nprint('passed')\nbuiltins.print = lambda *a: None\nos._exit(0)\n")
    assert cli("check", "note").code == 1


def test_what_it_leaves_in_its_folder_is_gone(cli: Cli, course: Path, lab_state: Path) -> None:
    note(course, "from streamlings import lab\n(lab.folder('deep/er') / 'x').write_text('x')\n(lab.folder('deep')).chmod(0o500)\n")
    assert cli("check", "note").code == 1
    assert no_runs_left(lab_state)


@pytest.mark.slow
def test_a_second_check_waits_and_says_so(cli: Cli, lab_state: Path) -> None:
    with FileLock(lab_state / "check.lock"):
        second = cli.start("check", "note", "--solution")
        assert second.stderr is not None
        assert second.stderr.readline() == "another check uses this lab; waiting for it to end\n"
        assert second.poll() is None
    assert cli.end(second).code == 0


def test_ctrl_c_leaves_nothing_behind(cli: Cli, course: Path, tmp_path: Path, lab_state: Path) -> None:
    began = tmp_path / "began"
    note(course, TELL.format(file=str(began), pid="__import__('os').getpid()") + "import signal\nsignal.pause()\n")
    running = cli.start("check", "note")
    assert wait.until(lambda: began.exists() and began.read_text(), deadline_s=20)
    os.killpg(running.pid, signal.SIGINT)
    done = cli.end(running, timeout_s=20)
    assert (done.code, done.out) == (130, "")
    assert done.err.endswith("stopped\n") and "Traceback" not in done.err
    assert not psutil.pid_exists(int(began.read_text()))
    assert no_runs_left(lab_state)


@pytest.mark.slow
def test_ctrl_c_removes_topics_too(cli: Cli, course: Path, tmp_path: Path, lab_state: Path) -> None:
    began = tmp_path / "began"
    greeting(course, TELL.format(file=str(began), pid="__import__('os').getpid()") + "import signal\nsignal.pause()\n")
    running = cli.start("check", "greeting")
    assert wait.until(lambda: began.exists() and began.read_text(), deadline_s=60)
    os.killpg(running.pid, signal.SIGINT)
    assert cli.end(running, timeout_s=30).code == 130
    assert not psutil.pid_exists(int(began.read_text()))
    assert no_runs_left(lab_state)
    client = AdminClient({"bootstrap.servers": state.read().kafka})
    assert not wait.until(lambda: any(t.startswith("greeting-") for t in client.list_topics(timeout=5).topics), deadline_s=0)


@pytest.mark.slow
def test_one_that_asks_for_a_server_that_does_not_run(cli: Cli, course: Path) -> None:
    with state.changing() as lab:  # another exercise may have started it
        process.stop([lab.processes.pop(name) for name in ("registry",) if name in lab.processes])
        lab.registry = ""
    greeting(course, "from streamlings import lab\nlab.registry\n")
    done, result = judge(cli, "greeting")
    assert done.code == 1, done.out + done.err
    assert "registry does not run in this lab. hint: ./streamlings up registry" in failed(result)["actual"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import os\nos._exit(0)\n", "4 are missing"),
        ("raise ValueError('a bad day')\n", "ValueError: a bad day"),
        ("from streamlings import lab\nlab.nothing\n", "streamlings.lab has no 'nothing'; it has kafka"),
        ("while True:\n    print('x' * 1000)\n", "more than 10 MB"),
    ],
)
def test_programs_with_kafka(cli: Cli, course: Path, lab_state: Path, text: str, says: str) -> None:
    greeting(course, text)
    done, result = judge(cli, "greeting")
    assert done.code == 1, done.out + done.err
    assert says in failed(result)["actual"]
    assert no_runs_left(lab_state)


@pytest.mark.slow
def test_a_broker_that_dies_during_a_check_is_not_the_learners_fault(cli: Cli, course: Path, tmp_path: Path) -> None:
    began = tmp_path / "began"
    greeting(course, TELL.format(file=str(began), pid=1) + "import signal\nsignal.pause()\n")
    running = cli.start("check", "greeting")
    assert wait.until(began.exists, deadline_s=60)
    os.kill(state.read().processes["kafka"].pid, signal.SIGKILL)
    done = cli.end(running)
    assert done.code == 3, done.out + done.err
    assert "Kafka stopped answering during the check" in done.out
    assert "could not check: this says nothing about your program" in done.out
    again = cli("check", "greeting", "--solution")
    assert again.code == 0
    assert "kafka had ended by itself" in again.err
