"""What clients have set on the running broker, and what stays there from check to check: dynamic settings and client quotas."""

from __future__ import annotations

import struct

from confluent_kafka import KafkaException
from confluent_kafka.admin import ConfigResource, ConfigSource, ResourceType

from streamlings.errors import LabError
from streamlings.servers.kafka import admin
from streamlings.servers.requests import DESCRIBE_CLIENT_QUOTAS, ask

NODE = "1"
"""Of the lab's broker."""
DYNAMIC = (ConfigSource.DYNAMIC_BROKER_CONFIG.value, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.value)

Settings = tuple[frozenset[tuple[str, str]], bytes]
"""To be compared with those of another moment; a new broker may have some of its own (min.insync.replicas)."""


def settings(address: str) -> Settings:
    """The settings that differ from the broker's file, its own and those of all brokers, and the quotas. Raises LabError."""
    client = admin(address)  # kept in a variable: its requests end with it
    try:
        [entries] = client.describe_configs([ConfigResource(ResourceType.BROKER, NODE)], request_timeout=5).values()
        changed = frozenset((e.name, str(e.value)) for e in entries.result(10).values() if e.source in DYNAMIC)
        quotas = ask(int(address.rpartition(":")[2]), DESCRIBE_CLIENT_QUOTAS, struct.pack(">ib", 0, 0))  # of everybody
    except (KafkaException, TimeoutError, OSError) as e:
        raise LabError("Kafka does not say how it is set", details=str(e), hint="./streamlings status") from e
    return changed, quotas[4:]  # without how long the broker has let the request wait
