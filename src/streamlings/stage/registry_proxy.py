"""An HTTP proxy before the schema registry: it hands every request on, and remembers it.

The address of the proxy is what a program sees as `lab.registry` during a check. So a check can say how often the program asked, what it
asked for, and what the registry answered, whatever library the program uses.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

BODY_BYTES = 1_000_000
"""A request with a larger body is refused (413): no schema is as large as that."""

REMEMBERED = 10_000
"""Of more requests than that, only the number is kept."""

SILENCE_S = 30
"""How long a connection may stay open without a request, and how long the registry may take to answer one."""

ONE_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "host", "content-length"}
"""Headers that concern one connection (RFC 9110, 7.6.1), and those that are set anew."""


@dataclass(frozen=True)
class Request:
    """One request and its answer. `path` begins behind the API's own path and has its query: "/subjects/orders-value/versions"."""

    method: str
    path: str
    status: int
    body: bytes
    answer: bytes


class RegistryProxy:
    """Listens on a free port of loopback until `close`. `address` has the path of the registry's own."""

    def __init__(self, registry: str) -> None:
        """`registry` is the address to hand on to, such as "http://127.0.0.1:PORT/apis/ccompat/v7"."""
        behind = urlsplit(registry)
        self.host, self.port, self.root = behind.hostname or "127.0.0.1", behind.port or 80, behind.path.rstrip("/")
        self.count = 0
        self._requests: list[Request] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://{self.host_and_port}{self.root}"

    @property
    def host_and_port(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> list[Request]:
        """What was asked so far, in the order of the answers."""
        with self._lock:
            return list(self._requests)

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Ask the registry, remember it, and give its status, headers and body; 502 where it does not answer."""
        connection = HTTPConnection(self.host, self.port, timeout=SILENCE_S)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            status, given, text = answer.status, answer.getheaders(), answer.read()
        except (OSError, HTTPException) as e:
            status, given, text = 502, [("Content-Type", "text/plain")], f"the registry does not answer: {e}".encode()
        finally:
            connection.close()
        with self._lock:
            self.count += 1
            if len(self._requests) < REMEMBERED:
                self._requests.append(Request(method, path.removeprefix(self.root), status, body, text))
        return status, given, text

    def close(self) -> None:
        """Stop listening. What was remembered stays."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection open
    request_queue_size = 128
    proxy: RegistryProxy

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away in the middle is nobody's error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise each answer waits 40 ms for the client's acknowledgement of its headers
    timeout = SILENCE_S
    server: _Server

    def _hand_on(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            self._answer(413, [("Content-Type", "text/plain")], f"no schema has more than {BODY_BYTES:,} bytes".encode())
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ONE_HOP}
        headers["Accept-Encoding"] = "identity"  # so that what is remembered can be read
        self._answer(*self.server.proxy.forward(self.command, self.path, headers, body))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = _hand_on

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ONE_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _body(self) -> bytes | None:
        """The request's body; None where it is too large or cannot be read."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(int(length)) if length.isdecimal() and int(length) <= BODY_BYTES else None

    def _chunks(self) -> bytes | None:
        """A body whose length was not known beforehand (RFC 9112, 7.1)."""
        body = b""
        while True:
            try:
                size = int(self.rfile.readline(100).split(b";")[0], 16)
            except ValueError:
                return None
            if size < 0 or len(body) + size > BODY_BYTES:
                return None
            if size == 0:
                while self.rfile.readline(1_000).strip():  # trailers
                    pass
                return body
            body += self.rfile.read(size)
            self.rfile.readline(100)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed: what was asked stands in `requests`."""
