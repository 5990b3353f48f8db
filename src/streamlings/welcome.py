"""`start`: fetch what is missing, bring the lab up, show a live pipeline, put the first exercise into work/."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

from streamlings import jars, live, progress, traffic, workbook
from streamlings.course import Course, Exercise
from streamlings.paths import shown
from streamlings.report import demo
from streamlings.servers import backends
from streamlings.servers.say import Say
from streamlings.worker import pool

SECONDS = 12
FIRST_MINUTES = ("kafka", "flink")
"""What the first minutes need; the registry and JDBC are fetched when an exercise needs them."""


def start(say: Say, pack: Path | None = None) -> None:
    """All of it, with what `pack` holds in place of downloads; a second time everything is there already."""
    if pack is not None:
        from streamlings.pack import use

        use.fill(pack, say)
    for group in FIRST_MINUTES:
        jars.fetch(group)
    began = time.monotonic()
    say("starting Kafka and Flink")
    lab = backends.up(needs={"kafka", "flink"}, say=say)
    say(f"Kafka: {lab.kafka}  Flink's page: http://{lab.flink}  ({time.monotonic() - began:.1f} s)")
    pool.warm(lab.flink)
    _show_the_pipeline(say)
    if pack is not None:
        use.load_image(pack, say)
    _first_exercise()


def _show_the_pipeline(say: Say) -> None:
    say("warming up Flink's Python client; then orders will flow")
    shown = Exercise(
        id="start/pipeline",
        folder=Path(),
        title="The pipeline of `start`",
        minutes=1,
        kind="live",
        needs=frozenset({"kafka", "flink"}),
        hints=(),
        file="demo.py",
        topics={"orders": 1, "totals": 1},
    )
    with live.on_stage(shown, Path(__file__).with_name("demo.py"), seed=7, say=lambda _: None) as stage:
        orders = traffic.never_ending_orders(stage.shop)
        stage.topic("orders").send(*itertools.islice(orders, 5))
        stage.until_running(deadline_s=60)
        with demo.screen(stage.lab.flink) as show:
            totals = live.watch(stage, orders, seconds=SECONDS, show=show)
    say(f"a real job on a real cluster: {totals} totals came out while the stream was open")


def _first_exercise() -> None:
    following = progress.next_exercise(Course())
    if following is None:
        print("every exercise has passed: ./streamlings list")
        return
    workbook.prepare(following)
    print(f"\nnext: {following.title} ({following.minutes} min)")
    print(f"  read  {shown(following.folder / 'README.md')}")
    print(f"  edit  {shown(following.work)}")
    print("  with  ./streamlings   checks whenever you save, and says what to do next")
