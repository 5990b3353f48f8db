"""The lab in containers: docker-compose.yml's services, found and asked as the native lab's processes are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

from streamlings.errors import LabError
from streamlings.servers import broker, cluster, containers_flink, contents, engine, postgres, process, registry, service, state
from streamlings.servers.container import Container, id_of, of
from streamlings.servers.say import Say, quiet
from streamlings.servers.state import LabState

IMAGE = "streamlings-lab"
NEEDED_BYTES = 3_000_000_000
"""Of memory, for Kafka and Flink while a check that kills one has two TaskManagers."""
FLINK = [containers_flink.JOBMANAGER, containers_flink.TASKMANAGER]
SERVICES = {"kafka": ["kafka"], "flink": FLINK, "registry": ["registry"], "postgres": ["postgres"]}
"""Of docker-compose.yml, by server."""


def up(*, needs: set[str], say: Say = quiet) -> LabState:
    """Bring up the servers that are needed and do not run; the lab's state. What runs already, whoever has started it, is used.

    Raises LabError where the engine does not do it, and ServerCrashed with the last log lines of a server that does not come up.
    """
    with state.changing() as lab:
        running = _running(lab)
        lab.backend = "containers"
        _forget_the_dead(lab, running, say)
        if "lab" in lab.processes:
            _assert_fits(lab)
        started = {server for server, services in SERVICES.items() if running.keys() >= {*services}}
        missing = {server for server in needs | started if not getattr(lab, server)}
        if missing:
            _start(lab, missing, say)
        return lab


def down(say: Say = quiet) -> list[str]:
    """End the containers, and those that were added by the way; volumes stay. The names of what ran."""
    from streamlings.worker import pool

    with state.changing() as lab:
        _running(lab)
        ran = sorted(name for name in lab.processes if name != "lab")
        pool.retire_all()
        engine.compose("down", "--remove-orphans", "--timeout", "20", project=lab.project, env=_environment(lab))
        lab.__dict__.update(LabState().__dict__)
        return ran


def _running(lab: LabState) -> dict[str, list[str]]:
    """The containers of this lab that run, by service; it keeps its name until it is ended. Where another clone's has this name meanwhile,
    nothing of this one is left: that is forgotten, and AnotherClone raised."""
    lab.project = lab.project or engine.project()
    try:
        return engine.running(lab.project)
    except engine.AnotherClone:
        lab.__dict__.update(LabState().__dict__)
        raise


def _forget_the_dead(lab: LabState, running: dict[str, list[str]], say: Say) -> None:
    """Compare the state with what runs; what is not whole is not there."""
    alive = {container for containers in running.values() for container in containers}
    dead = []
    for name, gone in list(lab.processes.items()):
        if not isinstance(gone, Container) or gone.container not in alive:
            del lab.processes[name]
            dead.append(name)
            if name == "lab":
                lab.image = ""
            last = gone.said(3).replace("\n", "\n  ")
            say(f"{name} had ended by itself" + (f"; its last words:\n  {last}" if last else ""))
    if lab.flink and {"lab", "jobmanager"} <= lab.processes.keys():
        containers_flink.read_taskmanagers(lab, running)
        cluster.replace_taskmanagers(lab, dead)
    names = {name.split("-")[0] for name in lab.processes}
    for server, parts in {
        "kafka": {"kafka"},
        "flink": {"jobmanager", "taskmanager"},
        "registry": {"registry"},
        "postgres": {"postgres"},
    }.items():
        if not (parts <= names and "lab" in names):
            setattr(lab, server, "")


def _start(lab: LabState, missing: set[str], say: Say) -> None:
    memory = int(engine.run("info", "--format", "{{.MemTotal}}"))
    if memory < NEEDED_BYTES:
        raise LabError(
            f"the container engine has {memory / 1e9:.1f} GB of memory, and the lab needs {NEEDED_BYTES / 1e9:.0f} GB",
            hint="Docker Desktop: Settings, Resources; or use the native lab: --backend native",
        )
    running = engine.running(lab.project)
    _choose_ports(lab, running)
    env = _environment(lab)
    if not engine.ask("image", "inspect", "--format", "{{.Id}}", IMAGE):
        say(f"building the lab's image from {env['STREAMLINGS_BASE']} (once, some minutes)")
        engine.compose("build", "lab", env=env, deadline_s=3600)
    if not running.get("lab"):  # whatever else there is has its old ports, and a network that is gone
        engine.compose("down", "--remove-orphans", "--timeout", "20", project=lab.project, env=env)
    wanted = [name for server in sorted(missing) for name in SERVICES[server]]
    options = ["--detach", "--no-build", "--no-recreate", "--quiet-pull"]
    engine.compose("up", *options, *wanted, project=lab.project, env=env, deadline_s=300)
    running = engine.running(lab.project)
    lab.processes["lab"] = of("lab", next(iter(running.get("lab", [])), ""))
    _assert_fits(lab)
    for until_ready in [STARTERS[server](lab, running) for server in sorted(missing)]:
        until_ready()


def _choose_ports(lab: LabState, running: dict[str, list[str]]) -> None:
    """Those of the lab that runs; else those of the environment or the usual ones, and another one for each that is taken."""
    if running.get("lab"):
        given = json.loads(engine.run("inspect", "--format", "{{json .Config.Env}}", running["lab"][0]))
        settings = dict(each.partition("=")[::2] for each in given)
        lab.ports = {server: int(settings[f"STREAMLINGS_{server.upper()}_PORT"]) for server in service.PORTS}
        return
    free = iter(process.free_ports(len(service.PORTS)))
    wanted = {server: service.port(server) for server in service.PORTS}
    lab.ports = {server: next(free) if process.listens(port) else port for server, port in wanted.items()}


def _environment(lab: LabState) -> dict[str, str]:
    """What docker-compose.yml is given."""
    ports = {f"STREAMLINGS_{server.upper()}_PORT": str(lab.ports[server]) for server in service.PORTS if server in lab.ports}
    return ports | {"STREAMLINGS_BASE": os.environ.get("STREAMLINGS_BASE") or f"python:{contents.PYTHON}-slim"}


def _assert_fits(lab: LabState) -> None:
    """Raises LabError where the image was built for other versions than this clone's, which may have been changed while the lab runs."""
    lab.image = lab.image or engine.run("exec", id_of(lab.processes["lab"]), "python", "-m", "streamlings.servers.contents")
    if lab.image == contents.digest():
        return
    built = lab.image.partition("-")[0]
    mend = f"./streamlings down && STREAMLINGS_BASE=python:{contents.PYTHON}-slim docker compose build"
    if built != contents.PYTHON:
        raise LabError(f"the lab's image has Python {built}, and this clone runs on {contents.PYTHON}", hint=mend)
    raise LabError("the lab's image was built for other versions or settings than this clone's", hint=mend)


