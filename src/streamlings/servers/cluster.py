"""The Flink cluster of this lab: started, and its TaskManagers added and killed while it runs."""

from __future__ import annotations

from collections.abc import Callable

from streamlings.errors import LabError
from streamlings.paths import state_folder
from streamlings.servers import process, service, state
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
    rest_port, rpc, blob = process.free_ports(3)
    ports = {"rest": _asked_for() or rest_port, "rpc": rpc, "blob": blob}
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


def _asked_for() -> int | None:
    """The port that is asked for, such as one that a devcontainer forwards; None where none is named, or somebody has it."""
    asked = service.asked_port("flink")
    return None if asked is None or process.listens(asked) else asked


def add_taskmanager() -> str:
    """Start one more TaskManager and give its name; returns before it has registered.

    Started before another one is killed, it is what a restarting job finds its slots on.
    """
    with state.changing() as lab:
        fresh = new_name(taskmanagers(lab))
        lab.processes[fresh] = start_taskmanager(lab, fresh)
        return fresh


def start_taskmanager(lab: LabState, name: str) -> Process:
    """Start a TaskManager in the way in which this lab runs; returns before it has registered."""
    if lab.backend == "containers":
        from streamlings.servers import containers_flink

        return containers_flink.start_taskmanager(lab, name)
    return flink().start_taskmanager(name)


def have_spare() -> None:
    """See to it that besides the first TaskManager another one runs, or starts. Where they are not ours, nothing happens."""
    if len(mine := taskmanagers(state.read())) < 2 and mine:
        add_taskmanager()


def kill_taskmanagers(names: list[str]) -> None:
    """SIGKILL these TaskManagers. Raises LabError, and kills none, where one of them is not known here."""
    with state.changing() as lab:
        assert_known(lab, names)
        for name in names:
            process.kill(lab.processes.pop(name))


def assert_known(lab: LabState, names: list[str]) -> None:
    """Raises LabError where Flink has named a TaskManager that is not in this lab's state: it cannot be killed."""
    unknown = [name for name in names if name not in lab.processes]
    if unknown:
        raise LabError(
            f"Flink runs the job on {', '.join(unknown)}, which this lab does not know",
            hint="./streamlings up finds what was started by other means; then check it again",
        )


def replace_taskmanagers(lab: LabState, dead: list[str]) -> None:
    """Where Flink runs, see to it that a TaskManager is registered, and none of those among the dead: until Flink misses these, it gives
    their slots to a job, and then fails it. A new one has a name that no lost one had, for by its name it is known when it has registered.
    """
    lost = [name for name in dead if name.startswith("taskmanager-")]
    if not lab.flink or "jobmanager" not in lab.processes or (taskmanagers(lab) and not lost):
        return
    rest = FlinkRest(lab.flink)
    if not taskmanagers(lab):
        fresh = new_name(lost)
        lab.processes[fresh] = start_taskmanager(lab, fresh)
        process.until_ready(lab.processes[fresh], lambda: fresh in rest.taskmanagers())
    rest.until_gone(lost)


def taskmanagers(lab: LabState) -> list[str]:
    """Names of the TaskManagers, oldest first."""
    return sorted((n for n in lab.processes if n.startswith("taskmanager-")), key=number_of)


def new_name(others: list[str]) -> str:
    """A TaskManager's name after those of `others`."""
    return f"taskmanager-{max(map(number_of, others), default=0) + 1}"


def number_of(name: str) -> int:
    """Of a TaskManager: the one at the end of its name."""
    return int(name.rsplit("-", 1)[1])


def dead_taskmanagers(lab: LabState) -> list[Process]:
    """Those that ended without having been asked to."""
    return [lab.processes[name] for name in taskmanagers(lab) if not lab.processes[name].alive()]


def is_dead() -> bool:
    """Whether the JobManager of this lab has ended without having been asked to."""
    jobmanager = state.read().processes.get("jobmanager")
    return jobmanager is not None and not jobmanager.alive()
