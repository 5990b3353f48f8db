"""The proxy before a broker: what it reads in Kafka's frames, and what it does on purpose; with a pretended broker behind it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from streamlings import wait
from streamlings.stage import kafka_frames
from streamlings.stage.kafka_proxy import KafkaProxy

PRODUCE, METADATA, FETCH = 0, 3, 1


def text(value: bytes | None, *, flexible: bool) -> bytes:
    if value is None:
        return b"\0" if flexible else struct.pack(">h", -1)
    return (bytes([len(value) + 1]) if flexible else struct.pack(">h", len(value))) + value


def produce(correlation: int, *, version: int, acks: int, transactional_id: bytes | None = None) -> bytes:
    flexible = version >= 9
    header = struct.pack(">hhi", PRODUCE, version, correlation) + text(b"rdkafka", flexible=False) + (b"\0" if flexible else b"")
    return header + text(transactional_id, flexible=flexible) + struct.pack(">hi", acks, 30_000)


def produced(correlation: int, *, version: int, error: int) -> bytes:
    flexible = version >= 9
    one = b"\x02" if flexible else struct.pack(">i", 1)
    name = b"0123456789abcdef" if version >= 13 else text(b"orders", flexible=flexible)
    return struct.pack(">i", correlation) + (b"\0" if flexible else b"") + one + name + one + struct.pack(">ihq", 0, error, 41)


@pytest.mark.parametrize("version", [3, 7, 8, 9, 10, 12, 13])
@pytest.mark.parametrize("acks", [-1, 0, 1])
@pytest.mark.parametrize("transactional_id", [None, b"billing"])
def test_acks_are_read_from_a_produce_request(version: int, acks: int, transactional_id: bytes | None) -> None:
    seen = kafka_frames.request(produce(7, version=version, acks=acks, transactional_id=transactional_id))
    assert seen == kafka_frames.Request(PRODUCE, version, 7, acks)


@pytest.mark.parametrize("version", [3, 8, 9, 12, 13])
@pytest.mark.parametrize("error", [0, 19])
def test_the_error_is_read_from_an_answer(version: int, error: int) -> None:
    answer = produced(7, version=version, error=error)
    assert kafka_frames.correlation_of(answer) == 7
    assert kafka_frames.produce_error(answer, version) == error


def test_tagged_fields_are_skipped() -> None:
    plain = produce(7, version=9, acks=1)
    at = plain.index(b"rdkafka") + len(b"rdkafka")
    assert plain[at] == 0
    tagged = plain[:at] + b"\x01\x05\x03abc" + plain[at + 1 :]
    assert kafka_frames.request(tagged).acks == 1


class Broker:
    """Answers every Produce request with `error`, and every other request with its own frame."""

    def __init__(self) -> None:
        self.error = 0
        self.frames: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while length := stream.read(4):
                frame = stream.read(struct.unpack(">i", length)[0])
                self.frames.append(frame)
                api, version, correlation = struct.unpack_from(">hhi", frame)
                answer = (
                    produced(correlation, version=version, error=self.error) if api == PRODUCE else struct.pack(">i", correlation) + frame
                )
                if api != PRODUCE or kafka_frames.request(frame).acks != 0:
                    connection.sendall(struct.pack(">i", len(answer)) + answer)


class Client:
    def __init__(self, port: int) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.stream = self.connection.makefile("rb")

    def send(self, frame: bytes) -> None:
        self.connection.sendall(struct.pack(">i", len(frame)) + frame)

    def answer(self) -> bytes | None:
        """The next frame; None where the connection was closed."""
        try:
            length = self.stream.read(4)
        except OSError:
            return None
        return self.stream.read(struct.unpack(">i", length)[0]) if length else None

    def close(self) -> None:
        self.stream.close()
        self.connection.close()


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker()
    yield made
    made.listener.close()


@pytest.fixture
def proxy(broker: Broker) -> Iterator[KafkaProxy]:
    made = KafkaProxy(broker.port)
    yield made
    made.close()


@pytest.fixture
def client(proxy: KafkaProxy) -> Iterator[Client]:
    made = Client(proxy.port)
    yield made
    made.close()


def fates(proxy: KafkaProxy) -> list[tuple[int, str, int]]:
    return [(each.acks, each.fate, each.error) for each in proxy.produced]


def test_frames_are_handed_on_whole(client: Client, broker: Broker) -> None:
    frame = struct.pack(">hhi", METADATA, 12, 5) + b"x" * 300_000
    client.send(frame)
    assert client.answer() == struct.pack(">i", 5) + frame
    assert broker.frames == [frame]


def test_it_tells_what_became_of_each_produce_request(client: Client, broker: Broker, proxy: KafkaProxy) -> None:
    client.send(produce(1, version=10, acks=-1))
    assert client.answer() is not None
    broker.error = kafka_frames.NOT_ENOUGH_REPLICAS
    client.send(produce(2, version=10, acks=1))
    assert client.answer() is not None
    client.send(produce(3, version=10, acks=0))
    assert wait.until(lambda: len(broker.frames) == 3, deadline_s=5)
    assert wait.until(lambda: fates(proxy) == [(-1, "answered", 0), (1, "refused", 19), (0, "sent", 0)], deadline_s=5), fates(proxy)


def test_one_answer_is_lost_after_the_broker_has_the_batch(client: Client, broker: Broker, proxy: KafkaProxy) -> None:
    proxy.lose_next_answer()
    client.send(struct.pack(">hhi", METADATA, 12, 5))
    assert client.answer() is not None, "only answers to Produce requests are lost"
    client.send(produce(6, version=9, acks=-1))
    assert client.answer() is None
    assert len(broker.frames) == 2
    assert proxy.lost == 1
    again = Client(proxy.port)
    again.send(produce(1, version=9, acks=-1))
    assert again.answer() is not None
    again.close()


def test_a_refusal_is_not_what_is_lost(client: Client, broker: Broker, proxy: KafkaProxy) -> None:
    proxy.lose_next_answer()
    broker.error = 6
    client.send(produce(6, version=9, acks=-1))
    assert client.answer() is not None
    assert proxy.lost == 0


def test_what_is_held_goes_on_when_it_is_released(client: Client, broker: Broker, proxy: KafkaProxy) -> None:
    proxy.hold()
    client.send(produce(1, version=9, acks=-1))
    assert wait.until(lambda: proxy.produced, deadline_s=5), "it is seen while it is held"
    assert broker.frames == []
    proxy.release()
    assert client.answer() is not None


def test_what_was_held_in_a_connection_that_is_cut_is_gone(client: Client, broker: Broker, proxy: KafkaProxy) -> None:
    proxy.hold()
    client.send(produce(1, version=9, acks=-1))
    assert wait.until(lambda: proxy.produced, deadline_s=5)
    proxy.cut()
    proxy.release()
    assert client.answer() is None
    again = Client(proxy.port)
    again.send(produce(2, version=9, acks=-1))
    assert again.answer() is not None
    again.close()
    assert [struct.unpack_from(">i", frame, 4)[0] for frame in broker.frames] == [2]
    assert fates(proxy)[0] == (-1, "cut", 0)


def test_without_a_broker_connections_are_closed(proxy: KafkaProxy, broker: Broker) -> None:
    broker.listener.close()
    alone = Client(proxy.port)
    assert alone.answer() is None
    alone.close()
    assert proxy.connections == 1


def test_what_is_no_frame_of_kafka_ends_its_connection(client: Client) -> None:
    client.connection.sendall(b"\0\0\0\1x")
    assert client.answer() is None
