"""The verbs. Exit codes: 0 passed, 1 failed, 2 wrong use, 3 could not check. Data on stdout; progress and logs on stderr."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from streamlings.errors import StreamlingsError, UsageError

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
dev = typer.Typer(no_args_is_help=True, help="For people who write lessons.")
app.add_typer(dev, name="dev")

ExerciseName = Annotated[Optional[str], typer.Argument(metavar="[EXERCISE]", help="such as event_time/watermark; default: the next unsolved one")]  # noqa: UP045
AsJson = Annotated[bool, typer.Option("--json", help="the result as JSON on stdout")]


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


@app.command()
def start() -> None:
    """Set up, start the lab, show a live pipeline, prepare the first exercise."""
    from streamlings import welcome

    welcome.start(say)


@app.command()
def check(
    exercise: ExerciseName = None,
    as_json: AsJson = False,
    seed: Annotated[Optional[int], typer.Option(min=0, help="the events of an earlier check; default: drawn")] = None,  # noqa: UP045
    program: Annotated[Optional[Path], typer.Option(help="check this file in place of yours")] = None,  # noqa: UP045
    solution: Annotated[bool, typer.Option("--solution", help="check the published solution")] = False,
) -> None:
    """A verdict on your program, now."""
    from streamlings import progress, workbook
    from streamlings.grader import Grader
    from streamlings.report import verdict

    chosen = _exercise(exercise)
    if program is not None and solution:
        raise UsageError("--program and --solution name two different programs", hint="give one of them")
    if program is None and not solution and workbook.prepare(chosen):
        say(f"your copy is {_relative(chosen.work)}")
    file = program.resolve() if program else chosen.solution if solution else chosen.work
    drawn = random.SystemRandom().randrange(1, 10_000) if seed is None else seed
    result = Grader(say=say).check(chosen, file, seed=drawn)
    if result.outcome == "passed" and file == chosen.work:
        progress.passed(chosen)
    if as_json:
        print(json.dumps(result.to_json(), indent=1))
    else:
        which = f" --program {program}" if program else " --solution" if solution else ""
        verdict.show(result, rerun=f"./streamlings check {chosen.id} --seed {drawn}{which}")
        if result.outcome == "passed" and file == chosen.work:
            _after_the_pass(chosen.id)
    raise typer.Exit(result.exit_code)


@app.command()
def run(exercise: ExerciseName = None, seed: Annotated[int, typer.Option(min=0)] = 7) -> None:
    """Run your program against the lab and show what flows, until Ctrl-C."""
    from streamlings import live, workbook

    chosen = _exercise(exercise)
    workbook.prepare(chosen)
    live.run(chosen, chosen.work, seed=seed, say=say)


@app.command()
def look(topic: str, limit: Annotated[int, typer.Option(min=1)] = 20, partition: Annotated[Optional[int], typer.Option(min=0)] = None) -> None:  # noqa: UP045
    """Show a topic's records, decoded: key, value, time, partition, headers."""
    from streamlings import look as reader
    from streamlings.report import look as report
    from streamlings.servers import native

    lab = native.up(needs={"kafka"}, say=say)
    report.show(reader.records(lab.kafka, topic, limit=limit, partition=partition, registry=lab.registry))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All exercises: done and open."""
    from streamlings.report import course as report

    report.show_list(as_json=as_json)


@app.command()
def progress(as_json: AsJson = False) -> None:
    """How far you are."""
    from streamlings.report import course as report

    report.show_progress(as_json=as_json)


@app.command()
def hint(exercise: ExerciseName = None) -> None:
    """The next hint, from gentle to almost the answer."""
    from streamlings import progress

    chosen = _exercise(exercise)
    due = progress.hint_shown(chosen)
    print(f"{chosen.id}, hint {due + 1} of {len(chosen.hints)}: {chosen.hints[due]}")


@app.command()
def solution(
    exercise: ExerciseName = None, anyway: Annotated[bool, typer.Option("--anyway", help="before you solved it")] = False
) -> None:
    """A published solution and why it works; opens after the pass."""
    from streamlings import progress

    chosen = _exercise(exercise)
    if chosen.id not in progress.read().passed and not anyway:
        raise UsageError(
            f"{chosen.id} has not passed yet", hint=f"./streamlings hint {chosen.id}, or ./streamlings solution {chosen.id} --anyway"
        )
    print(chosen.solution.read_text().rstrip() + "\n")
    print(chosen.discussion.read_text().rstrip())


@app.command()
def reset(exercise: Annotated[str, typer.Argument()]) -> None:
    """A fresh starter; your version is kept beside it."""
    from streamlings import workbook

    chosen = _exercise(exercise)
    backup = workbook.reset(chosen)
    print(f"{_relative(chosen.work)} is fresh" + (f"; your version is {_relative(backup)}" if backup else ""))


@app.command()
def up(servers: Annotated[Optional[list[str]], typer.Argument(metavar="[SERVER]...", help="kafka flink registry postgres")] = None) -> None:  # noqa: UP045
    """Start the lab: Kafka and Flink, or the servers named."""
    from streamlings import lab_commands

    lab_commands.up(servers or [], say)


@app.command()
def down() -> None:
    """End what `up` started. Kafka's data stays."""
    from streamlings.servers import native

    ended = native.down(say)
    print("ended " + ", ".join(ended) if ended else "the lab was not running")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Which servers run, and where."""
    from streamlings import lab_commands

    lab_commands.status(as_json=as_json)


@app.command()
def doctor() -> None:
    """Look at this machine, and say what to mend."""
    from streamlings import doctor as examiner
    from streamlings.report import doctor as report

    findings = examiner.examine()
    report.show(findings)
    raise typer.Exit(3 if any(f.ok is False for f in findings) else 0)


@app.command()
def selftest(fast: Annotated[bool, typer.Option("--fast", help="a minute's worth")] = False) -> None:
    """Everything that must hold; what CI runs."""
    from streamlings.dev import selftest as tests

    raise typer.Exit(tests.run(fast=fast))


@dev.command("check")
def dev_check(exercises: Annotated[Optional[list[str]], typer.Argument(metavar="[EXERCISE]...")] = None, as_json: AsJson = False) -> None:  # noqa: UP045
    """Prove the exercises: starters fail, solutions pass, every wrong program is rejected by its check in its words."""
    from streamlings.dev import check as proof

    raise typer.Exit(proof.run(exercises or [], as_json=as_json, say=say))


@dev.command("new")
def dev_new(exercise: Annotated[str, typer.Argument(help="such as 06_event_time/7_my_idea")], kind: str = "live") -> None:
    """A new exercise: its folder, its solution, one wrong and one right program."""
    from streamlings.dev import new

    new.make(exercise, kind=kind)


@dev.command("bench")
def dev_bench(as_json: AsJson = False) -> None:
    """Measure the speeds of DESIGN's table on this machine."""
    from streamlings.dev import bench

    bench.run(as_json=as_json, say=say)


