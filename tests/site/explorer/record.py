"""Plays the explorer's scenarios on a real Flink, event by event, and records what it did.

    ./streamlings up
    .venv/bin/python tests/site/explorer/record.py                 all of them
    .venv/bin/python tests/site/explorer/record.py late idle       these
    .venv/bin/python tests/site/explorer/record.py --to FOLDER ... somewhere else than tests/site/explorer/recorded

After each event it waits until a checkpoint has gone through the job behind it: no moment depends on the clock, but for idle timeouts,
which are about the clock. There a second of the scenario takes two of the machine (PACE), and one that is too slow ends the recording.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from explorer_jobs import submit_datastream, submit_sql
from explorer_scenarios import Scenario, everything
from explorer_watched import NOON, Watched, tap

from streamlings import lab, wait
from streamlings.cleanup import create_topics
from streamlings.servers.rest import FlinkRest
from streamlings.stage.job import FlinkJob

RECORDED = Path(__file__).parent / "recorded"
PACE = 2.0
"""Seconds of the machine for one of the scenario, where there is an idle timeout."""
LOOK_S = 1.3
"""So long before the next event it looks at what has become of the idle ones, seconds of the scenario."""


class Recorder:
    """Plays scenarios one after the other in the lab that is up."""

    def __init__(self) -> None:
        self.rest = FlinkRest(lab.flink)
        self.producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 0})
        self.admin = AdminClient({"bootstrap.servers": lab.kafka})

    def record(self, scenario: Scenario) -> dict[str, Any]:
        """By job ("sql", "datastream"), an observation after each event, and one before the next where there is an idle timeout. The jobs
        run one after the other: from its start on, each of them waits for partitions that are silent."""
        settings = scenario["settings"]
        can = {"sql": not settings["lateness"], "datastream": settings["kind"] != "cumulating"}
        return {"scenario": scenario, "observed": {job: self._observed(scenario, job) for job, does in can.items() if does}}

    def _observed(self, scenario: Scenario, job: str) -> list[dict[str, Any]]:
        run = f"explorer-{scenario['name']}-{time.time_ns()}"
        orders, windows, late = topics = [f"{run}-{kind}" for kind in ("orders", "windows", "late")]
        create_topics(lab.kafka, {orders: scenario["partitions"], windows: 1, late: 1})
        watched: Watched | None = None
        try:
            idle_ms = round(scenario["settings"]["idle"] * PACE * 1000)
            if job == "sql":
                watched = Watched(FlinkJob(self.rest, submit_sql(scenario, orders, windows, idle_ms)), orders, tap(windows), None)
            else:
                submitted = submit_datastream(scenario, orders, windows, late, idle_ms)
                watched = Watched(FlinkJob(self.rest, submitted), orders, tap(windows), tap(late))
            watched.until_it_reads(scenario["partitions"])
            return self._play(scenario, watched)
        finally:
            if watched:
                watched.end()
            for gone in self.admin.delete_topics(topics).values():
                gone.result(30)

    def _play(self, scenario: Scenario, watched: Watched) -> list[dict[str, Any]]:
        observed: list[dict[str, Any]] = []
        idle = scenario["settings"]["idle"]
        offsets = [-1] * scenario["partitions"]
        clock = Clock()
        last = ""

        def observe(when: str, partition: int) -> None:
            watched.settled(partition, offsets[partition])
            observed.append({when: last} | watched.observation())

        for nth, (customer, partition, at, arrives) in enumerate(scenario["events"]):
            if idle and nth:
                clock.until(arrives - LOOK_S)
                observe("later", partition)
            if idle:
                clock.until(arrives)
            last = f"e{nth}"
            event = {"id": last, "customer": customer, "ms": NOON + round(at * 1000)}
            self.producer.produce(watched.topic, json.dumps(event).encode(), partition=partition)
            assert self.producer.flush(30) == 0
            offsets[partition] += 1
            observe("after", partition)
        if idle:  # until every partition is idle
            clock.until(scenario["events"][-1][3] + idle + 2)
            observe("later", partition)
        return observed


class Clock:
    """The scenario's clock, as long as the machine keeps up with it."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def until(self, at: float) -> None:
        """Wait until it is `at`, seconds after the start."""
        due = self.began + at * PACE
        wait.until(lambda: time.monotonic() >= due, deadline_s=600)
        behind = time.monotonic() - due
        assert behind < PACE, f"this machine is too slow for a recording with idle timeouts: {behind:.1f} s behind"


def write(folder: Path, name: str, recording: dict[str, Any]) -> None:
    """One line for each event and each observation, so that a change can be read."""
    scenario, observed = recording["scenario"], recording["observed"]
    head = {k: v for k, v in scenario.items() if k != "events"}
    lines = lambda rows: ",\n  ".join(json.dumps(row) for row in rows)  # noqa: E731
    parts = [f'"scenario": {json.dumps(head)}', f'"events": [\n  {lines(scenario["events"])}\n]']
    parts += [f'"{job}": [\n  {lines(rows)}\n]' for job, rows in observed.items()]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="Record what Flink does with the explorer's scenarios.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--to", type=Path, default=RECORDED, metavar="FOLDER")
    given = parser.parse_args()
    scenarios = everything()
    if unknown := [name for name in given.names if name not in scenarios]:
        print(f"error: there is no scenario {unknown[0]}\nhint: one of {', '.join(scenarios)}", file=sys.stderr)
        return 2
    try:
        recorder = Recorder()
    except lab.LabIsDown as e:
        message, _, hint = str(e).partition(" hint: ")
        print(f"error: {message}\nhint: {hint}", file=sys.stderr)
        return 2
    for name in given.names or scenarios:
        began = time.monotonic()
        write(given.to, name, recorder.record(scenarios[name]))
        print(f"{name}: recorded ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