def _kafka(lab: LabState, running: dict[str, list[str]]) -> Callable[[], None]:
    lab.processes["kafka"] = of("kafka", _only(running, "kafka"))

    def until_ready() -> None:
        address = f"127.0.0.1:{lab.ports['kafka']}"
        process.until_ready(lab.processes["kafka"], lambda: broker.answers(address))
        lab.kafka = address

    return until_ready


def _registry(lab: LabState, running: dict[str, list[str]]) -> Callable[[], None]:
    lab.processes["registry"] = of("registry", _only(running, "registry"))

    def until_ready() -> None:
        address = f"http://127.0.0.1:{lab.ports['registry']}{registry.API}"
        process.until_ready(lab.processes["registry"], lambda: registry.answers(address))
        registry.set_default_level(address)
        lab.registry = address

    return until_ready


def _postgres(lab: LabState, running: dict[str, list[str]]) -> Callable[[], None]:
    lab.processes["postgres"] = of("postgres", _only(running, "postgres"))

    def until_ready() -> None:
        process.until_ready(lab.processes["postgres"], lambda: postgres.answers(lab.ports["postgres"]))
        lab.postgres = postgres.address_at(lab.ports["postgres"])

    return until_ready


def _only(running: dict[str, list[str]], service: str) -> str:
    return next(iter(running.get(service, [])), "")


STARTERS = {"kafka": _kafka, "flink": containers_flink.start, "registry": _registry, "postgres": _postgres}
"""Each enters its server's containers into the state, and returns what waits until the server answers."""
