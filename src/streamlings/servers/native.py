"""The native lab: every server as a process of this machine, from PyPI wheels and Maven jars. No Docker, no Java beforehand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from streamlings import jars
from streamlings.errors import ServerCrashed
from streamlings.paths import state_folder
from streamlings.servers import java, process, state
from streamlings.servers.flink import Flink
from streamlings.servers.flink_home import wheel_folder
from streamlings.servers.kafka import Kafka, admin
from streamlings.servers.process import Process
from streamlings.servers.rest import FlinkRest
from streamlings.servers.state import LabState

Say = Callable[[str], None]


def quiet(_: str) -> None:
    """For callers that tell nobody."""


def kafka() -> Kafka:
    # Maven's Kafka brings slf4j without a logger behind it; Flink's wheel has one that fits.
    return Kafka(state_folder() / "kafka", [*jars.fetch("kafka"), *wheel_folder().glob("lib/log4j-slf4j-impl-*.jar")])


def flink() -> Flink:
    return Flink(state_folder() / "flink")


def up(*, needs: set[str], say: Say = quiet) -> LabState:
    """Bring up the servers that are needed ("kafka", "flink", "registry", "postgres") and are not running; the lab's state.

    Idempotent: what runs and answers is left alone. A server that ended by itself is named and started again.
    Raises ServerCrashed with the last log lines of a server that does not come up.
    """
    with state.changing() as lab:
        _forget_the_dead(lab, say)
        try:
            _start_missing(lab, needs, say)
        except ServerCrashed as e:
            if not _port_was_taken(e):
                raise
            say("another program has taken a port meanwhile; trying others")
            _start_missing(lab, needs, say)
        return lab


def _start_missing(lab: LabState, needs: set[str], say: Say) -> None:
    """Start what is needed and does not run; where something fails, what this call started is ended again."""
    before = set(lab.processes)
    try:
        waiting = [start(lab, say) for name, start in STARTERS.items() if name in needs and not getattr(lab, name)]
        for until_ready in waiting:
            state.write(lab)  # so that a killed command leaves nothing that the next one does not know
            until_ready()
    except BaseException:
        process.stop([lab.processes.pop(name) for name in set(lab.processes) - before])
        for server, names in BELONGS.items():
            if not names & {n.split("-")[0] for n in lab.processes}:
                setattr(lab, server, "")
        raise


def _port_was_taken(error: ServerCrashed) -> bool:
    return "already in use" in error.details or "BindException" in error.details


def down(say: Say = quiet) -> list[str]:
    """End exactly what `up` started; the names of what ran. Kafka's data stays, for the next `up`."""
    from streamlings.worker import pool

    with state.changing() as lab:
        running = [p for p in lab.processes.values() if p.alive()]
        if running and java.archives_wanted():
            say("saving what makes the next start faster (once, some seconds)")
        pool.retire_all()
        process.stop(running, grace_s=20)
        java.keep_new_archives()
        shutil.rmtree(state_folder() / "flink" / "tmp", ignore_errors=True)
        lab.__dict__.update(LabState().__dict__)
        return [p.name for p in running]


def _forget_the_dead(lab: LabState, say: Say) -> None:
    """Compare the state with what runs: after a crash of a server, or of the whole machine, the file says more than is true."""
    for name in [n for n, p in lab.processes.items() if not p.alive()]:
        gone = lab.processes.pop(name)
        process.reap(gone)
        last = process.tail(Path(gone.log), lines=3).replace("\n", "\n  ")
        say(f"{name} had ended by itself" + (f"; its last words:\n  {last}" if last else ""))
    if lab.flink and "jobmanager" in lab.processes and not taskmanagers(lab):
        lab.processes["taskmanager-1"] = flink().start_taskmanager("taskmanager-1")
        process.until_ready(lab.processes["taskmanager-1"], FlinkRest(lab.flink).slots)
    for server, names in BELONGS.items():
        alive = [n for n in lab.processes if n.split("-")[0] in names]
        complete = {n.split("-")[0] for n in alive} == names
        if not (complete and getattr(lab, server)):
            process.stop([lab.processes.pop(n) for n in alive])  # half of a server, or one that an interrupted `up` left
            setattr(lab, server, "")


