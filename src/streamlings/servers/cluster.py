"""The Flink cluster of this lab: started, and its TaskManagers added and killed while it runs."""

from __future__ import annotations

from collections.abc import Callable

from streamlings.paths import state_folder
from streamlings.servers import process, state
from streamlings.servers.flink import Flink
from streamlings.servers.process import Process
from streamlings.servers.rest import FlinkRest
from streamlings.servers.state import LabState


def flink() -> Flink:
    """The cluster whose files are in this lab's folder."""
    return Flink(state_folder() / "flink")


def start(lab: LabState, say: Callable[[str], None]) -> Callable[[], None]:
    """Start a JobManager and a TaskManager; the returned function waits until slots are there and then enters the address into `lab`."""
    from streamlings.worker import pool

    pool.retire_all()  # what is warm would submit to the cluster that is gone
    ports = dict(zip(("rest", "rpc", "blob"), process.free_ports(3), strict=True))
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


def add_taskmanager() -> str:
    """Start one more TaskManager and give its name; returns before it has registered.

    Started before another one is killed, it is what a restarting job finds its slots on.
    """
    with state.changing() as lab:
        fresh = new_name(taskmanagers(lab))
        lab.processes[fresh] = flink().start_taskmanager(fresh)
        return fresh


def have_spare() -> None:
    """See to it that besides the first TaskManager another one runs, or starts."""
    if len(taskmanagers(state.read())) < 2:
        add_taskmanager()


def kill_taskmanagers(names: list[str]) -> None:
    """SIGKILL these TaskManagers."""
    with state.changing() as lab:
        for name in names:
            if name in lab.processes:
                process.kill(lab.processes.pop(name))


def taskmanagers(lab: LabState) -> list[str]:
    """Names of the TaskManagers, oldest first."""
    return sorted((n for n in lab.processes if n.startswith("taskmanager-")), key=_number)


def new_name(others: list[str]) -> str:
    """A TaskManager's name after those of `others`."""
    return f"taskmanager-{max(map(_number, others), default=0) + 1}"


def _number(name: str) -> int:
    return int(name.rsplit("-", 1)[1])


def dead_taskmanagers(lab: LabState) -> list[Process]:
    """Those that ended without having been asked to."""
    return [lab.processes[name] for name in taskmanagers(lab) if not lab.processes[name].alive()]
