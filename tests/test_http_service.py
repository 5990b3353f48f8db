"""A service that a scenario plays: what it answers, and what it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

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
