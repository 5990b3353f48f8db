"""What a check makes on the servers, and how it is taken away again."""

from __future__ import annotations

import os
import shutil
import signal

import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import NewTopic

from streamlings import wait
from streamlings.errors import LabError
from streamlings.paths import state_folder
from streamlings.servers import cluster, process, state
from streamlings.servers.kafka import admin
from streamlings.servers.rest import FlinkRest
from streamlings.servers.state import LabState
from streamlings.stage import evidence
from streamlings.stage.job import ENDED
from streamlings.stage.stage import Stage


def create_topics(address: str, partitions: dict[str, int]) -> None:
    """Create these topics (those that exist are left alone) and wait until they are there. Raises LabError."""
    wanted = [NewTopic(name, count, 1) for name, count in partitions.items()]
    if not wanted:
        return
    client = admin(address)  # kept in a variable: its requests end with it
    for name, made in client.create_topics(wanted, operation_timeout=10).items():
        try:
            made.result(15)
        except KafkaException as e:
            if e.args[0].name() != "TOPIC_ALREADY_EXISTS":
                raise LabError(f"topic {name} could not be created", details=str(e), hint="./streamlings status") from e


def remove_topics_and_groups(address: str, prefix: str) -> None:
    """Delete every topic and every consumer group whose name begins with `prefix`. What cannot be deleted is left without complaint."""
    client = admin(address)
    try:
        topics = [t for t in client.list_topics(timeout=5).topics if t.startswith(prefix)]
        groups = [g.group_id for g in client.list_consumer_groups().result(5).valid if g.group_id.startswith(prefix)]
        waiting = list((client.delete_topics(topics) if topics else {}).values())
        waiting += list((client.delete_consumer_groups(groups) if groups else {}).values())
        for each in waiting:
            each.exception(10)
    except (KafkaException, TimeoutError):
        return


def remove_everything_named(lab: LabState, prefix: str) -> None:
    """Topics, consumer groups and tables whose names begin with `prefix`."""
    if lab.kafka:
        remove_topics_and_groups(lab.kafka, prefix)
    if lab.postgres:
        evidence.drop_tables(lab.postgres, prefix)


def sweep(lab: LabState) -> None:
    """Clear away what checks left that were killed before they could do so themselves. Called while no check runs."""
    if "jobmanager" in lab.processes:
        process.signal_group(lab.processes["jobmanager"], signal.SIGCONT)  # a check may have stopped it (Stage.kill_taskmanager)
    for folder in (state_folder() / "runs").glob("*"):
        if not folder.name.startswith("run_"):
            remove_everything_named(lab, folder.name + "_")
            shutil.rmtree(folder, ignore_errors=True)


def kill_leftovers(prefix: str) -> None:
    """SIGKILL every process of this user that has this check's surroundings in its environment, whatever session it is in."""
    for each in psutil.process_iter():
        try:
            if each.environ().get("STREAMLINGS_PREFIX") == prefix and each.pid != os.getpid():
                each.kill()
        except psutil.Error:
            continue


def cancel_jobs(stage: Stage) -> bool:
    """Cancel the jobs of this check and wait until they have ended; whether one of them ran Python functions."""
    try:
        jobs = stage.refresh()
        for job in jobs:
            if job.state not in ENDED:
                stage.rest.cancel(job.id)
        wait.until(lambda: all(job.refresh().state in ENDED for job in jobs), deadline_s=10)
        return any(job.uses_python for job in jobs)
    except (LabError, LookupError):
        return False


def one_taskmanager(lab: LabState, *, fresh: bool) -> None:
    """Leave one TaskManager, registered with Flink: the newest, or with `fresh` a new one (after one has run a learner's Python code)."""
    rest = FlinkRest(lab.flink)
    if fresh:
        cluster.add_taskmanager()
    *old, newest = cluster.taskmanagers(state.read())
    wait.until(lambda: newest in rest.taskmanagers(), deadline_s=30)
    cluster.kill_taskmanagers(old)
    rest.until_gone(old)