def _start_kafka(lab: LabState, say: Say) -> Callable[[], None]:
    """Start the broker; the returned function waits until it answers. Unreadable data is kept aside, and said."""
    server = kafka()
    port, controller = process.free_port(), process.free_port()

    def start() -> Process:
        lab.processes["kafka"] = server.start(port, controller)
        return lab.processes["kafka"]

    def until_ready() -> None:
        try:
            process.until_ready(lab.processes["kafka"], lambda: answers_kafka(f"127.0.0.1:{port}"), deadline_s=40)
        except ServerCrashed as first:
            process.stop([lab.processes["kafka"]])
            if _port_was_taken(first) or not (server.folder / "data").exists():
                raise
            aside = server.set_data_aside()
            say(f"kafka could not start from its data, which is kept in {aside.name}; starting with an empty log")
            say("  " + first.details.replace("\n", "\n  ")[-600:])
            process.until_ready(start(), lambda: answers_kafka(f"127.0.0.1:{port}"), deadline_s=40)
        lab.kafka = f"127.0.0.1:{port}"
        lab.ports.update(kafka=port, controller=controller)

    start()
    return until_ready


def answers_kafka(address: str) -> bool:
    """Whether a broker answers a metadata request there."""
    if not process.listens(int(address.rsplit(":", 1)[1])):
        return False
    try:
        admin(address).list_topics(timeout=5)
        return True
    except Exception:
        return False


def _start_flink(lab: LabState, say: Say) -> Callable[[], None]:
    from streamlings.worker import pool

    pool.retire_all()  # what is warm would submit to the cluster that is gone
    ports = {name: process.free_port() for name in ("rest", "rpc", "blob")}
    cluster = flink()
    cluster.configure(ports)
    lab.processes["jobmanager"] = cluster.start_jobmanager()
    lab.processes["taskmanager-1"] = cluster.start_taskmanager("taskmanager-1")
    rest = FlinkRest(f"127.0.0.1:{ports['rest']}")

    def until_ready() -> None:
        process.until_ready(lab.processes["jobmanager"], rest.answers)
        process.until_ready(lab.processes["taskmanager-1"], rest.slots)
        lab.flink = rest.address
        lab.ports["flink"] = ports["rest"]

    return until_ready


def _start_registry(lab: LabState, say: Say) -> Callable[[], None]:
    from streamlings.servers import registry

    return registry.start(lab, say)


def _start_postgres(lab: LabState, say: Say) -> Callable[[], None]:
    from streamlings.servers import postgres

    return postgres.start(lab, say)


STARTERS: dict[str, Callable[[LabState, Say], Callable[[], None]]] = {
    "kafka": _start_kafka,
    "flink": _start_flink,
    "registry": _start_registry,
    "postgres": _start_postgres,
}
"""Each starts its server's processes, enters them into the state, and returns what waits until the server answers."""

BELONGS = {"kafka": {"kafka"}, "flink": {"jobmanager", "taskmanager"}, "registry": {"registry"}, "postgres": {"postgres"}}
"""The processes that make up a server."""


def add_taskmanager() -> str:
    """Start one more TaskManager and give its name; returns before it has registered.

    Started before another one is killed, it is what a restarting job finds its slots on.
    """
    with state.changing() as lab:
        numbers = [int(n.rsplit("-", 1)[1]) for n in taskmanagers(lab)]
        fresh = f"taskmanager-{max(numbers, default=0) + 1}"
        lab.processes[fresh] = flink().start_taskmanager(fresh)
        return fresh


def kill_taskmanagers(names: list[str]) -> None:
    """SIGKILL these TaskManagers."""
    with state.changing() as lab:
        for name in names:
            if name in lab.processes:
                process.kill(lab.processes.pop(name))


def taskmanagers(lab: LabState) -> list[str]:
    """Names of the TaskManagers, oldest first."""
    return sorted((n for n in lab.processes if n.startswith("taskmanager-")), key=lambda n: int(n.rsplit("-", 1)[1]))


def restart_kafka() -> None:
    """SIGKILL the broker and start it again on the same port and data; returns when it answers."""
    with state.changing() as lab:
        process.kill(lab.processes["kafka"])
        lab.processes["kafka"] = kafka().start(lab.ports["kafka"], lab.ports["controller"])
        process.until_ready(lab.processes["kafka"], lambda: answers_kafka(lab.kafka), deadline_s=40)
