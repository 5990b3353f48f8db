"""What a check makes on the servers, and how it is taken away again."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from streamlings import wait
from streamlings.course import Course
from streamlings.errors import LabError
from streamlings.paths import state_folder
from streamlings.servers import cluster, process, state, subjects
from streamlings.servers.groups import dismiss
from streamlings.servers.kafka import admin
from streamlings.servers.rest import FlinkRest
from streamlings.servers.state import LabState
from streamlings.stage import evidence, own_brokers
from streamlings.stage.job import ENDED, FlinkJob
from streamlings.worker import pool

OWNER = ".owner"


def create_topics(address: str, partitions: dict[str, int]) -> None:
    """Create these topics (those that exist are left alone) and wait until they are there. Raises LabError.

    Nothing in them is ever too old: the shop's day is in 2019, and Kafka goes by the records' own time.
    """
    wanted = [NewTopic(name, count, 1, config={"retention.ms": "-1"}) for name, count in partitions.items()]
    if not wanted:
        return
    client = admin(address)  # kept in a variable: its requests end with it
    for name, made in client.create_topics(wanted, operation_timeout=10).items():
        try:
            made.result(15)
        except KafkaException as e:
            if e.args[0].name() != "TOPIC_ALREADY_EXISTS":
                raise LabError(f"topic {name} could not be created", details=str(e), hint="./streamlings status") from e


def names_on(lab: LabState) -> set[str]:
    """The topics, consumer groups, tables and subjects that exist."""
    topics, groups = _topics_and_groups(admin(lab.kafka)) if lab.kafka else ([], [])
    tables = evidence.tables(lab.postgres) if lab.postgres else []
    return {*topics, *groups, *tables, *(subjects.names(lab.registry) if lab.registry else [])}


def remove_named(lab: LabState, mine: Callable[[str], bool]) -> bool:
    """Remove topics, consumer groups, tables and subjects of whose names `mine` is true; False where a server did not do so."""
    gone = _remove_topics_and_groups(lab.kafka, mine) if lab.kafka else True
    for address, remove in ((lab.postgres, evidence.drop_tables), (lab.registry, subjects.remove)):
        try:
            if address:
                remove(address, mine)
        except LabError:
            gone = False
    return gone


def remove_everything_named(lab: LabState, prefix: str) -> bool:
    """Topics, consumer groups, tables and subjects whose names begin with `prefix`."""
    return remove_named(lab, lambda name: name.startswith(prefix))


def remove_everything_new(lab: LabState, prefix: str, before: set[str]) -> bool:
    """The same, and whatever else was not there before; but what other commands and programs that are run by hand use is left."""
    topics = {topic for exercise in Course().exercises for topic in exercise.topics}
    others = before | topics | {f"{topic}-{part}" for topic in topics for part in ("key", "value")}
    return remove_named(lab, lambda name: name.startswith(prefix) or (name not in others and not name.startswith(("run_", "__"))))


def _topics_and_groups(client: AdminClient) -> tuple[list[str], list[str]]:
    groups = client.list_consumer_groups().result(5).valid
    return list(client.list_topics(timeout=5).topics), [group.group_id for group in groups]


def _remove_topics_and_groups(address: str, mine: Callable[[str], bool]) -> bool:
    client = admin(address)
    try:
        topics, groups = (list(filter(mine, names)) for names in _topics_and_groups(client))
        dismiss(client, address, groups)
        waiting = list((client.delete_topics(topics) if topics else {}).values())
        waiting += list((client.delete_consumer_groups(groups) if groups else {}).values())
        for each in waiting:
            each.exception(10)
    except (KafkaException, TimeoutError):
        return False
    return True


def begin(prefix: str) -> Path:
    """A folder for the files of one check or run. It names the command that made it: when that has ended and the folder is still there,
    something of it is left (see `sweep`)."""
    folder = state_folder() / "runs" / prefix.rstrip("_")
    folder.mkdir(parents=True)
    (folder / OWNER).write_text(json.dumps(process.this().to_json()))
    return folder


def remove_folder(folder: Path) -> None:
    """The folder with all that lies in it; what a link names is left alone."""
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def sweep(lab: LabState) -> None:
    """Clear away what commands left that were killed before they could do so themselves. Called while no check runs."""
    if "jobmanager" in lab.processes:
        process.signal_group(lab.processes["jobmanager"], signal.SIGCONT)  # a check may have stopped it (Stage.kill_taskmanager)
    pool.discard_taken()
    for folder in (state_folder() / "runs").glob("*"):
        if not _goes_on(folder):
            prefix = folder.name + "_"
            kill_leftovers(prefix)
            if lab.flink:
                _cancel_jobs_of(lab, prefix)
            if remove_everything_named(lab, prefix):
                remove_folder(folder)
            remove_folder(own_brokers.folder_of(prefix))


def _goes_on(folder: Path) -> bool:
    try:
        return process.Process(**json.loads((folder / OWNER).read_text())).alive()
    except (OSError, ValueError, TypeError):
        return False


def _cancel_jobs_of(lab: LabState, prefix: str) -> None:
    rest = FlinkRest(lab.flink)
    for overview in rest.jobs():
        if overview["state"] not in ENDED and FlinkJob(rest, overview["jid"]).check == prefix:
            rest.cancel(overview["jid"])


def kill_leftovers(prefix: str) -> None:
    """SIGKILL every process of this user that has this check's surroundings in its environment, whatever session it is in."""
    for each in psutil.process_iter():
        try:
            if each.environ().get("STREAMLINGS_PREFIX") == prefix and each.pid != os.getpid():
                each.kill()
        except psutil.Error:
            continue


def one_taskmanager(lab: LabState, *, fresh: bool) -> None:
    """Leave one TaskManager, registered with Flink: the newest, or with `fresh` a new one (after one has run a learner's Python code)."""
    rest = FlinkRest(lab.flink)
    died = cluster.dead_taskmanagers(state.read())
    if fresh or died:
        cluster.add_taskmanager()
    *old, newest = cluster.taskmanagers(state.read())
    wait.until(lambda: newest in rest.taskmanagers(), deadline_s=30)
    cluster.kill_taskmanagers(old)
    rest.until_gone(old)
    if died:
        rest.until_measured(newest)
