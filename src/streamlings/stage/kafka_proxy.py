"""A proxy on a broker's advertised listener: hands Kafka's frames on, counts them, and does on purpose what a network does by bad luck.

It listens on loopback, and a broker that advertises its port gets all its clients through it. Frames are 4 bytes of length and as many
bytes (https://kafka.apache.org/protocol, *Common request and response structure*); each is handed on whole, or not at all.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from streamlings.stage import kafka_frames
from streamlings.stage.kafka_frames import PRODUCE, Request

Fate = Literal["sent", "answered", "refused", "lost", "cut"]


@dataclass
class Produced:
    """One Produce request: how many acknowledgements it asked for, and what became of it. With `acks` 0 there is no answer.

    "sent" to the broker, and no more is known; "answered" or "refused" (`error` is Kafka's code), and the producer was told; "lost": the
    broker took it, and its answer was lost on purpose; "cut": the connection broke before the answer.
    """

    acks: int
    fate: Fate = "sent"
    error: int = 0


class KafkaProxy:
    """`port` is where it listens, `target` the broker's own port, which may be set later and need not answer.

    While no broker answers, connections are accepted and closed again.
    """

    def __init__(self, target: int = 0) -> None:
        self.target = target
        self.produced: list[Produced] = []
        """Every Produce request that came by."""
        self.connections = 0
        """How many connections clients have opened."""
        self._losing = False
        self._flow = threading.Event()
        self._flow.set()
        self._lock = threading.Lock()
        self._open: set[_Connection] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_next_answer(self) -> None:
        """The next answer to a Produce request that the broker has taken is not handed on, and its connection is cut."""
        self._losing = True

    @property
    def lost(self) -> int:
        """How many answers were lost on purpose."""
        return sum(each.fate == "lost" for each in self.produced)

    def hold(self) -> None:
        """Hand nothing on, in either direction, until `release`. A frame that was read before this call may still go through."""
        self._flow.clear()

    def release(self) -> None:
        """Hand on what was held, but for what belongs to connections that were cut meanwhile, and go on."""
        self._flow.set()

    def cut(self) -> None:
        """Close every connection; what is held in one is gone."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            connection.close()

    def close(self) -> None:
        """End it, with all its connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing it does not wake the thread that accepts (on Linux)
        self._listener.close()
        self.cut()
        self.release()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                broker = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                client.close()
                continue
            connection = _Connection(self, client, broker)
            with self._lock:
                self._open.add(connection)
            connection.start()


class _Connection:
    """One client's connection: a thread for its requests, and one for the answers."""

    def __init__(self, proxy: KafkaProxy, client: socket.socket, broker: socket.socket) -> None:
        self.proxy, self.client, self.broker = proxy, client, broker
        self.closed = False
        self._pending: dict[int, tuple[Request, Produced]] = {}
        for each in (client, broker):
            each.settimeout(None)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self) -> None:
        for pump in (self._requests, self._answers):
            threading.Thread(target=self._pump, args=(pump,), daemon=True).start()

    def close(self) -> None:
        self.closed = True
        for each in (self.client, self.broker):
            try:
                each.shutdown(socket.SHUT_RDWR)  # a thread that reads from it notices; closing alone would not wake it
            except OSError:
                pass
            each.close()
        with self.proxy._lock:
            self.proxy._open.discard(self)
            for _, produced in list(self._pending.values()):  # the other direction may add to them
                produced.fate = "cut" if produced.fate == "sent" else produced.fate

    def _pump(self, pump: Callable[[], None]) -> None:
        try:
            pump()
        except (OSError, EOFError, struct.error, IndexError):
            pass
        self.close()

    def _requests(self) -> None:
        while True:
            frame = _read(self.client)
            seen = kafka_frames.request(frame)
            if seen.api == PRODUCE:
                produced = Produced(seen.acks if seen.acks is not None else -1)
                self.proxy.produced.append(produced)
                if seen.acks != 0:
                    self._pending[seen.correlation] = (seen, produced)
            self._hand_on(self.broker, frame)

    def _answers(self) -> None:
        while True:
            frame = _read(self.broker)
            if waiting := self._pending.pop(kafka_frames.correlation_of(frame), None):
                seen, produced = waiting
                produced.error = kafka_frames.produce_error(frame, seen.version)
                if self.proxy._losing and not produced.error:
                    self.proxy._losing, produced.fate = False, "lost"
                    return
                self._hand_on(self.client, frame)
                produced.fate = "refused" if produced.error else "answered"
            else:
                self._hand_on(self.client, frame)

    def _hand_on(self, to: socket.socket, frame: bytes) -> None:
        self.proxy._flow.wait()
        if self.closed:
            raise EOFError
        to.sendall(struct.pack(">i", len(frame)) + frame)


def _read(connection: socket.socket) -> bytes:
    """One frame. Raises EOFError where the connection has ended."""
    (length,) = struct.unpack(">i", _exactly(connection, 4))
    return _exactly(connection, length)


def _exactly(connection: socket.socket, count: int) -> bytes:
    received = bytearray()
    while len(received) < count:
        chunk = connection.recv(min(count - len(received), 1 << 20))
        if not chunk:
            raise EOFError
        received += chunk
    return bytes(received)
