"""Which TaskManagers the lab in containers knows, and how it adds one: on an engine that is told of. (On a real one: tests/containers.)"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from ruamel.yaml import YAML

from streamlings.errors import LabError
from streamlings.paths import ROOT
from streamlings.servers import cluster, containers_flink, engine, process, state
from streamlings.servers.container import of
from streamlings.servers.state import LabState

NETWORK = "container:the lab"
HEALTH = {"Test": ["CMD", "bash", "healthy.sh", "flink-jobmanager"], "Interval": 4, "Timeout": 20, "StartPeriod": 120, "Retries": 5}


@dataclass
class Engine:
    """Containers by id: the name in Flink of what runs in each, and its network."""

    names: dict[str, str]
    networks: dict[str, str] = field(default_factory=dict)
    registered: list[str] = field(default_factory=list)
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def ask(self, *arguments: str) -> str:
        self.calls.append(arguments)
        if "{{.HostConfig.NetworkMode}}" in arguments:
            return self.networks.get(arguments[-1], NETWORK)
        return self.names[arguments[1]] if "cat" in arguments else "true"

    def run(self, *arguments: str, **_: object) -> str:
        self.calls.append(arguments)
        labels = {"com.docker.compose.project": "mine", engine.SERVICE: "flink-jobmanager", "com.docker.compose.oneoff": "False"}
        described = {
            "Id": "jm",
            "Image": "sha256:1",
            "HostConfig": {"NetworkMode": NETWORK},
            "Config": {"Labels": labels, "Healthcheck": HEALTH},
        }
        return json.dumps([described]) if arguments[0] == "inspect" else "new"


def lab_with(**taskmanagers: str) -> LabState:
    """One in containers, whose state says so: containers by their names, with _ for -."""
    servers = {"lab": "the lab", "jobmanager": "jm"} | {name.replace("_", "-"): container for name, container in taskmanagers.items()}
    processes = {name: of(name, container) for name, container in servers.items()}
    ports = {"kafka": 9092, "flink": 8081, "registry": 8080, "postgres": 5432}
    return LabState("containers", kafka="127.0.0.1:9092", flink="127.0.0.1:8081", processes=dict(processes), ports=ports)


def told_of(there: Engine, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine, "ask", there.ask)
    patch.setattr(engine, "run", there.run)
    patch.setattr(containers_flink.FlinkRest, "answers", lambda _: True)
    patch.setattr(containers_flink.FlinkRest, "taskmanagers", lambda _: there.registered)
    patch.setattr(process, "until_ready", lambda _, ready: ready() or pytest.fail("waits for ever"))


def known_after(lab: LabState, there: Engine, patch: pytest.MonkeyPatch) -> dict[str, str]:
    told_of(there, patch)
    containers_flink.read_taskmanagers(lab, {"flink-jobmanager": ["jm"], "flink-taskmanager": [*there.names]})
    return {name: lab.processes[name].to_json()["container"] for name in cluster.taskmanagers(lab)}  # type: ignore[misc]


def test_a_container_that_was_started_again_has_a_new_name(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Engine({"a": "taskmanager-20"}, registered=["taskmanager-20"])
    assert known_after(lab_with(taskmanager_10="a"), there, monkeypatch) == {"taskmanager-20": "a"}


def test_those_that_compose_has_added_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Engine({"a": "taskmanager-10", "b": "taskmanager-20"}, registered=["taskmanager-10", "taskmanager-20"])
    assert known_after(lab_with(taskmanager_10="a"), there, monkeypatch) == {"taskmanager-10": "a", "taskmanager-20": "b"}


def test_one_that_yet_starts_as_a_spare_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Engine({"a": "taskmanager-20", "b": "taskmanager-11"}, registered=["taskmanager-20"])
    found = known_after(lab_with(taskmanager_10="a", taskmanager_11="b"), there, monkeypatch)
    assert found == {"taskmanager-11": "b", "taskmanager-20": "a"}


def test_what_has_the_network_of_an_earlier_lab_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Engine({"a": "taskmanager-20", "old": "taskmanager-3"}, {"old": "container:gone"}, ["taskmanager-20"])
    assert known_after(lab_with(taskmanager_10="a"), there, monkeypatch) == {"taskmanager-20": "a"}


def test_nothing_is_asked_of_containers_where_all_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Engine({"a": "taskmanager-10"}, registered=["taskmanager-10"])
    assert known_after(lab_with(taskmanager_10="a"), there, monkeypatch) == {"taskmanager-10": "a"}
    assert there.calls == []


def test_an_unknown_taskmanager_is_told_and_none_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("STREAMLINGS_STATE", str(tmp_path_factory.mktemp("state")))
    state.write(lab_with(taskmanager_10="a"))
    there = Engine({"a": "taskmanager-10"})
    told_of(there, monkeypatch)
    with pytest.raises(LabError, match="taskmanager-20, which this lab does not know"):
        cluster.kill_taskmanagers(["taskmanager-10", "taskmanager-20"])
    assert there.calls == [] and cluster.taskmanagers(state.read()) == ["taskmanager-10"]


def test_one_that_is_added_is_one_of_composes(monkeypatch: pytest.MonkeyPatch) -> None:
    """So `docker compose down` ends it, and its volume can go."""
    there = Engine({})
    told_of(there, monkeypatch)
    added = containers_flink.start_taskmanager(lab_with(taskmanager_10="a"), "taskmanager-11")
    assert (added.name, added.container) == ("taskmanager-11", "new")
    (command,) = [call for call in there.calls if call[0] == "run"]
    assert {
        "--label=com.docker.compose.project=mine",
        "--label=com.docker.compose.service=flink-taskmanager",
        "--label=com.docker.compose.oneoff=False",
        "--env=STREAMLINGS_NAME=taskmanager-11",
        "--env=STREAMLINGS_FLINK_PORT=8081",
        f"--network={NETWORK}",
        "--volumes-from=jm",
    } <= {*command}
    assert {"--memory=2g", "--pids-limit=1024", "--cap-drop=ALL", "--security-opt=no-new-privileges:true"} <= {*command}
    assert {"--health-cmd=bash healthy.sh flink-taskmanager", "--health-interval=4ns", "--health-retries=5"} <= {*command}
    assert command[-2:] == ("sha256:1", "flink-taskmanager")


def test_its_limits_are_those_that_compose_sets() -> None:
    """Also where a class is graded: a submission's functions may run in it."""
    sets: dict[str, object] = {}
    for path in ("docker-compose.yml", "src/streamlings/grade/isolation/compose.yml"):
        sets |= YAML(typ="safe").load((ROOT / path).read_text())["services"]["flink-taskmanager"]
    elsewhere = {"image", "network_mode", "depends_on", "environment", "command", "volumes", "healthcheck"}
    assert {name: value for name, value in sets.items() if name not in elsewhere} == containers_flink.LIMITS
