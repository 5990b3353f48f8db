"""How many events a second a Flink job takes from Kafka through a window to Kafka, on this machine."""

from __future__ import annotations

from pathlib import Path

from confluent_kafka import Producer

from streamlings import cleanup, wait
from streamlings.errors import LabError
from streamlings.servers.rest import FlinkRest
from streamlings.servers.state import LabState
from streamlings.shop import Shop, ms
from streamlings.stage.job import ENDED, FlinkJob
from streamlings.stage.records import to_json
from streamlings.worker import pool
from streamlings.worker.program import WorkerProgram

PREFIX = "bench-"


def rate(lab: LabState, events: int) -> float:
    """Events per second of `demo.py` (JSON, ten-second windows, one source partition) over a filled topic, by Flink's own job duration."""
    cleanup.create_topics(lab.kafka, {PREFIX + "orders": 1, PREFIX + "totals": 1})
    shop, noon = Shop(7), ms("12:00:00")
    customers = shop.customers(10)
    producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 20, "queue.buffering.max.messages": 500_000})
    for n in range(events):
        producer.produce(PREFIX + "orders", to_json(shop.order(customers[n % 10], noon + n)))
        producer.poll(0)
    producer.flush()
    rest = FlinkRest(lab.flink)
    worker = pool.take(lab.flink)
    before = {j["jid"] for j in rest.jobs()}  # asked when the worker is warm: its own job is among them
    env = {"STREAMLINGS_PREFIX": PREFIX, "STREAMLINGS_KAFKA": lab.kafka}
    source = Path(__file__).parents[1] / "demo.py"
    program = WorkerProgram(source, env, source.parent, worker=worker)
    job: FlinkJob | None = None
    try:
        job = wait.until(lambda: next((FlinkJob(rest, j["jid"]) for j in rest.jobs() if j["jid"] not in before), None), deadline_s=30)
        if job is None:
            raise LabError("the benchmark's job was not submitted", hint="./streamlings status", details=program.output.text())
        running = wait.until(lambda: job.refresh().running and job.rest.job(job.id)["now"], deadline_s=30, every_ms=5)
        end = wait.until(
            lambda: job.consumed().get((PREFIX + "orders", 0), -1) >= events - 1 and job.rest.job(job.id)["now"], deadline_s=120
        )
        if not running or not end:
            raise LabError("the benchmark's job did not read everything within 120 s", hint="is this machine very busy?")
        return events / ((end - running) / 1000)
    finally:
        program.kill()
        if job is not None:
            rest.cancel(job.id)
            wait.until(lambda: rest.job(job.id)["state"] in ENDED, deadline_s=10)
        cleanup.remove_everything_named(lab, PREFIX)
