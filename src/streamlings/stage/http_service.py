"""A service of the shop, played by the scenario: programs ask it over HTTP on loopback, and it counts what they ask."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str, str, Any], Any]
"""Given the method, the path and what the body holds as JSON (None where there is none): what is answered, as JSON. A request for which it
raises LookupError, TypeError, ValueError or ArithmeticError is answered with 400."""


class QuietServer(ThreadingHTTPServer):
    """A program that is ended in the middle of a request breaks its connection: nothing to tell the learner. Its threads end with it."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Request:
    """One request: `body` is the JSON value it carried, None where it carried none. `connection` counts from 1."""

    method: str
    path: str
    body: Any
    connection: int


@dataclass
class HttpService:
    """Listens on a free port until `end`. Connections stay open for further requests (HTTP/1.1), as the client wishes."""

    answer: Answer
    connections: int = 0
    """Opened so far, by whatever process."""
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server = QuietServer(("127.0.0.1", 0), _handler_of(self))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    @property
    def address(self) -> str:
        """ "127.0.0.1:51234"."""
        return f"127.0.0.1:{self._server.server_port}"

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests of this method and path so far, in order."""
        return [r for r in self.requests if (r.method, r.path) == (method, path)]

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def connected(self) -> int:
        """Note a new connection; its number."""
        with self._lock:
            self.connections += 1
            return self.connections

    def take(self, request: Request) -> tuple[int, Any]:
        """Note a request; the status and the JSON value with which it is answered."""
        with self._lock:
            self.requests.append(request)
        try:
            return 200, self.answer(request.method, request.path, request.body)
        except (LookupError, TypeError, ValueError, ArithmeticError) as e:
            return 400, {"error": f"{type(e).__name__}: {e}"}


def _handler_of(service: HttpService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer is two writes; the second would wait 40 ms for the client to acknowledge the first

        def setup(self) -> None:
            super().setup()
            self.connection_number = service.connected()

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            try:
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(sent) if sent else None
            except ValueError:
                status, value = 400, {"error": "the body is not JSON"}
            else:
                status, value = service.take(Request(self.command, self.path, body, self.connection_number))
            answer = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
