"""Plays the explorer's scenarios on a real Flink, event by event, and records what it did.

    ./streamlings up
    .venv/bin/python tests/site/explorer/record.py                 all of them
    .venv/bin/python tests/site/explorer/record.py late idle       these
    .venv/bin/python tests/site/explorer/record.py --to FOLDER ... somewhere else than tests/site/explorer/recorded

After each event it waits until the jobs have read it and nothing moves any more: no moment depends on the clock, but for idle timeouts,
which are about the clock. There a second of the scenario takes two of the machine (PACE), and one that is too slow ends the recording.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from explorer_jobs import submit_datastream, submit_sql
from explorer_scenarios import Scenario, everything

from streamlings import lab, shop, wait
from streamlings.cleanup import create_topics
from streamlings.servers.rest import FlinkRest
from streamlings.stage.job import FlinkJob
from streamlings.stage.records import consumer

RECORDED = Path(__file__).parent / "recorded"
NOON = shop.ms("12:00:00")
PACE = 2.0
"""Seconds of the machine for one of the scenario, where there is an idle timeout."""
LOOK_S = 1.3
"""So long before the next event it looks at what has become of the idle ones, seconds of the scenario."""
LOOKS, APART_S = 4, 0.11
"""So many looks at the metrics, which are renewed every 40 ms, must show the same."""


@dataclass
class Watched:
    """One job, and what was seen of it so far."""

    job: FlinkJob
    topic: str
    windows: Consumer
    late: Consumer | None
    rows: list[dict[str, Any]] = field(default_factory=list)
    late_ids: list[str] = field(default_factory=list)
    told: tuple[int, int] = (0, 0)
    """How many rows, and how many late events, stand in the observations so far."""

    def look(self) -> dict[str, Any]:
        """Where its watermarks stand (ms after 12:00:00; null for none), and how much has come out."""
        self.job.refresh()
        self._read()
        late = len(self.late_ids) if self.late else self.job.late_records_dropped()
        by_partition = self.job.partition_watermarks()
        return {
            "partitions": [after_noon(by_partition[name]) for name in sorted(by_partition)],
            "watermarks": {name: after_noon(at) for name, at in self.job.watermarks().items()},
            "written": self.job.rows_written(),
            "rows": len(self.rows),
            "late": late,
        }

    def settled(self, partition: int, offset: int) -> dict[str, Any]:
        """What it looks like once it has read that event, and all that comes of it has come."""
        assert wait.until(lambda: self.job.refresh().consumed().get((self.topic, partition), -1) >= offset, deadline_s=60), "not read"
        seen: list[dict[str, Any]] = []

        def still() -> bool:
            seen.append(self.look())
            last = seen[-LOOKS:]
            agreed = len(set(last[-1]["watermarks"].values())) == 1
            written = last[-1]["rows"] + (last[-1]["late"] if self.late else 0) == last[-1]["written"]
            return agreed and written and len(last) == LOOKS and all(look == last[0] for look in last)

        assert wait.until(still, deadline_s=60, every_ms=APART_S * 1000), f"it does not come to rest: {seen[-3:]}"
        return seen[-1]

    def observation(self, look: dict[str, Any]) -> dict[str, Any]:
        """What is recorded: watermarks, the windows that have fired since the last one, the events that were late."""
        rows, late = self.told
        self.told = len(self.rows), look["late"]
        fired = sorted(self.rows[rows:], key=lambda row: (row["end"], row["start"], row["customer"], len(row["ids"])))
        which = {"late_ids": sorted(self.late_ids[late:])} if self.late else {}
        watermark = next(iter(look["watermarks"].values()))
        return {"partitions": look["partitions"], "watermark": watermark, "fired": fired, "late": look["late"] - late} | which

    def _read(self) -> None:
        while (message := self.windows.poll(0)) is not None:
            row = json.loads(message.value())
            ids = row["ids"] if isinstance(row["ids"], list) else sorted(row["ids"].split(","))
            self.rows.append({"customer": row["customer"], "start": bound(row["start"]), "end": bound(row["end"]), "ids": ids})
        while self.late is not None and (message := self.late.poll(0)) is not None:
            self.late_ids.append(json.loads(message.value())["id"])


def after_noon(epoch_ms: int | None) -> int | None:
    return None if epoch_ms is None else epoch_ms - NOON


def bound(given: int | str) -> int:
    """A window's bound, ms after 12:00:00: DataStream says epoch ms, SQL a text in UTC."""
    if isinstance(given, str):
        given = round(datetime.fromisoformat(given).replace(tzinfo=UTC).timestamp() * 1000)
    return given - NOON


