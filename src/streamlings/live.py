"""Programs on the lab's own stream, live: `run`, and the pipeline that `start` shows."""

from __future__ import annotations

import secrets
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from streamlings import cleanup, wait
from streamlings.checks import Decided
from streamlings.course import Exercise
from streamlings.grader import Grader, alone
from streamlings.judging import load_checks
from streamlings.lab import files_of
from streamlings.live_run import Forgetful, LiveRun, events_of
from streamlings.report import live as report
from streamlings.report.live import Kill
from streamlings.servers import backends
from streamlings.servers.say import Say
from streamlings.servers.state import LabState
from streamlings.shop import shown
from streamlings.stage.own_brokers import own_brokers
from streamlings.stage.records import Row, to_json
from streamlings.stage.stage import Stage
from streamlings.stage.stuck import Stuck


def run(exercise: Exercise, program: Path, *, seed: int, rate: float, late: float | None, kill: Kill, say: Say) -> None:
    """Run a learner's program until it ends, or until Ctrl-C, and show what goes in and what comes out.

    An exercise with Flink gets `rate` events a second, for ever: the shop's own, or what `live_events(shop)` in its checks.py yields, as
    JSON or as its `encoder(stage)` says, after its `prepare(stage)`. `late` is the share of them that comes late, None for what is usual.
    The other exercises play their scenario once. `kill` is what the key k kills.
    """
    with on_stage(exercise, program, seed=seed, say=say) as stage:
        if not stage.uses_flink:
            _play_once(exercise, stage)
            return
        checks = load_checks(exercise)
        getattr(checks, "prepare", lambda _: None)(stage)
        encode = getattr(checks, "encoder", lambda _: to_json)(stage)
        stage.timeline_ = Forgetful()
        say("starting your program")
        with alone(say):  # so that a check that runs meanwhile does not take this job for its own
            try:
                stage.until_running(deadline_s=60)
            except Stuck as stuck:
                print("\n".join(["your program does not run:", *stuck.diagnosis]))
                _print_output(stage)
                return
        run = LiveRun(stage, events_of(checks, stage, exercise, late), encode, rate=rate, kill=kill)
        try:
            with report.live(exercise.id, flink=stage.lab.flink, kills=kill) as view:
                run.go(view)
        finally:
            report.sum_up(run.vitals)
            _print_output(stage)
            for job in stage.jobs:
                if job.state == "FAILED":
                    print("\n".join(stage.rest.root_exception(job.id).splitlines()[:6]))


@contextmanager
def on_stage(exercise: Exercise, program: Path, *, seed: int, say: Say) -> Iterator[Stage]:
    """A stage with the learner's program, cleared at the end whatever happens."""
    lab = backends.up(needs=exercise.servers, say=say) if exercise.servers else LabState()
    prefix = f"{lab.prefix}run_{exercise.id.split('/')[1]}_{secrets.token_hex(2)}_"
    folder = cleanup.begin(prefix)
    grader = Grader(say=say)
    stage: Stage | None = None
    with ExitStack() as around:
        try:
            brokers = around.enter_context(own_brokers(exercise, prefix))
            stage = grader.set_stage(exercise, program, lab, brokers, prefix=prefix, folder=folder, seed=seed)
            if exercise.topics and brokers is None:
                say("topics: " + ", ".join(prefix + name for name in exercise.topics))
            yield stage
        finally:
            grader.end(lab, stage, prefix, folder, None)


def _play_once(exercise: Exercise, stage: Stage) -> None:
    try:
        load_checks(exercise).scenario(stage)
    except Stuck as stuck:
        print(f"stopped: {stuck.diagnosis[0] if stuck.diagnosis else stuck.awaited}")
    except Decided as decided:
        print(f"stopped: expected {decided.failure.expected}, got {decided.failure.actual}")
    stage.collect()
    _print_output(stage)
    shutil.copytree(stage.folder_of("in"), files_of(exercise.folder.name) / "in", dirs_exist_ok=True)  # for `python work/...` by hand
    for topic in stage.outputs():
        print(f"{topic.name}: {len(topic.committed)} records; the newest:")
        for row in topic.rows[-5:]:
            print("  " + _shown(row))
    for file in sorted(stage.folder.rglob("*")):
        if file.is_file() and file.name != cleanup.OWNER:
            print(f"{file.relative_to(stage.folder)}: {file.stat().st_size:,} bytes")


def _print_output(stage: Stage) -> None:
    for line in stage.last_output(40):
        print(f"program {line}")


def _shown(row: Row) -> str:
    return "  ".join(f"{k} {shown(v)}" for k, v in row.items())[:150]


class Rolling:
    """The newest rows of a stream, for a table on the terminal."""

    def __init__(self, size: int) -> None:
        self.rows: deque[Row] = deque(maxlen=size)
        self.count = 0

    def add(self, rows: list[Row]) -> None:
        self.rows.extend(rows)
        self.count += len(rows)


def watch(stage: Stage, orders: Iterator[Row], *, seconds: float, show: Callable[[Rolling, Rolling, int | None], None]) -> int:
    """Feed `orders` and follow the totals for about `seconds`, calling `show` (sent, totals, watermark) as they move; totals seen."""
    sent, totals = Rolling(8), Rolling(8)
    end = time.monotonic() + seconds
    while time.monotonic() < end or not totals.count:
        batch = [next(orders) for _ in range(stage.shop.random.randint(1, 3))]
        stage.topic("orders").send(*batch)
        sent.add(batch)
        totals.add([row for r in stage.topic("totals").poll(0.15) if (row := r.row())])
        show(sent, totals, stage.watermark())
        if time.monotonic() > end + 30:
            break
        wait.until(lambda: False, deadline_s=0.05)
    return totals.count
