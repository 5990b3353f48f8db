"""A service that a scenario plays: what it answers, and what it counts."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from streamlings import wait
from streamlings.stage.http_service import HttpService


def answer(method: str, path: str, body: Any) -> Any:
    if path == "/double":
        return [2 * n for n in body]
    raise LookupError(path)


@pytest.fixture
def service() -> Iterator[HttpService]:
    played = HttpService(answer)
    yield played
    played.end()


def ask(connection: HTTPConnection, path: str, body: bytes) -> tuple[int, Any]:
    connection.request("POST", path, body)
    answered = connection.getresponse()
    return answered.status, json.loads(answered.read())


def test_it_answers_and_counts_what_was_asked(service: HttpService) -> None:
    one, other = HTTPConnection(service.address), HTTPConnection(service.address)
    assert ask(one, "/double", b"[1, 2]") == (200, [2, 4])
    assert ask(one, "/double", b"[3]") == (200, [6]), "over the same connection"
    assert ask(other, "/double", b"[]") == (200, [])
    assert service.connections == 2
    assert [(r.body, r.connection) for r in service.asked("POST", "/double")] == [([1, 2], 1), ([3], 1), ([], 2)]
    assert service.asked("GET", "/double") == []
    one.close()
    other.close()


@pytest.mark.parametrize(("path", "body"), [("/elsewhere", b"[]"), ("/double", b"7"), ("/double", b"{"), ("/double", b"")])
def test_what_it_cannot_answer_is_the_askers_fault(service: HttpService, path: str, body: bytes) -> None:
    connection = HTTPConnection(service.address)
    status, said = ask(connection, path, body)
    assert status == 400 and said["error"]
    assert ask(connection, "/double", b"[1]") == (200, [2]), "and it goes on"
    connection.close()


def test_a_program_that_ends_in_the_middle_of_a_request_is_not_told(service: HttpService, capfd: pytest.CaptureFixture[str]) -> None:
    host, port = service.address.split(":")
    with socket.create_connection((host, int(port))) as broken:
        broken.sendall(b"POST /double HTTP/1.1\r\n")
        broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() then resets the connection
    assert ask(HTTPConnection(service.address), "/double", b"[1]") == (200, [2])
    wait.until(lambda: threading.active_count() < 3, deadline_s=5)
    assert capfd.readouterr().err == ""