class Recorder:
    """Plays scenarios one after the other in the lab that is up."""

    def __init__(self) -> None:
        self.rest = FlinkRest(lab.flink)
        self.producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 0})
        self.admin = AdminClient({"bootstrap.servers": lab.kafka})

    def record(self, scenario: Scenario) -> dict[str, Any]:
        """By job ("sql", "datastream"), an observation after each event, and one before the next where time matters."""
        run = f"explorer-{scenario['name']}-{time.time_ns()}"
        names = {kind: f"{run}-{kind}" for kind in ("orders", "sql", "datastream", "late")}
        create_topics(lab.kafka, {names["orders"]: scenario["partitions"]} | {n: 1 for k, n in names.items() if k != "orders"})
        jobs: dict[str, Watched] = {}
        try:
            self._submit(scenario, names, jobs)
            return {"scenario": scenario, "observed": self._play(scenario, names["orders"], jobs)}
        finally:
            for watched in jobs.values():
                if not watched.job.refresh().ended:
                    self.rest.cancel(watched.job.id)
                assert wait.until(lambda w=watched: w.job.refresh().ended, deadline_s=60)  # type: ignore[misc]
                watched.windows.close()
                if watched.late:
                    watched.late.close()
            for gone in self.admin.delete_topics(list(names.values())).values():
                gone.result(30)

    def _submit(self, scenario: Scenario, names: dict[str, str], jobs: dict[str, Watched]) -> None:
        idle_ms = round(scenario["settings"]["idle"] * PACE * 1000)
        orders = names["orders"]
        if not scenario["settings"]["lateness"]:
            job = submit_sql(scenario, orders, names["sql"], idle_ms)
            jobs["sql"] = Watched(FlinkJob(self.rest, job), orders, tap(names["sql"]), None)
        if scenario["settings"]["kind"] != "cumulating":
            job = submit_datastream(scenario, orders, names["datastream"], names["late"], idle_ms)
            jobs["datastream"] = Watched(FlinkJob(self.rest, job), orders, tap(names["datastream"]), tap(names["late"]))
        for watched in jobs.values():
            ready = lambda w=watched: w.job.refresh().ended or (w.job.running and len(w.job.readers()) == scenario["partitions"])  # noqa: E731
            assert wait.until(ready, deadline_s=240), "the job has not started"
            assert not watched.job.ended, self.rest.root_exception(watched.job.id)

    def _play(self, scenario: Scenario, topic: str, jobs: dict[str, Watched]) -> dict[str, list[dict[str, Any]]]:
        observed: dict[str, list[dict[str, Any]]] = {name: [] for name in jobs}
        idle = scenario["settings"]["idle"]
        offsets = [-1] * scenario["partitions"]
        clock = Clock()
        last = ""

        def observe(when: str, event: str, partition: int) -> None:
            for name, watched in jobs.items():
                look = watched.settled(partition, offsets[partition])
                observed[name].append({when: event} | watched.observation(look))

        for nth, (customer, partition, at, arrives) in enumerate(scenario["events"]):
            if idle and nth:
                clock.until(arrives - LOOK_S)
                observe("later", last, partition)
            if idle:
                clock.until(arrives)
            last = f"e{nth}"
            self.producer.produce(
                topic, json.dumps({"id": last, "customer": customer, "ms": NOON + round(at * 1000)}).encode(), partition=partition
            )
            assert self.producer.flush(30) == 0
            offsets[partition] += 1
            observe("after", last, partition)
        if idle:  # until every partition is idle
            clock.until(scenario["events"][-1][3] + idle + 2)
            observe("later", last, partition)
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


def tap(topic: str) -> Consumer:
    reader = consumer(lab.kafka, isolation="read_committed")
    reader.assign([TopicPartition(topic, 0, 0)])
    return reader


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
    recorder = Recorder()
    for name in given.names or scenarios:
        began = time.monotonic()
        write(given.to, name, recorder.record(scenarios[name]))
        print(f"{name}: recorded ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
