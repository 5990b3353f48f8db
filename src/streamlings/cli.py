"""The verbs. Exit codes: 0 passed, 1 failed, 2 wrong use, 3 could not check. Data on stdout; progress and logs on stderr."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from streamlings import jars
from streamlings.chosen import after_the_pass, exercise_named, say_what_was_kept_aside
from streamlings.cli_dev import dev, json_option, say
from streamlings.errors import StreamlingsError, UsageError
from streamlings.paths import shown, state_folder

if TYPE_CHECKING:
    from streamlings.outcome import Result

Command = Callable[..., Any]


class InOrder(click.Group):
    """Lists its commands as they stand in this file: as a learner needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="streamlings")
def app() -> None:
    """Real-time data pipelines with Kafka and Flink, learned at the keyboard."""


exercise_argument = click.argument("exercise", required=False)


@app.command()
def start() -> None:
    """Set up, start the lab, show a live pipeline, prepare the first exercise."""
    from streamlings import welcome

    welcome.start(say)


@app.command()
@exercise_argument
@json_option
@click.option("--seed", type=click.IntRange(min=0), help="the events of an earlier check; default: drawn")
@click.option("--program", type=click.Path(dir_okay=False, path_type=Path), help="check this file in place of yours")
@click.option("--solution", is_flag=True, help="check the published solution")
def check(exercise: str | None, as_json: bool, seed: int | None, program: Path | None, solution: bool) -> None:
    """A verdict on your program, now. EXERCISE is such as event_time/watermark; default: the next unsolved one."""
    from streamlings import progress, workbook
    from streamlings.grader import Grader
    from streamlings.report import verdict

    chosen = exercise_named(exercise)
    if program is not None and solution:
        raise UsageError("--program and --solution name two different programs", hint="give one of them")
    if program is None and not solution and workbook.prepare(chosen):
        say(f"your copy is {shown(chosen.work)}")
    file = program.resolve() if program else chosen.solution if solution else chosen.work
    drawn = random.SystemRandom().randrange(1, 10_000) if seed is None else seed
    which = f" --program {program}" if program else " --solution" if solution else ""
    rerun = f"./streamlings check {chosen.id} --seed {drawn}{which}"

    def tell(result: Result) -> None:
        if as_json:
            print(json.dumps(result.to_json(), indent=1), flush=True)
            return
        verdict.show(result, rerun=rerun)

    result = Grader(say=say, tell=tell).check(chosen, file, seed=drawn)
    if result.outcome == "passed" and file == chosen.work:
        progress.passed(chosen)
        if not as_json:
            after_the_pass(chosen.id)
    raise SystemExit(result.exit_code)


@app.command()
@exercise_argument
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
def run(exercise: str | None, seed: int) -> None:
    """Run your program against the lab and show what flows, until Ctrl-C."""
    from streamlings import live, workbook

    chosen = exercise_named(exercise)
    workbook.prepare(chosen)
    live.run(chosen, chosen.work, seed=seed, say=say)


@app.command()
@click.argument("topic")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--partition", type=click.IntRange(min=0))
def look(topic: str, limit: int, partition: int | None) -> None:
    """Show a topic's records, decoded: key, value, time, partition, headers. During a `run`: of the topic that it uses."""
    from streamlings import look as reader
    from streamlings.report import look as report
    from streamlings.servers import native

    lab = native.up(needs={"kafka"}, say=say)
    report.show(reader.records(lab.kafka, reader.current(lab.kafka, topic), limit=limit, partition=partition, registry=lab.registry))


@app.command("list")
@json_option
def list_(as_json: bool) -> None:
    """All exercises: done and open."""
    from streamlings.report import course as report

    say_what_was_kept_aside()
    report.show_list(as_json=as_json)


@app.command()
@json_option
def progress(as_json: bool) -> None:
    """How far you are."""
    from streamlings.report import course as report

    say_what_was_kept_aside()
    report.show_progress(as_json=as_json)


@app.command()
@exercise_argument
def hint(exercise: str | None) -> None:
    """The next hint, from gentle to almost the answer."""
    from streamlings import progress

    chosen = exercise_named(exercise)
    due = progress.hint_shown(chosen)
    print(f"{chosen.id}, hint {due + 1} of {len(chosen.hints)}: {chosen.hints[due]}")


@app.command()
@exercise_argument
@click.option("--anyway", is_flag=True, help="before you solved it")
def solution(exercise: str | None, anyway: bool) -> None:
    """A published solution and why it works; opens after the pass."""
    from streamlings import progress

    chosen = exercise_named(exercise)
    if chosen.id not in progress.read().passed and not anyway:
        raise UsageError(
            f"{chosen.id} has not passed yet", hint=f"./streamlings hint {chosen.id}, or ./streamlings solution {chosen.id} --anyway"
        )
    print(chosen.solution.read_text().rstrip() + "\n")
    print(chosen.discussion.read_text().rstrip())


@app.command()
@click.argument("exercise")
def reset(exercise: str) -> None:
    """A fresh starter; your version is kept beside it."""
    from streamlings import workbook

    chosen = exercise_named(exercise)
    backup = workbook.reset(chosen)
    print(f"{shown(chosen.work)} is fresh" + (f"; your version is {shown(backup)}" if backup else ""))


@app.command()
@click.argument("servers", nargs=-1, metavar="[SERVER]...")
def up(servers: tuple[str, ...]) -> None:
    """Start the lab: Kafka and Flink, or the servers named (kafka, flink, registry, postgres)."""
    from streamlings import lab_commands

    lab_commands.up(list(servers), say)


@app.command()
def down() -> None:
    """End what `up` started. Kafka's data stays."""
    from streamlings.servers import native

    ended = native.down(say)
    print("ended " + ", ".join(ended) if ended else "the lab was not running")


@app.command()
@json_option
def status(as_json: bool) -> None:
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
    raise SystemExit(3 if any(f.ok is False for f in findings) else 0)


@app.command()
@click.option("--fast", is_flag=True, help="a minute's worth")
def selftest(fast: bool) -> None:
    """Everything that must hold; what CI runs."""
    from streamlings.dev import selftest as tests

    raise SystemExit(tests.run(fast=fast))


app.add_command(dev)


def _download_report() -> jars.Progress:
    from streamlings.report.download import download_report

    return download_report()


def main() -> int:
    """Run a verb; every error that is raised on purpose becomes one line, a hint, and its exit code."""
    jars.new_progress = _download_report
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what a check made is cleared away
    try:
        app(prog_name="./streamlings", standalone_mode=False)
        return 0
    except StreamlingsError as e:
        say(f"error: {e.message}")
        for line in e.details.splitlines():
            say(f"  {line}")
        if e.hint:
            say(f"hint: {e.hint}")
        return e.exit_code
    except click.exceptions.NoArgsIsHelpError as e:
        print(e.ctx.get_help() if e.ctx else "")
        return 0
    except click.ClickException as e:
        say(f"error: {e.format_message()}")
        say("hint: ./streamlings --help")
        return 2
    except (KeyboardInterrupt, click.Abort):
        say("stopped")
        return 130
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as e:
        kept = state_folder() / "last-error.txt"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(traceback.format_exc())
        say(f"error: {type(e).__name__}: {e}")
        say(f"hint: this is a fault of the course, not yours; please report it with {shown(kept)}")
        return 3
