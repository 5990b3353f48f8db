"""What the programs without Flink share: a topic, or a whole broker, of their own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient, NewTopic

from streamlings import lab, wait
from streamlings.servers import broker, kafka, process

BROKER = {"bootstrap.servers": lab.kafka}
GROUP = BROKER | {"group.id": lab.name("readers")}


def topic(name: str = "orders", *, partitions: int = 1, **settings: Any) -> str:
    """Make a topic; its name."""
    admin = AdminClient(BROKER)
    admin.create_topics([NewTopic(lab.topic(name), partitions, 1, **settings)])[lab.topic(name)].result(10)
    return lab.topic(name)


@contextmanager
def own_broker(*, advertised_port: int | None = None) -> Iterator[tuple[str, Any]]:
    """Start a broker of this program's own; its address, and a function that kills it and starts it again.

    With `advertised_port` it tells its clients to come to that port of localhost.
    """
    port, controller = process.free_ports(2)
    address = f"127.0.0.1:{port}"
    if advertised_port:
        own = "advertised.listeners={advertised}"
        assert own in kafka.SETTINGS
        kafka.SETTINGS = kafka.SETTINGS.replace(own, f"advertised.listeners=PLAINTEXT://localhost:{advertised_port}")
    with tempfile.TemporaryDirectory() as folder:
        server = kafka.Kafka(Path(folder), broker.kafka().jars)
        running = []

        def start() -> None:
            for earlier in running:
                process.kill(earlier)
            running.append(server.start(port, controller))
            wait.until(lambda: broker.answers(address), deadline_s=40)

        try:
            start()
            yield address, start
        finally:
            process.kill(running[-1])
