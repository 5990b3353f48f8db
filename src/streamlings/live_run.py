"""A program on a stream that does not end: fed at a pace, looked at, and killed under at a key press."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from types import ModuleType

from streamlings import traffic, wait
from streamlings.course import Exercise
from streamlings.errors import LabError
from streamlings.report.live import NAMES, Kill, View
from streamlings.servers import broker, cluster, state
from streamlings.stage.records import Row
from streamlings.stage.stage import Stage
from streamlings.stage.timeline import Moment, Timeline
from streamlings.vitals import Vitals

STEP_S = 0.1
"""Between two steps of a run."""
ASKED_S = 0.5
"""So often Flink is asked how a job is."""


def events_of(checks: ModuleType, stage: Stage, exercise: Exercise, late: float | None) -> Iterator[traffic.Sent]:
    """What is sent for ever: the exercise's own events, or the shop's. `late` is the share that comes late, None for what is usual."""
    own = getattr(checks, "live_events", None)
    draw = random.Random(stage.seed)
    if own is not None:
        events: Iterator[traffic.Sent] = (("orders", event) for event in own(stage.shop))
        return traffic.late(events, late, draw) if late else events  # what an exercise sends is as its task says
    events = traffic.shop_traffic(stage.shop, set(exercise.topics))
    return traffic.some_twice(traffic.late(events, traffic.LATE_SHARE if late is None else late, draw), draw)


class Forgetful(Timeline):
    """A run may go on for days: nobody reads what happened first."""

    def add(self, moment: Moment) -> None:
        pass


class LiveRun:
    """A program on a stream that does not end."""

    def __init__(self, stage: Stage, events: Iterator[traffic.Sent], encode: Callable[[Row], bytes], *, rate: float, kill: Kill) -> None:
        self.vitals = Vitals()
        self._stage, self._events, self._encode, self._kill = stage, events, encode, kill
        self._pace = traffic.Pace(rate, random.Random(stage.seed), time.monotonic())
        self._asked = 0.0

    def go(self, view: View) -> None:
        """Until the job has ended, or `view` says that it is enough."""
        while not self._over():
            self._step(view)
            for key in view.typed():
                if key == "q":
                    return
                if key == "k":
                    self._do_kill(view)

    def _step(self, view: View) -> None:
        due = list(islice(self._events, self._pace.due(time.monotonic())))
        try:
            for topic, group in groupby(due, key=lambda sent: sent[0]):
                self._stage.topic(topic).send(*(event for _, event in group), encode=self._encode)
            rows = [(topic.name, r.row() or {"value": repr(r.value)[:60]}) for topic in self._stage.outputs() for r in topic.poll(0.05)]
        except LabError as e:  # the broker was killed
            self.vitals.note(e.message)
            rows = []
        for topic_ in self._stage.topics.values():
            topic_.seen.clear()
            del topic_.sent[:-1]  # with none, it would be one of the program's own
        sent: list[Row] = [event if isinstance(event, dict) else {"value": event.decode(errors="replace")} for _, event in due]
        self.vitals.count(sent, rows)
        if time.monotonic() - self._asked > ASKED_S:
            self.vitals.ask_flink(self._stage)
            self._asked = time.monotonic()
        view.show(self.vitals, sent, rows)
        wait.until(lambda: False, deadline_s=STEP_S)  # the shop's pace, not a wait for something

    def _over(self) -> bool:
        program = self._stage.program
        failed = program is not None and program.exit_code not in (None, 0)
        return failed or (bool(self._stage.jobs) and all(job.ended for job in self._stage.jobs))

    def _do_kill(self, view: View) -> None:
        """SIGKILL, and a new one in its place, as whoever looks after a cluster would see to."""
        hosts = sorted({host for job in self._stage.jobs for host in job.taskmanagers()} - {*self._stage.killed})
        if ("kafka" if self._kill == "broker" else "jobmanager") not in state.read().processes:
            self.vitals.note(f"the {NAMES[self._kill]} is not this lab's, and is not killed")
            return
        if self._kill == "taskmanager" and not hosts:
            self.vitals.note("no TaskManager runs the job at this moment")
            return
        self.vitals.note(f"the {NAMES[self._kill]} is killed")
        view.show(self.vitals, [], [])
        try:
            self._restart_broker() if self._kill == "broker" else self._replace(hosts)
        except LabError as e:
            self.vitals.note(e.message)

    def _restart_broker(self) -> None:
        broker.restart()
        self.vitals.note("the broker was started again, on the same data")

    def _replace(self, hosts: list[str]) -> None:
        cluster.kill_taskmanagers(hosts)
        cluster.add_taskmanager()
        self._stage.killed += hosts
        self._stage.rest.until_gone(hosts)
        self.vitals.note("another TaskManager is started in its place")
