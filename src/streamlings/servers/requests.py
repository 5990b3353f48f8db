"""Requests to a broker that the client library cannot make, written by hand (https://kafka.apache.org/protocol)."""

from __future__ import annotations

import socket
import struct

INIT_PRODUCER_ID, DESCRIBE_CLIENT_QUOTAS, UNREGISTER_BROKER = 22, 48, 64
CLIENT = b"streamlings"


def ask(port: int, api: int, body: bytes, *, flexible: bool = False, timeout_s: float = 5) -> bytes:
    """Send version 0 of a request to the broker on this loopback port: the body of its answer. Raises OSError.

    `flexible`: its headers have tagged fields (KIP-482), which are left empty.
    """
    tags = b"\0" if flexible else b""
    frame = struct.pack(">hhih", api, 0, 1, len(CLIENT)) + CLIENT + tags + body
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_s) as connection:
        connection.sendall(struct.pack(">i", len(frame)) + frame)
        with connection.makefile("rb") as answer:
            (length,) = struct.unpack(">i", answer.read(4).rjust(4, b"\0"))
            return answer.read(length)[4 + len(tags) :]


def unregister(port: int, broker: int) -> bool:
    """Make the controller forget a broker that is gone, which otherwise takes until its session has timed out: whether it did.

    It gives the broker's partitions to other replicas in sync, and lets the broker in again as soon as that is started again.
    """
    answer = ask(port, UNREGISTER_BROKER, struct.pack(">i", broker) + b"\0", flexible=True, timeout_s=30)
    return struct.unpack_from(">ih", answer)[1] == 0


def gives_producer_ids(port: int) -> bool:
    """Whether a broker gives ids to idempotent producers. The first one that asks is told to try again, while the broker gets some."""
    answer = ask(port, INIT_PRODUCER_ID, struct.pack(">hi", -1, 60_000))
    return struct.unpack_from(">ih", answer)[1] == 0
