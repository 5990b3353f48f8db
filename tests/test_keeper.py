"""Nothing that a program starts outlives its keeper, and a program takes no more than its limits."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from streamlings import wait
from streamlings.worker.program import PlainProgram

GETS_AWAY = """
import os, signal, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve(sys.executable, [sys.executable, "-c", {then!r}], {{}})
    os._exit(0)
os.wait()
"""
STAYS = "import os, pathlib, signal; pathlib.Path({pid!r}).write_text(str(os.getpid())); signal.pause()"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has child subreapers")


def program(tmp_path: Path, text: str) -> PlainProgram:
    file = tmp_path / "program.py"
    file.write_text(text)
    return PlainProgram(file, {}, tmp_path)


def written(pid: Path) -> int:
    assert wait.until(lambda: pid.exists() and pid.read_text(), deadline_s=20)
    return int(pid.read_text())


@linux_only
def test_one_that_got_away_in_every_respect_ends_with_the_program(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    running = program(tmp_path, GETS_AWAY.format(then=STAYS.format(pid=str(pid))))
    away = written(pid)
    assert running.until_ended(20)
    assert running.exit_code == 0
    assert psutil.pid_exists(away), "until the check is over"
    running.kill()
    assert not psutil.pid_exists(away)


def test_its_keeper_takes_no_module_from_the_programs_folder(tmp_path: Path) -> None:
    (tmp_path / "psutil.py").write_text("raise SystemExit('not the one')")
    running = program(tmp_path, "print('done')")
    assert running.until_ended(20)
    running.kill()
    assert (running.exit_code, running.output.text()) == (0, "done\n")


@linux_only
def test_it_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    pid, file = tmp_path / "pid", tmp_path / "program.py"
    file.write_text(STAYS.format(pid=str(pid)))
    start = f"""
from pathlib import Path
import signal
from streamlings.worker.program import PlainProgram
running = PlainProgram(Path({str(file)!r}), {{}}, Path({str(tmp_path)!r}))
signal.pause()
"""
    starter = subprocess.Popen([sys.executable, "-c", start])
    running = written(pid)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    assert wait.until(lambda: not psutil.pid_exists(running), deadline_s=10)


def test_a_program_without_its_keeper_is_noticed(tmp_path: Path) -> None:
    running = program(tmp_path, "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n")
    assert running.until_ended(20)
    assert wait.until(lambda: not running.kept(), deadline_s=5), "its pipe closes some moments before it is gone"
    running.kill()


@pytest.mark.parametrize(
    ("code", "ends"), [("", 0), ("raise SystemExit(3)", 3), ("import os; os._exit(4)", 4), ("import os; os.abort()", -6)]
)
def test_how_it_ended_and_what_it_printed(tmp_path: Path, code: str, ends: int) -> None:
    running = program(tmp_path, f"print('one', flush=True)\n{code}\n")
    assert running.until_ended(20)
    assert running.kept()
    assert running.exit_code == ends
    assert running.output.text() == "one\n"
    running.kill()


@linux_only
def test_a_program_is_limited(tmp_path: Path) -> None:
    running = program(tmp_path, "import resource as r\nfor n in (r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_CORE):\n    print(r.getrlimit(n))\n")
    assert running.until_ended(20)
    running.kill()
    memory, file, core = (eval(line) for line in running.output.text().splitlines())
    assert 4 * 2**30 < memory[1] < 16 * 2**30 and file == (2**30, 2**30) and core == (0, 0)


def test_processor_time_is_not_forgotten_when_a_child_ends(tmp_path: Path) -> None:
    """Else a program whose child has ended looks as if it waited for something."""
    child = "import time; end = time.process_time() + 0.4\nwhile time.process_time() < end: pass"
    running = program(tmp_path, f"import signal, subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); signal.pause()")
    try:
        seen = [0.0]

        def child_has_ended() -> bool:
            seen.append(running.cpu_s())
            return seen[-1] > 0.35 and len(psutil.Process(running.pid).children(recursive=True)) < 2

        assert wait.until(child_has_ended, deadline_s=30)
        seen.append(running.cpu_s())
        assert seen == sorted(seen)
    finally:
        running.kill()
