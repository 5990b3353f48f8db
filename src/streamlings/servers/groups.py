"""Consumer groups whose members were killed: Kafka would wait for them until their session times out (45 s), and keep the group.

The client library cannot make a member leave that is not its own, so the request is written here: LeaveGroup, API key 13, version 3 (Kafka
protocol guide). The lab has one broker, which coordinates every group.
"""

from __future__ import annotations

import socket
import struct

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

LEAVE_GROUP, VERSION = 13, 3


def dismiss(client: AdminClient, address: str, groups: list[str]) -> None:
    """Make every member of these groups leave, so that the groups can be deleted. What does not work is left to the timeout."""
    if not groups:
        return
    for group, described in client.describe_consumer_groups(groups, request_timeout=5).items():
        try:
            members = [member.member_id for member in described.result(5).members]
        except KafkaException:
            continue
        if members:
            _leave(address, group, members)


def _leave(address: str, group: str, members: list[str]) -> None:
    host, _, port = address.rpartition(":")
    body = struct.pack(">hhi", LEAVE_GROUP, VERSION, 1) + _string("streamlings") + _string(group) + struct.pack(">i", len(members))
    body += b"".join(_string(member) + struct.pack(">h", -1) for member in members)
    try:
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            connection.recv(4)  # the answer's length: it has been done
    except OSError:
        return


def _string(text: str) -> bytes:
    return struct.pack(">h", len(text.encode())) + text.encode()
