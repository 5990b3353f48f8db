"""The registry and PostgreSQL as real servers: started twice, killed, and found with data that nobody can read."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from driving import give

from streamlings import wait
from streamlings.errors import StreamlingsError
from streamlings.servers import native, postgres, process, registry, state

pytestmark = pytest.mark.slow


@pytest.fixture
def lab_folder(tmp_path: Path, archives: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A lab of its own; whatever a test leaves running is ended."""
    give(archives, tmp_path / "a state")
    monkeypatch.setenv("STREAMLINGS_STATE", str(tmp_path / "a state"))
    yield tmp_path / "a state"
    process.stop(list(state.read().processes.values()))


def up(server: str) -> tuple[state.LabState, list[str]]:
    said: list[str] = []
    return native.up(needs={server}, say=said.append), said


def rows(address: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address, autocommit=True) as connection:
        answer = connection.execute(statement)
        return answer.fetchall() if answer.description else []


# --- PostgreSQL


def test_postgres_starts_once_keeps_data_and_survives_a_kill(lab_folder: Path) -> None:
    lab, _ = up("postgres")
    assert lab.postgres == f"postgresql://streamlings:streamlings@127.0.0.1:{lab.ports['postgres']}/streamlings"
    rows(lab.postgres, "CREATE TABLE totals AS SELECT 'ü' AS name, 3 AS orders")
    assert rows(lab.postgres, "SELECT upper(name), current_setting('TimeZone'), current_user FROM totals") == [("Ü", "UTC", "streamlings")]

    again, said = up("postgres")
    assert (again.processes["postgres"].pid, said) == (lab.processes["postgres"].pid, [])

    process.kill(lab.processes["postgres"])  # its helpers may live on for a moment: the next start must cope
    killed, said = up("postgres")
    assert killed.processes["postgres"].pid != lab.processes["postgres"].pid
    assert said[0].startswith("postgres had ended by itself")
    assert rows(killed.postgres, "SELECT orders FROM totals") == [(3,)]


def test_postgres_ends_while_a_client_is_connected(lab_folder: Path) -> None:
    lab, _ = up("postgres")
    running = lab.processes["postgres"]
    with psycopg.connect(lab.postgres):
        running_children = psutil.Process(running.pid).children(recursive=True)
        process.stop([running], grace_s=30)
    assert not (lab_folder / "postgres" / "data" / "postmaster.pid").exists(), "it was killed, or waits for its clients"
    assert wait.until(lambda: not any(ended_not(p) for p in running_children), deadline_s=10)


def ended_not(child: psutil.Process) -> bool:
    try:
        return child.is_running() and child.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def test_postgres_starts_after_a_crash_of_the_machine(lab_folder: Path) -> None:
    """postmaster.pid then names a pid that by now is another process's, here this one's."""
    lab, _ = up("postgres")
    rows(lab.postgres, "CREATE TABLE kept AS SELECT 1 AS one")
    lock = lab_folder / "postgres" / "data" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    process.kill(lab.processes["postgres"])
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    lab, _ = up("postgres")
    assert rows(lab.postgres, "SELECT one FROM kept") == [(1,)]


def test_an_interrupted_initdb_is_done_again(lab_folder: Path) -> None:
    half = lab_folder / "postgres" / ".initdb-interrupted"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    lab, said = up("postgres")
    assert rows(lab.postgres, "SELECT 1") == [(1,)]
    assert not half.exists() and not said


def test_unreadable_data_of_postgres_is_kept_aside(lab_folder: Path) -> None:
    data = lab_folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "precious").write_text("do not delete")
    lab, said = up("postgres")
    assert rows(lab.postgres, "SELECT 1") == [(1,)]
    assert (lab_folder / "postgres" / "data.unreadable-1" / "precious").read_text() == "do not delete"
    assert "kept in data.unreadable-1" in said[0]


def test_a_taken_port_is_not_blamed_on_the_data(lab_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, _ = up("postgres")
    process.stop([lab.processes["postgres"]])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(process, "free_ports", lambda _: [taken.getsockname()[1]])
        monkeypatch.setattr(postgres, "answers", lambda port: False)
        with pytest.raises(StreamlingsError, match="postgres ended by itself") as error:
            up("postgres")
    assert "Address already in use" in error.value.details
    assert not list((lab_folder / "postgres").glob("data.unreadable-*"))


# --- the registry


ORDER = '{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}'
WITH_A_NEW_REQUIRED_FIELD = ORDER.replace("]}", ', {"name": "amount", "type": "int"}]}')


def test_registry_starts_once_is_backward_and_survives_a_kill(lab_folder: Path) -> None:
    lab, _ = up("registry")
    assert lab.registry == f"http://127.0.0.1:{lab.ports['registry']}/apis/ccompat/v7"
    assert registry.ask(f"{lab.registry}/config") == {"compatibilityLevel": "BACKWARD"}
    versions = f"{lab.registry}/subjects/orders-value/versions"
    accepted = registry.ask(versions, method="POST", body={"schema": ORDER})
    with pytest.raises(StreamlingsError, match=r"refused POST .*: 409"):
        registry.ask(versions, method="POST", body={"schema": WITH_A_NEW_REQUIRED_FIELD})

    again, said = up("registry")
    assert (again.processes["registry"].pid, said) == (lab.processes["registry"].pid, [])

    process.kill(lab.processes["registry"])
    killed, said = up("registry")
    assert said[0].startswith("registry had ended by itself")
    assert isinstance(accepted, dict)
    kept = registry.ask(f"{killed.registry}/schemas/ids/{accepted['id']}")
    assert isinstance(kept, dict) and '"Order"' in kept["schema"]


def test_unreadable_data_of_the_registry_is_kept_aside(lab_folder: Path) -> None:
    data = lab_folder / "registry" / "data"
    data.mkdir(parents=True)
    (data / "registry.mv.db").write_bytes(b"no H2 file at all" * 1000)
    lab, said = up("registry")
    assert registry.ask(f"{lab.registry}/subjects") == []
    assert (lab_folder / "registry" / "data.unreadable-1" / "registry.mv.db").exists()
    assert "kept in data.unreadable-1" in said[0]
