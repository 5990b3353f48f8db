"""The broker of this lab: started, asked whether it answers, killed and started again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from streamlings import jars
from streamlings.errors import LabError, ServerCrashed
from streamlings.paths import state_folder
from streamlings.servers import process, state
from streamlings.servers.container import DATA, Container
from streamlings.servers.flink_home import wheel_folder
from streamlings.servers.kafka import Kafka, admin
from streamlings.servers.process import Process
from streamlings.servers.state import LabState

NOT_OURS = "this exercise needs the native lab or the one in containers: ./streamlings down, then check it with --backend native"


def kafka() -> Kafka:
    """The broker whose files are in this lab's folder. Its jars are downloaded where they are not here."""
    return Kafka(state_folder() / "kafka", classpath())


def classpath() -> list[Path]:
    """The jars that a broker needs, downloaded where they are not here."""
    # Maven's Kafka brings slf4j without a logger behind it; Flink's wheel has one that fits.
    return [*jars.fetch("kafka"), *wheel_folder().glob("lib/log4j-slf4j-impl-*.jar")]


def start(lab: LabState, say: Callable[[str], None]) -> Callable[[], None]:
    """Start the broker; the returned function waits until it answers. Unreadable data is kept aside, and said."""
    server = kafka()
    port, controller = process.free_ports(2)

    def launch() -> Process:
        lab.processes["kafka"] = server.start(port, controller)
        return lab.processes["kafka"]

    def until_ready() -> None:
        try:
            process.until_ready(lab.processes["kafka"], lambda: answers(f"127.0.0.1:{port}"), deadline_s=40)
        except ServerCrashed as first:
            process.stop([lab.processes["kafka"]])
            if port_was_taken(first) or not (server.folder / "data").exists():
                raise
            aside = server.set_data_aside()
            say(f"kafka could not start from its data, which is kept in {aside.name}; starting with an empty log")
            say("  " + first.details.replace("\n", "\n  ")[-600:])
            process.until_ready(launch(), lambda: answers(f"127.0.0.1:{port}"), deadline_s=40)
        lab.kafka = f"127.0.0.1:{port}"
        lab.ports.update(kafka=port, controller=controller)

    launch()
    return until_ready


def restart() -> None:
    """SIGKILL the broker and start it again on the same port and data; returns when it answers. Raises LabError where it is not ours."""
    with state.changing() as lab:
        killed = lab.processes.get("kafka")
        if killed is None:
            raise LabError("this lab's broker is not ours to kill", hint=NOT_OURS)
        process.kill(killed)
        if isinstance(killed, Container):
            killed.start_again()
        else:
            lab.processes["kafka"] = kafka().start(lab.ports["kafka"], lab.ports["controller"])
        process.until_ready(lab.processes["kafka"], lambda: answers(lab.kafka), deadline_s=40)


@contextmanager
def data_of(topic: str, partitions: int) -> Iterator[Path]:
    """A folder with the partitions' folders of this lab's broker, to be read. Raises LabError where its files are out of reach."""
    lab = state.read()
    running = lab.processes.get("kafka")
    if running is None:
        raise LabError("how records were batched is read from the broker's files, and this lab's broker is not ours", hint=NOT_OURS)
    if not isinstance(running, Container):
        yield kafka().folder / "data"
        return
    with tempfile.TemporaryDirectory(prefix="kafka_", dir=state_folder()) as folder:
        for partition in range(partitions):
            running.copy_out(f"{DATA}/kafka/data/{topic}-{partition}", Path(folder))
        yield Path(folder)


def answers(address: str) -> bool:
    """Whether a broker answers a metadata request there."""
    host, port = address.rsplit(":", 1)
    if not process.listens(int(port), host, deadline_s=0.2 if host == "127.0.0.1" else 5):
        return False
    try:
        admin(address).list_topics(timeout=5)
        return True
    except Exception:
        return False


def port_was_taken(error: ServerCrashed) -> bool:
    """Whether another program took a port between its being chosen and being bound (said by a JVM or by PostgreSQL)."""
    return "already in use" in error.details or "BindException" in error.details
