"""Flink of the lab in containers: its JobManager, and TaskManagers that come and go while it runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from streamlings.paths import state_folder
from streamlings.servers import cluster, engine, java, process, service
from streamlings.servers.container import DATA, Container, id_of, of
from streamlings.servers.process import Process
from streamlings.servers.rest import FlinkRest
from streamlings.servers.state import LabState

PYTHON = "/opt/streamlings/.venv/bin/python"
"""Of the image."""
RUNS = f"{DATA}/flink/kept/runs"
"""In the volume that Flink's servers share: what jobs write to the folders of checks and runs."""
JOBMANAGER, TASKMANAGER = "flink-jobmanager", "flink-taskmanager"
"""Services of docker-compose.yml."""
LIMITS: dict[str, Any] = {"mem_limit": "2g", "pids_limit": 1024, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}
"""Of a TaskManager that is added: all that docker-compose.yml and grade/isolation/compose.yml set, in their words."""


def start(lab: LabState, running: dict[str, list[str]]) -> Callable[[], None]:
    """Enter its containers into the state; the returned function waits until it answers, and its TaskManagers are registered."""
    from streamlings.worker import pool

    pool.retire_all()  # what is warm would submit to a cluster that is gone
    ports = {"rest": lab.ports["flink"], "rpc": service.RPC, "blob": service.BLOB}
    cluster.flink().configure(ports, kept=f"{DATA}/flink/kept", python=PYTHON)  # for PyFlink's clients, which run here
    lab.processes["jobmanager"] = _sharing(of("jobmanager", next(iter(running.get(JOBMANAGER, [])), "")))
    rest = FlinkRest(f"127.0.0.1:{lab.ports['flink']}")

    def until_ready() -> None:
        process.until_ready(lab.processes["jobmanager"], rest.answers)
        _enter_taskmanagers(lab, running, rest)
        lab.flink = rest.address

    return until_ready


def read_taskmanagers(lab: LabState, running: dict[str, list[str]]) -> None:
    """Where Flink has others than the state, enter them anew: Compose may have started a container again, which then has another name, or
    added some."""
    rest = FlinkRest(lab.flink)
    process.until_ready(lab.processes["jobmanager"], rest.answers)
    known = cluster.taskmanagers(lab)
    same = {id_of(lab.processes[name]) for name in known} == {*running.get(TASKMANAGER, [])}
    registered = {*rest.taskmanagers()}
    if not (same and registered and registered <= {*known}):
        _enter_taskmanagers(lab, running, rest)


def start_taskmanager(lab: LabState, name: str) -> Container:
    """One more TaskManager, which goes with its container when it ends; returns before it has registered.

    It has the labels of one that Compose has started, so that `docker compose down` ends it, too, which leaves what `compose run` starts.
    """
    like = json.loads(engine.run("inspect", id_of(lab.processes["jobmanager"])))[0]
    labels = like["Config"]["Labels"] | {engine.SERVICE: TASKMANAGER, engine.HASH: "added", engine.NUMBER: str(cluster.number_of(name))}
    settings = {f"STREAMLINGS_{server.upper()}_PORT": str(port) for server, port in lab.ports.items()} | {"STREAMLINGS_NAME": name}
    settings |= {java.BRIEF: "1"} if java.brief() else {}
    container = engine.run(
        "run",
        "--detach",
        "--rm",
        f"--network={like['HostConfig']['NetworkMode']}",
        f"--volumes-from={like['Id']}",
        f"--memory={LIMITS['mem_limit']}",
        f"--pids-limit={LIMITS['pids_limit']}",
        *(f"--cap-drop={each}" for each in LIMITS["cap_drop"]),
        *(f"--security-opt={each}" for each in LIMITS["security_opt"]),
        *_health(like["Config"]["Healthcheck"]),
        *(f"--label={label}={value}" for label, value in labels.items()),
        *(f"--env={setting}={value}" for setting, value in settings.items()),
        like["Image"],
        TASKMANAGER,
    )
    return _sharing(of(name, container))


def _health(check: dict[str, Any]) -> list[str]:
    """The JobManager's health check, as options for a TaskManager: without one, `docker compose up --wait` would wait for none of them."""
    asks = " ".join([*check["Test"][1:-1], TASKMANAGER])
    times = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}
    return [f"--health-cmd={asks}", f"--health-retries={check['Retries']}", *(f"--health-{o}={check[name]}ns" for o, name in times.items())]


def forget(lab: LabState, run: str) -> None:
    """Remove what jobs have written to the folder of a check or run of this name."""
    if "jobmanager" in lab.processes:
        engine.ask("exec", id_of(lab.processes["jobmanager"]), "rm", "-rf", f"{RUNS}/{run}")


def _enter_taskmanagers(lab: LabState, running: dict[str, list[str]], rest: FlinkRest) -> None:
    """Under the names by which Flink knows them. Those that are new are waited for; another one may yet start as a spare."""
    registered = rest.taskmanagers()
    before: dict[str, Process] = {name: lab.processes.pop(name) for name in cluster.taskmanagers(lab)}
    for container in _of_this_network(lab, running.get(TASKMANAGER, [])):
        member = _sharing(of("taskmanager", container))

        def name_is_known(member: Container = member) -> bool:
            name = _name_of(member)
            return name in rest.taskmanagers() or (bool(registered) and before.get(name) == of(name, member.container))

        process.until_ready(member, name_is_known)
        name = _name_of(member)
        lab.processes[name] = of(name, member.container)


def _of_this_network(lab: LabState, containers: list[str]) -> list[str]:
    """Those of them that have the network of the lab that runs now. An earlier one's is gone, and nobody is reached through it."""
    here = f"container:{id_of(lab.processes['lab'])}"
    return [container for container in containers if engine.ask("inspect", "--format", "{{.HostConfig.NetworkMode}}", container) == here]


def _sharing(server: Container) -> Container:
    """The same; the folder of all checks and runs is found in it by the same path as outside, and is one that all of Flink's share."""
    link = 'mkdir -p -m 1777 "$1" && mkdir -p "${2%/*}" && ln -sfn "$1" "$2"'
    engine.run("exec", "--user", "0", server.container, "sh", "-c", link, "sh", RUNS, str(state_folder() / "runs"))
    return server


def _name_of(taskmanager: Container) -> str:
    """Its id in Flink's REST API; "" while it has not chosen one."""
    return engine.ask("exec", taskmanager.container, "cat", f"{DATA}/flink/name")
