"""The native lab: every server as a process of this machine, from PyPI wheels and Maven jars. No Docker, no Java beforehand."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from streamlings.errors import ServerCrashed
from streamlings.paths import state_folder
from streamlings.servers import broker, cluster, java, process, state
from streamlings.servers.say import Say, quiet
from streamlings.servers.state import LabState


def up(*, needs: set[str], say: Say = quiet) -> LabState:
    """Bring up the servers that are needed ("kafka", "flink", "registry", "postgres") and are not running; the lab's state.

    Idempotent: what runs and answers is left alone. A server that ended by itself is named and started again.
    Raises ServerCrashed with the last log lines of a server that does not come up.
    """
    with state.changing() as lab:
        lab.backend = "native"
        _forget_the_dead(lab, say)
        try:
            _start_missing(lab, needs, say)
        except ServerCrashed as e:
            if not broker.port_was_taken(e):
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


def save_archives(needs: set[str]) -> None:
    """Start and end these servers, Flink among them, and a warm worker once: what starts afterwards finds their class archives
    (servers/java.py). Only for whoever starts hundreds of them on labs that are new."""
    from streamlings.worker import pool

    pool.give_back(pool.take(up(needs=needs).flink))
    down()


def _forget_the_dead(lab: LabState, say: Say) -> None:
    """Compare the state with what runs: after a crash of a server, or of the whole machine, the file says more than is true."""
    dead = [n for n, p in lab.processes.items() if not p.alive()]
    for name in dead:
        gone = lab.processes.pop(name)
        process.reap(gone)
        last = gone.said(3).replace("\n", "\n  ")
        say(f"{name} had ended by itself" + (f"; its last words:\n  {last}" if last else ""))
    cluster.replace_taskmanagers(lab, dead)
    for server, names in BELONGS.items():
        alive = [n for n in lab.processes if n.split("-")[0] in names]
        complete = {n.split("-")[0] for n in alive} == names
        if not (complete and getattr(lab, server)):
            process.stop([lab.processes.pop(n) for n in alive])  # half of a server, or one that an interrupted `up` left
            setattr(lab, server, "")


def _start_registry(lab: LabState, say: Say) -> Callable[[], None]:
    from streamlings.servers import registry

    return registry.start(lab, say)


def _start_postgres(lab: LabState, say: Say) -> Callable[[], None]:
    from streamlings.servers import postgres

    return postgres.start(lab, say)


STARTERS: dict[str, Callable[[LabState, Say], Callable[[], None]]] = {
    "kafka": broker.start,
    "flink": cluster.start,
    "registry": _start_registry,
    "postgres": _start_postgres,
}
"""Each starts its server's processes, enters them into the state, and returns what waits until the server answers."""

BELONGS = {"kafka": {"kafka"}, "flink": {"jobmanager", "taskmanager"}, "registry": {"registry"}, "postgres": {"postgres"}}
"""The processes that make up a server."""
