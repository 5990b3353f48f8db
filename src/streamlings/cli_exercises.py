"""The verbs about exercises: check and run a program, see how far one is, ask for help."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streamlings.chosen import after_the_pass, exercise_named, say_what_was_kept_aside
from streamlings.cli_dev import backend_option, json_option, say
from streamlings.errors import UsageError
from streamlings.paths import shown

if TYPE_CHECKING:
    from streamlings.outcome import Result
    from streamlings.report.live import Kill

SHORTEN_S = 10
"""How long a shorter stream that fails is looked for, after the verdict is shown."""

exercise_argument = click.argument("exercise", required=False)


@click.command()
@click.option("--from", "pack", metavar="PACK", type=click.Path(path_type=Path), help="without a network: an archive made by `pack`")
def start(pack: Path | None) -> None:
    """Set up, start the lab, show a live pipeline, prepare the first exercise."""
    from streamlings import welcome

    welcome.start(say, pack)


@click.command()
@exercise_argument
@json_option
@backend_option
@click.option("--seed", type=click.IntRange(min=0), help="the events of an earlier check; default: drawn")
@click.option("--program", type=click.Path(dir_okay=False, path_type=Path), help="check this file in place of yours")
@click.option("--solution", is_flag=True, help="check the published solution")
@click.option("--timeline", metavar="FILE.html", help="draw all that happened into this file; - prints it")
def check(exercise: str | None, as_json: bool, seed: int | None, program: Path | None, solution: bool, timeline: str | None) -> None:
    """A verdict on your program, now. EXERCISE is such as event_time/watermark; default: the next unsolved one."""
    from streamlings import progress, shop, workbook
    from streamlings.grader import Grader
    from streamlings.report import timeline as report
    from streamlings.report import verdict

    chosen = exercise_named(exercise)
    if timeline and timeline != "-" and not Path(timeline).resolve().parent.is_dir():
        raise UsageError(f"{timeline} cannot be written", hint="its folder does not exist")
    if program is not None and solution:
        raise UsageError("--program and --solution name two different programs", hint="give one of them")
    if program is None and not solution and workbook.prepare(chosen):
        say(f"your copy is {shown(chosen.work)}")
    file = program.resolve() if program else chosen.solution if solution else chosen.work
    drawn = shop.draw_seed() if seed is None else seed
    which = f" --program {program}" if program else " --solution" if solution else ""
    rerun = f"./streamlings check {chosen.id} --seed {drawn}{which}"

    def tell(result: Result) -> None:
        if not as_json:
            verdict.show(result, rerun=rerun)

    judge = Grader(say=say, tell=tell, shorten_s=SHORTEN_S)
    result = judge.check(chosen, file, seed=drawn)
    if as_json:
        print(json.dumps(result.to_json(), indent=1), flush=True)
    elif result.failed_check and result.failed_check.shortest:
        verdict.show_shortest(result.failed_check)
    if timeline == "-":
        report.show(judge.timeline)
    elif timeline:
        report.write(judge.timeline, result, Path(timeline))
        say(f"what happened is drawn in {timeline}")
    if result.outcome == "passed" and file == chosen.work:
        progress.passed(chosen)
        if not as_json:
            after_the_pass(chosen)
    raise SystemExit(result.exit_code)


@click.command()
@exercise_argument
@backend_option
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True, help="the same seed sends the same events")
@click.option("--rate", type=click.FloatRange(0.1, 10_000), default=5, show_default=True, help="events a second")
@click.option("--late", type=click.FloatRange(0, 1), help="the share that comes late, besides what is late in the exercise's own events")
@click.option("--kill", type=click.Choice(["taskmanager", "broker"]), default="taskmanager", show_default=True, help="what the key k kills")
def run(exercise: str | None, seed: int, rate: float, late: float | None, kill: Kill) -> None:
    """Your program on the shop's never-ending stream, with a live view of what flows, until Ctrl-C."""
    from streamlings import live, workbook

    chosen = exercise_named(exercise)
    workbook.prepare(chosen)
    live.run(chosen, chosen.work, seed=seed, rate=rate, late=late, kill=kill, say=say)


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """All exercises: done and open."""
    from streamlings.report import course as report

    say_what_was_kept_aside()
    report.show_list(as_json=as_json)


@click.command()
@json_option
def progress(as_json: bool) -> None:
    """How far you are."""
    from streamlings.report import course as report

    say_what_was_kept_aside()
    report.show_progress(as_json=as_json)


@click.command()
@exercise_argument
def hint(exercise: str | None) -> None:
    """The next hint, from gentle to almost the answer."""
    from streamlings import progress

    chosen = exercise_named(exercise)
    due = progress.hint_shown(chosen)
    print(f"{chosen.id}, hint {due + 1} of {len(chosen.hints)}: {chosen.hints[due]}")


@click.command()
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
    print(chosen.published() + "\n")
    print(chosen.discussion.read_text().rstrip())


@click.command()
@click.argument("exercise")
def reset(exercise: str) -> None:
    """A fresh starter; your version is kept beside it."""
    from streamlings import workbook

    chosen = exercise_named(exercise)
    backup = workbook.reset(chosen)
    print(f"{shown(chosen.work)} is fresh" + (f"; your version is {shown(backup)}" if backup else ""))
