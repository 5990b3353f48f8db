"""The verbs for people who write lessons: `./streamlings dev ...`."""

from __future__ import annotations

import sys

import click

from streamlings.servers import BACKENDS

json_option = click.option("--json", "as_json", is_flag=True, help="the result as JSON on stdout")


def _choose_backend(_: click.Context, __: click.Parameter, name: str | None) -> None:
    if name is not None:
        from streamlings.servers import backends

        backends.choose(name)


backend_option = click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    callback=_choose_backend,
    expose_value=False,
    help="how the lab runs; default: as it runs now, else natively",
)


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


@click.group()
def dev() -> None:
    """For people who write lessons."""


@dev.command("check")
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...")
@json_option
@backend_option
@click.option("--record", is_flag=True, help="keep the feedback that wrong programs get now as the golden one")
def dev_check(exercises: tuple[str, ...], as_json: bool, record: bool) -> None:
    """Prove the exercises: starters fail, solutions pass, every wrong program is rejected by its check in its words."""
    from streamlings.dev import check as proof

    raise SystemExit(proof.run(list(exercises), as_json=as_json, record=record, say=say))


@dev.command("mutate")
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...")
@click.option("--all", "everything", is_flag=True, help="all of every exercise's, not a sample")
@json_option
def dev_mutate(exercises: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Derive small wrong variants from the solutions and list those that the checks let pass."""
    from streamlings.dev import mutate

    raise SystemExit(mutate.run(list(exercises), everything=everything, as_json=as_json, say=say))


@dev.command("traps")
@json_option
def dev_traps(as_json: bool) -> None:
    """Make Flink and Kafka say for real every message that traps.toml explains."""
    from streamlings.dev import traps_report

    raise SystemExit(traps_report.run(as_json=as_json, say=say))


@dev.command("cheats")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
def dev_cheats(names: tuple[str, ...], as_json: bool) -> None:
    """Let programs try to pass without doing the work: none may, and the next check must not notice."""
    from streamlings.dev import cheats

    raise SystemExit(cheats.run(list(names), as_json=as_json, say=say))


@dev.command("soak")
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...")
@click.option("--runs", type=click.IntRange(min=1), default=300, show_default=True, help="how many verdicts")
@json_option
def dev_soak(exercises: tuple[str, ...], runs: int, as_json: bool) -> None:
    """Repeat every solution and every wrong program under processor load, and list verdicts that differ."""
    from streamlings.dev import soak

    raise SystemExit(soak.run(list(exercises), runs=runs, as_json=as_json, say=say))


@dev.command("new")
@click.argument("folder")
@click.option("--kind", type=click.Choice(["none", "kafka", "bounded", "live", "restore"]), default="live", show_default=True)
def dev_new(folder: str, kind: str) -> None:
    """A new exercise in FOLDER, such as 06_event_time/7_my_idea: starter, checks, solution, a wrong and a right program."""
    from streamlings.dev import new

    new.make(folder, kind=kind)


@dev.command("bench")
@json_option
def dev_bench(as_json: bool) -> None:
    """Measure the speeds that site/performance.md shows, on this machine."""
    from streamlings.dev import bench

    bench.run(as_json=as_json, say=say)


@dev.command("lock")
def dev_lock() -> None:
    """Write the requirements files and jars.toml anew from pyproject.toml."""
    from streamlings.dev import lock

    lock.lock()
