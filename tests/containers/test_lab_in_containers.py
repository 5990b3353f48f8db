"""The lab in containers as a user sees it: started by Compose or by the command, used, broken, mended, ended."""

from __future__ import annotations

import json

import pytest
from confluent_kafka import Producer
from driving import Cli

from streamlings import look
from streamlings.cleanup import create_topics
from streamlings.servers import cluster, engine, state
from streamlings.servers.container import id_of
from streamlings.servers.rest import FlinkRest

pytestmark = pytest.mark.slow
WATERMARK, SURVIVE = "event_time/watermark", "checkpointing/survive"


def test_what_compose_has_started_is_used(command: Cli) -> None:
    done = command("check", WATERMARK, "--solution", "--json", timeout_s=240)
    assert done.code == 0, done.err
    verdict = json.loads(done.out)
    assert (verdict["outcome"], verdict["backend"]) == ("passed", "containers")


def test_a_service_that_is_gone_is_named_and_started_again(command: Cli) -> None:
    command("up", timeout_s=240)
    engine.run("kill", state.read().processes["kafka"].to_json()["container"])  # type: ignore[arg-type]
    done = command("up", timeout_s=240)
    assert done.code == 0, done.err
    assert "kafka had ended by itself" in done.err


def test_a_taskmanager_that_is_gone_is_replaced(command: Cli) -> None:
    command("up", timeout_s=240)
    lab = state.read()
    for name, server in lab.processes.items():
        if name.startswith("taskmanager"):
            engine.run("kill", server.to_json()["container"])  # type: ignore[arg-type]
    assert command("check", WATERMARK, "--solution", timeout_s=240).code == 0


def test_a_taskmanager_that_was_started_again_can_be_killed(command: Cli) -> None:
    """It has another name then: as after a reboot, and by `docker compose up` after a check has killed one."""
    command("up", timeout_s=240)
    for name in cluster.taskmanagers(state.read()):
        engine.run("restart", "--time", "1", id_of(state.read().processes[name]))
    done = command("check", SURVIVE, "--solution", timeout_s=240)
    assert done.code == 0, done.out + done.err


def test_three_taskmanagers(command: Cli, containers_lab: dict[str, str]) -> None:
    """A check can kill whichever of them runs its job."""
    command("up", timeout_s=240)
    engine.compose("up", "--detach", "--no-recreate", "--wait", "--scale", "flink-taskmanager=3", "flink-taskmanager", deadline_s=240)
    assert len(FlinkRest(f"127.0.0.1:{containers_lab['STREAMLINGS_FLINK_PORT']}").taskmanagers()) >= 3
    done = command("check", SURVIVE, "--solution", timeout_s=240)
    assert done.code == 0, done.out + done.err


def test_kafka_is_found_inside_under_its_name(containers_lab: dict[str, str]) -> None:
    """By a container of the network that has its own address in it."""
    client = "from confluent_kafka.admin import AdminClient as A; a = A({'bootstrap.servers': 'kafka:19092'})"
    asks = f"{client}; print(a.list_topics(timeout=20).brokers[1])"
    network = f"{containers_lab['COMPOSE_PROJECT_NAME']}_default"
    printed = engine.run("run", "--rm", "--network", network, "--entrypoint", "python", "streamlings-lab", "-c", asks)
    assert printed == "kafka:19092/1"


def test_it_is_published_on_loopback_only(containers_lab: dict[str, str]) -> None:
    published = engine.run("ps", "--filter", f"label={engine.PROJECT}={containers_lab['COMPOSE_PROJECT_NAME']}", "--format", "{{.Ports}}")
    assert [port for line in published.splitlines() for port in line.split(", ") if port and not port.startswith("127.0.0.1:")] == []


def test_another_backend_is_refused_while_it_runs(command: Cli) -> None:
    command("up", timeout_s=240)
    done = command("check", WATERMARK, "--solution", "--backend", "native")
    assert (done.code, done.err.splitlines()[0]) == (2, "error: the lab runs with --backend containers")


def test_compose_ends_all_and_the_data_outlives_it(command: Cli, containers_lab: dict[str, str]) -> None:
    """Also a TaskManager that a check has added."""
    command("up", timeout_s=240)
    lab = state.read()
    create_topics(lab.kafka, {"kept": 1})
    producer = Producer({"bootstrap.servers": lab.kafka})
    producer.produce("kept", b"for ever")
    assert producer.flush(30) == 0
    cluster.add_taskmanager()
    engine.compose("down", "--timeout", "20")
    mine = f"label={engine.PROJECT}={containers_lab['COMPOSE_PROJECT_NAME']}"
    assert engine.run("ps", "--all", "--quiet", "--filter", mine) == ""
    done = command("up", "kafka", timeout_s=240)
    assert done.code == 0, done.err
    assert [record.value for record in look.records(state.read().kafka, "kept", limit=2, partition=None)] == ["for ever"]
