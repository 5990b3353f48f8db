"""`dev bench`: the speeds that site/performance.md shows, measured on this machine by the real grader on the real servers."""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import time
from pathlib import Path

import psutil
from confluent_kafka import Producer

from streamlings import cleanup, wait
from streamlings.course import Course, Exercise
from streamlings.dev import containers_bench, grading_bench, pipeline_bench, watch_bench
from streamlings.dev.download_sizes import download_bytes
from streamlings.errors import LabError
from streamlings.grader import Grader
from streamlings.paths import ROOT, cache_folder, state_folder
from streamlings.servers import backends, engine, state
from streamlings.servers.rest import FlinkRest
from streamlings.servers.say import Say
from streamlings.servers.state import LabState
from streamlings.shop import Shop
from streamlings.stage.records import to_json
from streamlings.worker import pool

RUNS = 7
MEASURED = {
    "none": "events_and_schemas/order_event",
    "kafka": "producing/send_orders",
    "bounded": "first_stream/hello",
    "live": "event_time/watermark",
    "restore": "checkpointing/survive",
}
"""By kind, the exercise by which it is measured: always the same one, so that figures can be compared."""
EVENTS = 300_000


def run(*, as_json: bool, say: Say) -> None:
    """Measure and print. Times in s, rates in events/s, sizes in bytes; the lab is restarted at the beginning and ended."""
    report = measure(say)
    if as_json:
        print(json.dumps(report, indent=1))
        return
    for name, value in report.items():
        print(f"{name:<20} {value}")


def measure(say: Say) -> dict[str, object]:
    downloads = download_bytes()
    backends.down(say)
    report: dict[str, object] = {"machine": machine()}
    began = time.monotonic()
    lab = backends.up(needs={"kafka", "flink"}, say=say)
    report["lab_up_s"] = round(time.monotonic() - began, 2)
    began = time.monotonic()
    pool.give_back(pool.take(lab.flink))
    report["worker_warm_s"] = round(time.monotonic() - began, 2)
    times = {kind: check_times(exercise, say) for kind, exercise in one_of_each_kind().items()}
    report["check_p50_s"] = {kind: round(statistics.median(t), 2) for kind, t in times.items()}
    report["check_p95_s"] = {kind: round(statistics.quantiles(t, n=20, method="inclusive")[-1], 2) for kind, t in times.items()}
    say("measuring what watch adds")
    report["watch_added_s"] = round(max(watch_bench.added_s(e) for kind, e in one_of_each_kind().items() if kind in ("none", "live")), 2)
    say("measuring a producer and a pipeline")
    report["producer_events_s"] = round(producer_rate(lab.kafka))
    report["pipeline_events_s"] = round(pipeline_bench.rate(lab, EVENTS))
    report["lab_rss_bytes"] = resident_bytes()
    backends.down(say)
    say("measuring grading")
    report["graded_native_per_min"] = round(grading_bench.per_minute(one_of_each_kind()["live"], "--native"), 1)
    report["download_bytes"] = downloads
    if shutil.which("docker") and engine.ask("info", "--format", "{{.ID}}"):
        say("measuring the lab in containers")
        report["containers"] = containers_bench.measure(lambda kind: check_times(one_of_each_kind()[kind], say))
        say("measuring grading in containers")
        report["graded_isolated_per_min"] = round(grading_bench.per_minute(one_of_each_kind()["live"]), 1)
    report["disk_bytes"] = disk_bytes({".venv": ROOT / ".venv", "state": state_folder(), "cache": cache_folder()})
    return report


def machine() -> str:
    """This machine, in a line."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def one_of_each_kind() -> dict[str, Exercise]:
    """The exercise by which each kind is measured."""
    return {kind: Course().find(name) for kind, name in MEASURED.items()}


def check_times(exercise: Exercise, say: Say) -> list[float]:
    """Seconds to the verdict on the solution, from the start of the check, with a worker that is warm, as a learner's is, and a TaskManager
    that stands by, where one is killed."""
    grader, times = Grader(), []
    for n in range(RUNS + 1):
        if "flink" in exercise.needs:  # a learner reads while the next worker warms up
            lab = state.read()
            pool.warm(lab.flink)
            wait.until(lambda: list(pool.folder().glob("*.ready")), deadline_s=90)
            if exercise.kind == "restore" and n:
                wait.until(lambda lab=lab: len(FlinkRest(lab.flink).taskmanagers()) > 1, deadline_s=90)  # type: ignore[misc]
        result = grader.check(exercise, exercise.solution, seed=100 + n)
        if result.outcome != "passed":
            problem = result.problem or str(result.failed_check)
            raise LabError(f"the solution of {exercise.id} did not pass: {problem}", hint=f"./streamlings dev check {exercise.id}")
        times.append(result.seconds)
    say(f"{exercise.kind:<8} {exercise.id:<32} median {statistics.median(times[1:]):.2f} s")
    return times[1:]  # the first one warms what is shared


def producer_rate(address: str) -> float:
    """Events per second that one Python producer gets acknowledged: JSON orders of about 130 bytes, acks=all."""
    topic = "bench-producer"
    cleanup.create_topics(address, {topic: 1})
    shop = Shop(7)
    payload = [to_json(shop.order("ada", 1_000 * n)) for n in range(1000)]
    producer = Producer({"bootstrap.servers": address, "linger.ms": 20, "queue.buffering.max.messages": 500_000})
    began = time.monotonic()
    for n in range(EVENTS):
        producer.produce(topic, payload[n % 1000])
        if n % 1000 == 0:
            producer.poll(0)
    producer.flush()
    rate = EVENTS / (time.monotonic() - began)
    cleanup.remove_everything_named(LabState(kafka=address), topic)
    return rate


def resident_bytes() -> int:
    """Memory that the lab's processes and its idle worker hold. Shared pages (class archives) are counted once per process."""
    roots = [p.pid for p in state.read().processes.values()] + [w.pid for w in pool.idle().values()]
    total = 0
    for pid in roots:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        total += sum(p.memory_info().rss for p in family)
    return total


def disk_bytes(folders: dict[str, Path]) -> dict[str, int]:
    """Bytes on disk. A file with several hard links counts once, in the first of these folders: uv links packages from its cache."""
    seen: set[tuple[int, int]] = set()
    sizes = dict.fromkeys(folders, 0)
    for name, folder in folders.items():
        for file in folder.rglob("*"):
            stat = file.lstat()
            if (stat.st_dev, stat.st_ino) not in seen:
                seen.add((stat.st_dev, stat.st_ino))
                sizes[name] += stat.st_blocks * 512
    return sizes
