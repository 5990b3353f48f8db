"""What a check makes on the servers, and how it is taken away again."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from streamlings import removal, wait
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
        except (KafkaException, TimeoutError) as e:
            if not isinstance(e, KafkaException) or e.args[0].name() != "TOPIC_ALREADY_EXISTS":
                raise LabError(f"topic {name} could not be created", details=str(e), hint="./streamlings status") from e


def names_on(lab: LabState) -> set[str]:
    """The topics, consumer groups, tables and subjects that exist. Raises LabError where a server does not answer."""
    try:
        topics, groups = _topics_and_groups(admin(lab.kafka)) if lab.kafka else ([], [])
    except (KafkaException, TimeoutError) as e:
        raise LabError("Kafka does not say what lies in it", details=str(e), hint="./streamlings status") from e
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
    topics = Course().topics
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


def remove_run(lab: LabState, folder: Path) -> None:
    """The folder of a check or run, and what lies under its name where Flink's containers keep it."""
    if lab.backend == "containers":
        from streamlings.servers import containers_flink

        containers_flink.forget(lab, folder.name)
    removal.remove(folder)


def sweep(lab: LabState) -> None:
    """Clear away what commands left that were killed before they could do so themselves. Called while no check runs."""
    pool.discard_taken()
    left = [folder for folder in _run_folders() if not _goes_on(folder)]
    if not left:
        return
    for name, server in lab.processes.items():
        if name.startswith(("jobmanager", "taskmanager")):
            server.signal(signal.SIGCONT)  # a check may have stopped it (Stage.kill_taskmanager)
    for folder in left:
        prefix = folder.name + "_"
        kill_leftovers(prefix)
        if lab.flink:
            _cancel_jobs_of(lab, prefix)
        if remove_everything_named(lab, prefix):
            remove_run(lab, folder)
        for brokers in own_brokers.folder_of(prefix).parent.glob(f"{folder.name}*"):  # those that are measured have a number behind it
            removal.remove(brokers)


def _run_folders() -> list[Path]:
    """Those of all checks and runs of this lab that have not been cleared away."""
    return list((state_folder() / "runs").glob("*"))


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


def leave_taskmanagers(lab: LabState, *, spare: bool, fresh: bool, prefix: str) -> None:
    """Leave one TaskManager, registered with Flink: the oldest, whose code is compiled by now; with `fresh` a new one (after one has run a
    learner's Python code). With `spare` another one stands by for the next check, or is about to.

    Where a command other than that of `prefix` uses the lab, its job may run on any of them: then whichever ends last does this. Nothing is
    done for a lab that somebody has taken down.
    """
    stale = state_folder() / "flink" / "taskmanager.stale"
    if "jobmanager" not in state.read().processes:
        return
    if any(_goes_on(folder) for folder in _run_folders() if folder.name + "_" != prefix):
        if fresh:
            stale.touch()
        return
    fresh |= stale.exists()
    stale.unlink(missing_ok=True)
    rest = FlinkRest(lab.flink)
    died = cluster.dead_taskmanagers(state.read())
    replaced = fresh or died or not cluster.taskmanagers(state.read())
    if replaced:
        cluster.add_taskmanager()
    running = cluster.taskmanagers(state.read())
    kept = running[-1:] if replaced else running[: 2 if spare else 1]
    wait.until(lambda: kept[0] in rest.taskmanagers(), deadline_s=30 * wait.crowding())
    others = [name for name in running if name not in kept]
    cluster.kill_taskmanagers(others)
    rest.until_gone(others)
    if died:
        rest.until_measured(kept[0])
    if spare:
        cluster.have_spare()  # it starts while the learner reads
