"""The verbs for people who write lessons: `./streamlings dev ...`."""

from __future__ import annotations

import sys

import click

json_option = click.option("--json", "as_json", is_flag=True, help="the result as JSON on stdout")


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


@click.group()
def dev() -> None:
    """For people who write lessons."""


@dev.command("check")
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...")
@json_option
@click.option("--record", is_flag=True, help="keep the feedback that wrong programs get now as the golden one")
def dev_check(exercises: tuple[str, ...], as_json: bool, record: bool) -> None:
    """Prove the exercises: starters fail, solutions pass, every wrong program is rejected by its check in its words."""
    from streamlings.dev import check as proof

    raise SystemExit(proof.run(list(exercises), as_json=as_json, record=record, say=say))


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
    """Measure the speeds of DESIGN's table on this machine."""
    from streamlings.dev import bench

    bench.run(as_json=as_json, say=say)


@dev.command("lock")
def dev_lock() -> None:
    """Write the requirements files and jars.toml anew from pyproject.toml."""
    from streamlings.dev import lock

    lock.lock()