@dev.command("lock")
def dev_lock() -> None:
    """Write the requirements files and jars.toml anew from pyproject.toml."""
    from streamlings.dev import lock

    lock.lock()


def _exercise(name: str | None):  # type: ignore[no-untyped-def]
    from streamlings import progress
    from streamlings.course import Course

    notice = progress.read().notice
    if notice:
        say(notice)
    course = Course()
    if name is not None:
        return course.find(name)
    following = progress.next_exercise(course)
    if following is None:
        raise UsageError("every exercise has passed", hint="name one to check it again: ./streamlings list shows them all")
    return following


def _after_the_pass(solved: str) -> None:
    from streamlings import progress, workbook
    from streamlings.course import Course

    print(f"the discussion: ./streamlings solution {solved}")
    following = progress.next_exercise(Course())
    if following is None:
        print("that was the last one: every exercise has passed")
        return
    workbook.prepare(following)
    print(f"next: {following.title} ({following.minutes} min): {_relative(following.folder / 'README.md')}, edit {_relative(following.work)}")


def _relative(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def main() -> int:
    """Run a verb; every error that is raised on purpose becomes one line, a hint, and its exit code."""
    try:
        code = app(standalone_mode=False)
        return int(code or 0)
    except StreamlingsError as e:
        say(f"error: {e.message}")
        for line in e.details.splitlines():
            say(f"  {line}")
        if e.hint:
            say(f"hint: {e.hint}")
        return e.exit_code
    except typer.Exit as e:
        return e.exit_code
    except (KeyboardInterrupt, typer.Abort):
        say("stopped")
        return 130
    except Exception as e:
        if hasattr(e, "format_message"):  # click's errors about options and arguments
            say(f"error: {e.format_message()}")
            say("hint: ./streamlings --help")
            return 2
        raise
