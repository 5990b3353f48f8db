"""The registry on the stage: the proxy that remembers requests, subjects that are removed, bytes that name their schema."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from streamlings import cleanup
from streamlings.servers import native, registry, subjects
from streamlings.servers.state import LabState
from streamlings.stage.registry_proxy import BODY_BYTES, RegistryProxy
from streamlings.stage.schemas import StageRegistry, schema_id

ROOT = "/apis/ccompat/v7"


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked; the status is the last part of the path."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = json.dumps({"method": self.command, "path": self.path, "body": body.decode(), "headers": dict(self.headers)}).encode()
        self.send_response(int(self.path.rpartition("/")[2].partition("?")[0]))
        self.send_header("Content-Length", str(len(said)))
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Kept", "yes")
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}{ROOT}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(echo: str) -> Iterator[RegistryProxy]:
    before = RegistryProxy(echo)
    yield before
    before.close()


def ask(proxy: RegistryProxy, method: str, path: str, **more: Any) -> requests.Response:
    return requests.request(method, proxy.address + path, timeout=10, **more)


def test_a_request_is_handed_on_as_it_is(proxy: RegistryProxy) -> None:
    answer = ask(proxy, "POST", "/subjects/a%2Fb/200?normalize=true", data=b'{"schema": "{}"}', headers={"X-Mine": "1"})
    said = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["X-Kept"]) == (200, "application/json", "yes")
    assert (said["method"], said["path"], said["body"]) == ("POST", f"{ROOT}/subjects/a%2Fb/200?normalize=true", '{"schema": "{}"}')
    assert said["headers"]["X-Mine"] == "1"
    (kept,) = proxy.requests
    assert (kept.method, kept.path, kept.status) == ("POST", "/subjects/a%2Fb/200?normalize=true", 200)
    assert (kept.body, kept.answer) == (b'{"schema": "{}"}', answer.content)


@pytest.mark.parametrize(("method", "status"), [("GET", 404), ("PUT", 409), ("DELETE", 200), ("POST", 422)])
def test_refusals_are_handed_on_and_remembered(proxy: RegistryProxy, method: str, status: int) -> None:
    assert ask(proxy, method, f"/{status}").status_code == status
    assert [(r.method, r.path, r.status) for r in proxy.requests] == [(method, f"/{status}", status)]


def test_one_connection_serves_many_requests_and_many_connections_are_served_at_once(proxy: RegistryProxy) -> None:
    def ask_often() -> None:
        with requests.Session() as session:
            for _ in range(25):
                session.get(f"{proxy.address}/200", timeout=10).raise_for_status()

    clients = [threading.Thread(target=ask_often) for _ in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert (len(proxy.requests), proxy.count) == (100, 100)


def test_a_body_in_chunks(proxy: RegistryProxy) -> None:
    assert ask(proxy, "POST", "/200", data=iter([b"first ", b"second"])).json()["body"] == "first second"
    assert proxy.requests[0].body == b"first second"


def test_a_body_that_is_no_schema_is_not_handed_on(proxy: RegistryProxy) -> None:
    with pytest.raises((requests.ConnectionError, requests.HTTPError)):
        ask(proxy, "POST", "/200", data=b"x" * (BODY_BYTES + 1)).raise_for_status()
    assert proxy.requests == []


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01", b"GET\r\n\r\n", b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"])
def test_what_is_no_request_harms_nobody(proxy: RegistryProxy, sent: bytes) -> None:
    where = urlsplit(proxy.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=5)
    connection.connect()
    connection.sock.sendall(sent)
    connection.close()
    assert ask(proxy, "GET", "/200").status_code == 200


def test_a_registry_that_is_gone(echo: str) -> None:
    proxy = RegistryProxy("http://127.0.0.1:1" + ROOT)
    try:
        assert ask(proxy, "GET", "/subjects").status_code == 502
        assert [r.status for r in proxy.requests] == [502]
    finally:
        proxy.close()
    with pytest.raises(requests.ConnectionError):
        ask(proxy, "GET", "/subjects")


@pytest.mark.parametrize(
    ("value", "id"),
    [
        (b"\0\0\0\1\0x", 256),
        (b"\0\0\0\0\7", 7),
        (b"\1\0\0\0\7x", None),
        (b'{"a": 1}', None),
        (b"\0\0\0\0", None),
        (b"", None),
        (None, None),
    ],
)
def test_the_id_in_wire_format(value: bytes | None, id: int | None) -> None:
    assert schema_id(value) == id


# --- with the real registry

ORDER = {"type": "record", "name": "Order", "namespace": "shop.harbour", "fields": [{"name": "id", "type": "string"}]}
WITH_CURRENCY = ORDER | {"fields": [{"name": "id", "type": "string"}, {"name": "currency", "type": "string", "default": "EUR"}]}


@pytest.fixture
def lab(lab_state: Path) -> LabState:
    return native.up(needs={"registry"})


def register(address: str, subject: str, schema: object = ORDER) -> requests.Response:
    return requests.post(f"{address}/subjects/{subject}/versions", json={"schema": json.dumps(schema)}, timeout=20)


@pytest.mark.slow
def test_what_a_program_asked_and_what_came_of_it(lab: LabState) -> None:
    stage = StageRegistry(lab.registry, "check_0a_")
    subject = stage.subject("orders")
    assert (subject, stage.versions(subject), stage.compatibility(subject)) == ("check_0a_orders-value", [], "")
    assert register(stage.address, subject).status_code == 200
    requests.put(f"{stage.address}/config/{subject}", json={"compatibility": "FULL"}, timeout=20).raise_for_status()
    refused = register(stage.address, subject, ORDER | {"fields": [{"name": "id", "type": "int"}]})
    assert refused.status_code == 409
    stage.register(subject, WITH_CURRENCY)

    assert [(s, r.status) for s, r in stage.registrations()] == [(subject, 200), (subject, 409)]
    assert [v.number for v in stage.versions(subject)] == [1, 2]
    assert (stage.compatibility(subject), len(stage.requests)) == ("FULL", 3)

    first, second = stage.versions(subject)
    old = stage.encode(first.id, {"id": "o-1"})
    assert schema_id(old) == first.id
    assert stage.decode(old) == {"id": "o-1"}
    assert stage.decode(old, second.schema) == {"id": "o-1", "currency": "EUR"}
    assert stage.decode(stage.encode(second.id, {"id": "o-2", "currency": "CHF"}), first.schema) == {"id": "o-2"}
    broken = {b'{"id": 1}': "no wire format", old + b"x": "bytes behind", old[:-1]: "EOFError", b"\0\x7f\xff\xff\xff": "no schema"}
    for value, says in broken.items():
        with pytest.raises(ValueError, match=says):
            stage.decode(value)
    with pytest.raises(ValueError, match="SchemaResolutionError"):
        stage.decode(old, ORDER | {"fields": [{"name": "total", "type": "string"}]})
    stage.close()
    assert subject not in subjects.names(lab.registry)


@pytest.mark.slow
def test_subjects_go_with_their_check_and_the_others_stay(lab: LabState) -> None:
    for subject in ("check_1a_orders-value", "run_1b_orders-value", "orders-value", "check_1a_hidden"):
        register(lab.registry, subject).raise_for_status()
    registry.ask(f"{lab.registry}/subjects/check_1a_hidden", method="DELETE")
    only_registry = LabState(registry=lab.registry)
    before = cleanup.names_on(only_registry)
    assert {"check_1a_orders-value", "check_1a_hidden", "orders-value"} <= before
    assert cleanup.remove_everything_named(only_registry, "check_1a_")
    assert cleanup.names_on(only_registry) == before - {"check_1a_orders-value", "check_1a_hidden"}

    register(lab.registry, "check_1c_orders-value").raise_for_status()
    register(lab.registry, "shop.harbour.Order").raise_for_status()
    assert cleanup.remove_everything_new(only_registry, "check_1c_", {"run_1b_orders-value"}), "what is used by hand stays, too"
    assert set(subjects.names(lab.registry)) == {"run_1b_orders-value", "orders-value"}
    subjects.remove(lab.registry, lambda name: True)
    assert subjects.names(lab.registry) == []


@pytest.mark.slow
def test_whatever_a_program_calls_its_subject_and_does_to_the_level_of_all(lab: LabState) -> None:
    register(lab.registry, "there-before-value").raise_for_status()
    stage = StageRegistry(lab.registry, "check_2a_")
    register(stage.address, "shop.harbour.Order").raise_for_status()
    register(stage.address, "there-before-value").raise_for_status()
    requests.put(f"{stage.address}/config", json={"compatibility": "NONE"}, timeout=20).raise_for_status()
    stage.close()
    assert subjects.names(lab.registry) == ["there-before-value"]
    assert registry.ask(f"{lab.registry}/config") == {"compatibilityLevel": "BACKWARD"}
    subjects.remove(lab.registry, lambda name: True)
