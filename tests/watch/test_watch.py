"""`watch` in a real terminal, over exercises that need no server: keys, saves in every way, sizes, and every way to leave."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from driving import Cli, left_of

from streamlings import wait
from streamlings.dev.terminal import COLOUR, LEAVES_THE_SCREEN, Terminal

PLAYED = """

def count(stage) -> None:
    stage.measure(f"seed {stage.seed}")
    with open({marks!r}, "a") as file:
        file.write(".")
    played(stage)


played, scenario = scenario, count
"""
"""Each check leaves a mark, so that the tests can tell how many there were."""
HANGS = "import threading\n\nprint('hangs')\nthreading.Event().wait()\n"
Opens = Callable[..., Terminal]


@pytest.fixture
def notes(course: Path) -> Path:
    """A course of three exercises without servers; of the first, checks are counted."""
    lessons, solutions = course / "lessons", course / "solutions"
    for folder in (lessons, solutions):
        shutil.rmtree(folder / "02_streams")
        shutil.rmtree(folder / "01_basics" / "2_greeting")
        for n, name in ((2, "second"), (3, "third")):
            shutil.copytree(folder / "01_basics" / "1_note", folder / "01_basics" / f"{n}_{name}")
    for n, name in ((2, "second"), (3, "third")):
        toml = lessons / "01_basics" / f"{n}_{name}" / "exercise.toml"
        toml.write_text(toml.read_text().replace('"A note"', f'"The {name} note"'))
    checks = lessons / "01_basics" / "1_note" / "checks.py"
    checks.write_text(checks.read_text() + PLAYED.replace("{marks!r}", repr(str(marks(course)))))
    return course


@pytest.fixture
def opens(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opens]:
    """Opens terminals over that course. At the end nothing may be left: no process, no file of a check."""
    state = tmp_path / "state"
    monkeypatch.setenv("STREAMLINGS_STATE", str(state))
    opened: list[Terminal] = []

    def open_one(*arguments: str, **options: object) -> Terminal:
        opened.append(Terminal(*arguments, cwd=notes, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()
    assert wait.until(lambda: left_of(state) == [], deadline_s=20), left_of(state)
    assert list((state / "runs").glob("*")) == []


def work(course: Path, exercise: str = "1_note") -> Path:
    return course / "work" / "01_basics" / exercise / "note.py"


def solution(course: Path) -> str:
    return (course / "solutions" / "01_basics" / "1_note" / "note.py").read_text()


def wrong(course: Path, name: str = "in_capitals") -> str:
    return (course / "lessons" / "01_basics" / "1_note" / "wrong" / f"{name}.py").read_text()


def marks(course: Path) -> Path:
    return course.parent / "played"


def checks_played(course: Path) -> int:
    return len(marks(course).read_text()) if marks(course).exists() else 0


def passed(course: Path) -> list[str]:
    file = course / "work" / "progress.json"
    return list(json.loads(file.read_text())["passed"]) if file.exists() else []


def test_the_way_through_three_exercises_with_keys_alone(opens: Opens, notes: Path) -> None:
    at = opens()  # `./streamlings` alone
    at.until("basics/note  A note", "0 of 3 passed", "Edit work/01_basics/1_note/note.py and save it", "Copy the word", "ready")
    work(notes).write_text(wrong(notes))
    at.until("FAILED  The note says the word", "not yet", "Change note.py and save it; h gives a hint.")
    at.press("h")
    at.until("hint 1 of 3", "What does the file in/word.txt hold?")
    at.press("h")
    at.until("hint 2 of 3")
    at.press("v")
    at.until("FAILED")
    at.press("s")
    at.until("the solution opens when your program has passed")
    work(notes).write_text(solution(notes))
    at.until("1 of 3 passed", "Passed. n goes on: The second note (5 min).")
    at.press("s")
    at.until("Copies the word", "Why it works")
    for exercise, following in (("2_second", "The third note"), ("3_third", "")):
        at.press("n")
        at.until(f"basics/{exercise[2:]}", "Copy the word")
        work(notes, exercise).write_text(solution(notes))
        at.until(f"Passed. n goes on: {following}" if following else "That was the last one.")
    assert passed(notes) == ["basics/note", "basics/second", "basics/third"]
    at.press("p")
    at.until("basics/second  The second note  passed")
    at.press("q")
    assert at.end() == 0
    assert b"3 of 3 exercises passed" in at.written


def test_the_list_is_searched_and_jumps(opens: Opens) -> None:
    at = opens("watch")
    at.until("basics/note")
    at.press("l")
    at.until("search:", "> ", "The third note")
    at.press("thi")
    at.until_gone("The second note")
    at.press("\r")
    at.until("basics/third  The third note", "Edit work/01_basics/3_third/note.py")
    at.press("l")
    at.until("search:")
    at.press("zzz")
    at.until("no exercise has these words")
    at.press("\x1b")
    at.until("Copy the word")
    at.press("l")
    at.until("search:")
    at.press("\x1b[A\x1b[A\r")  # two up
    at.until("basics/note  A note")


def test_it_checks_only_what_has_changed(opens: Opens, notes: Path) -> None:
    at = opens("watch")
    at.until("ready")
    file = work(notes)
    file.write_text(wrong(notes))
    at.until("not yet")
    at.press("e")
    at.until("Copy the word")
    os.utime(file)
    file.write_text(wrong(notes))
    file.write_text("")
    file.write_text(wrong(notes))
    copy = file.with_name("copy")
    copy.write_text(wrong(notes))
    copy.rename(file)
    file.with_name("another.py").write_text("x = 1\n")
    at.press("h")
    at.until("hint 1 of 3")
    file.write_text(solution(notes))
    at.until("Passed.")
    assert checks_played(notes) == 2


def rename(file: Path, text: str) -> None:
    new = file.with_name(".note.py.swp")
    new.write_text(text)
    new.rename(file)


def rename_away_first(file: Path, text: str) -> None:
    file.rename(file.with_name("note.py~"))
    file.write_text(text)


def in_two_steps(file: Path, text: str) -> None:
    with file.open("w") as out:
        out.flush()
        os.fsync(out.fileno())
        wait.until(lambda: False, deadline_s=0.15)  # a slow editor
        out.write(text)


@pytest.mark.slow
@pytest.mark.parametrize("save", [Path.write_text, rename, rename_away_first, in_two_steps])
def test_every_way_to_save(opens: Opens, notes: Path, save: Callable[[Path, str], object]) -> None:
    at = opens("watch")
    at.until("ready")
    save(work(notes), wrong(notes))
    at.until("FAILED  The note says the word")
    save(work(notes), solution(notes))
    at.until("Passed.")
    assert checks_played(notes) == 2


def test_an_empty_file_is_no_save_and_a_missing_one_is_said(opens: Opens, notes: Path) -> None:
    at = opens("watch")
    at.until("ready")
    work(notes).write_text("")
    at.until("note.py is empty: waiting for what you save")
    work(notes).unlink()
    at.until("note.py is not there: save it again, or r makes a fresh one")
    assert checks_played(notes) == 0
    work(notes).write_text(solution(notes))
    at.until("Passed.")


@pytest.mark.slow
def test_a_storm_of_saves_ends_with_the_last(opens: Opens, notes: Path) -> None:
    at = opens("watch")
    at.until("ready")
    for n in range(60):
        save = (Path.write_text, rename)[n % 2]
        save(work(notes), wrong(notes) + f"# {n}\n")
        wait.until(lambda: False, deadline_s=(0.001, 0.05, 0.3)[n % 3])
    work(notes).write_text(solution(notes))
    at.until("Passed.", deadline_s=60)
    assert passed(notes) == ["basics/note"]


def test_a_save_ends_the_check_that_goes_on(opens: Opens, notes: Path) -> None:
    at = opens("watch")
    at.until("ready")
    work(notes).write_text(HANGS)
    at.until("saved at", "waiting for your program gets to its end")
    work(notes).write_text(solution(notes))
    at.until("Passed.", deadline_s=15)
    assert "FAILED" not in at.text


def test_the_verdict_before_is_told_as_such_while_the_next_check_goes_on(opens: Opens, notes: Path) -> None:
    """Where the failed check stands further down, the page had been moved to it, and the line that says so was out of sight."""
    at = opens("watch", columns=80, rows=14)
    at.until("ready")
    work(notes).write_text(wrong(notes))
    at.until("FAILED", "h gives a hint")
    at.press("\x1b[F")
    at.until("the end")
    work(notes).write_text(HANGS)
    at.until("This is the verdict before", "waiting for your program gets to its end")


def test_what_a_program_did_to_the_course_is_mended_also_when_its_check_is_ended(opens: Opens, notes: Path) -> None:
    checks = notes / "lessons" / "01_basics" / "1_note" / "checks.py"
    before = checks.read_text()
    at = opens("watch")
    at.until("ready")
    work(notes).write_text(f"open({str(checks)!r}, 'a').write('#')\n" + HANGS)
    assert wait.until(lambda: checks.read_text() != before, deadline_s=60)
    work(notes).write_text(solution(notes))
    at.until("Passed.", deadline_s=15)
    assert checks.read_text() == before


def test_a_verdict_does_not_close_the_list(opens: Opens, notes: Path) -> None:
    """Whoever types a word there would go on with keys: q leaves."""
    at = opens("watch")
    at.until("ready")
    at.press("l")
    at.until("search:")
    work(notes).write_text(solution(notes))
    at.until("1 of 3 passed")
    at.press("qx")
    at.until("search: qx")
    at.press("\x1b")
    at.until("Passed. n goes on")


def test_progress_that_cannot_be_read_is_said(cli: Cli, notes: Path, tmp_path: Path) -> None:
    cli.env["STREAMLINGS_STATE"] = str(tmp_path / "state")
    (notes / "work").mkdir(exist_ok=True)
    (notes / "work" / "progress.json").write_text("{")
    running = cli.start("watch")
    assert running.stdout is not None
    assert any("and save it" in line for line in running.stdout)
    running.send_signal(signal.SIGINT)
    assert "it is kept as progress.unreadable-1.json" in cli.end(running).err


def test_another_exercise_ends_the_check_that_goes_on(opens: Opens, notes: Path) -> None:
    at = opens("watch")
    at.until("ready")
    work(notes).write_text(HANGS)
    at.until("saved at", "waiting for your program gets to its end")
    at.press("n")
    at.until("basics/second", "Edit work/01_basics/2_second/note.py")
    work(notes, "2_second").write_text(solution(notes))
    at.until("Passed.", deadline_s=15)


def test_another_seed(opens: Opens, notes: Path) -> None:
    work(notes).parent.mkdir(parents=True)
    work(notes).write_text(solution(notes))
    at = opens("watch")
    at.until("ready", "x check now")
    at.press("x")
    first = at.until("Passed.", "seed ")
    at.press("x")
    at.until("x another seed")
    seed = next(line for line in first.splitlines() if "measured here" in line)
    at.until_gone(seed)
    assert checks_played(notes) == 2


def test_reset_asks_first(opens: Opens, notes: Path) -> None:
    at = opens("watch")
    at.until("ready")
    work(notes).write_text(wrong(notes))
    at.until("not yet")
    at.press("r")
    at.until("Put a fresh starter in the place of note.py?", "y does it")
    at.press("n")
    at.until("note.py stays as it is", "basics/note  A note")
    assert work(notes).read_text() == wrong(notes)
    at.press("r")
    at.until("y does it")
    at.press("y")
    at.until("note.py is fresh; your version is", "before-reset-1")
    assert "TODO" in work(notes).read_text()


def test_sizes(opens: Opens, notes: Path) -> None:
    at = opens("watch", columns=120, rows=40)
    at.until("0 of 3 passed", "ready")
    work(notes).write_text(wrong(notes))
    at.until("FAILED", "q quit")
    for columns, rows in ((80, 24), (50, 14), (30, 8), (200, 60), (80, 24)):
        at.resize(columns, rows)
        at.until("of 3 passed", "quit")
        assert at.screen.display[0].rstrip().endswith("passed")
        assert at.screen.display[-1].strip(), "the keys stand on the last line"
    at.until("FAILED", "expected", "Change note.py and save it; h gives a hint.")


def test_a_long_page_scrolls(opens: Opens, notes: Path) -> None:
    readme = notes / "lessons" / "01_basics" / "1_note" / "README.md"
    readme.write_text("# Long\n\n" + "\n\n".join(f"paragraph {n}" for n in range(100)))
    at = opens("watch")
    at.until("paragraph 0", "more lines below")
    shown = at.text.count("paragraph")
    at.press(" ")
    at.until_gone("paragraph 0\n")
    assert f"paragraph {shown - 1}\n" in at.text, "what stood last is seen still"
    at.press("\x1b[F")
    at.until("paragraph 99", "the end")
    at.press("\x1b[H")
    at.until("paragraph 0", "more lines below")
    at.press("?")
    at.until("PgUp, Home and End move the page")


def test_without_colour(opens: Opens, notes: Path) -> None:
    at = opens("watch", NO_COLOR="1")
    at.until("ready")
    work(notes).write_text(solution(notes))
    at.until("Passed.")
    at.press("s")
    at.until("Why it works")
    assert COLOUR.search(at.written) is None
    coloured = opens("watch")
    coloured.until("Copy the word")
    coloured.press("x")
    coloured.until("passed  The program ends", deadline_s=30)
    assert COLOUR.search(coloured.written)


def test_lines_where_the_terminal_can_do_no_more(opens: Opens, notes: Path) -> None:
    at = opens("watch", TERM="dumb")
    at.until_written("Edit work/01_basics/1_note/note.py and save it")
    work(notes).write_text(wrong(notes))
    at.until_written("FAILED  The note says the word")
    at.until_written("Change note.py and save it; h gives a hint.")
    at.press("h\n")
    at.until_written("What does the file in/word.txt hold?")
    at.press("l\n")
    at.until_written("search:")
    at.press("third\n")
    at.until_written("Edit work/01_basics/3_third/note.py")
    at.press("q\n")
    assert at.end() == 0
    assert b"\x1b" not in at.written


def test_lines_without_a_terminal(cli: Cli, notes: Path, tmp_path: Path) -> None:
    cli.env["STREAMLINGS_STATE"] = str(tmp_path / "state")
    running = cli.start("watch")
    assert running.stdout is not None
    out = []
    for line in running.stdout:
        out.append(line)
        if "and save it" in line:
            work(notes).write_text(solution(notes))
        if "Passed." in line:
            break
    running.send_signal(signal.SIGINT)
    done = cli.end(running)
    assert done.code == 0
    assert "1 of 3 exercises passed" in done.err
    assert "\x1b" not in "".join(out) + done.out
    assert any("passed  The note says the word" in line for line in out)


def test_alone_without_a_terminal_it_is_the_help(cli: Cli) -> None:
    done = cli()
    assert done.code == 0
    assert "watch" in done.out and "Commands:" in done.out


def test_no_other_command_loads_the_screen(cli: Cli) -> None:
    done = cli("list", PYTHONPROFILEIMPORTTIME="1")
    assert done.code == 0
    assert "streamlings.report.course" in done.err
    assert "prompt_toolkit" not in done.err and "asyncio" not in done.err


BEFORE: dict[str, Callable[[Terminal, Path], object]] = {
    "at once": lambda at, course: at.until("basics/note"),
    "ready": lambda at, course: at.until("ready"),
    "checking": lambda at, course: (at.until("ready"), work(course).write_text(HANGS), at.until("waiting for your program gets")),
    "stopping": lambda at, course: (
        at.until("ready"),
        work(course).write_text(HANGS),
        at.until("waiting for your program gets"),
        work(course).write_text(HANGS + "# 2\n"),
    ),
    "judged": lambda at, course: (at.until("ready"), work(course).write_text(solution(course)), at.until("Passed.")),
    "list": lambda at, course: (at.until("ready"), at.press("l"), at.until("search:")),
    "reset": lambda at, course: (at.until("ready"), at.press("r"), at.until("y does it")),
}


@pytest.mark.slow
@pytest.mark.parametrize("stage", BEFORE)
@pytest.mark.parametrize("leaves", ["ctrl-c", "SIGTERM", "SIGHUP"])
def test_leaving_at_every_stage(opens: Opens, notes: Path, stage: str, leaves: str) -> None:
    at = opens("watch")
    BEFORE[stage](at, notes)
    at.press("\x03") if leaves == "ctrl-c" else at.kill(signal.Signals[leaves])
    assert at.end() == 0
    assert LEAVES_THE_SCREEN in at.written, "the terminal is as it was"
    assert b"exercises passed" in at.written.split(LEAVES_THE_SCREEN)[-1]
    assert b"Traceback" not in at.written


def test_killed_during_a_check_it_leaves_nothing(opens: Opens, notes: Path) -> None:
    at = opens("watch")
    BEFORE["checking"](at, notes)
    at.kill(signal.SIGKILL)
    assert at.end() == -signal.SIGKILL


def test_a_terminal_that_is_closed_during_a_check(opens: Opens, notes: Path) -> None:
    at = opens("watch")
    BEFORE["checking"](at, notes)
    at.close()


def end_checkers(at: Terminal) -> None:
    found = [c for c in psutil.Process(at.pid).children() if "streamlings.watch.checker" in c.cmdline()]
    assert found
    for each in found:
        each.kill()
    assert wait.until(lambda: not any(each.is_running() for each in found), deadline_s=20)


def test_a_checker_that_dies(opens: Opens, notes: Path) -> None:
    at = opens("watch")
    BEFORE["checking"](at, notes)
    end_checkers(at)
    at.until("the process that checks has ended by itself", "x tries again")
    work(notes).write_text(solution(notes))
    at.until("Passed.")
    end_checkers(at)  # one that waits
    at.press("x")
    at.until_gone("Passed.")
    at.until("Passed.")
