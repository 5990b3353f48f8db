"""Kafka's frames, as far as a proxy must understand them: which request it is, what a producer asks for, what it is answered.

Sources: the Kafka protocol guide (https://kafka.apache.org/protocol): *Request header*, *Response header*, *Produce API*; and KIP-482 for
the flexible versions (Produce 9 and later), in which a length is an unsigned varint of one more.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

PRODUCE = 0
FLEXIBLE_PRODUCE, TOPIC_IDS = 9, 13
"""Versions of Produce from which on lengths are varints, and topics are named by their ids."""

NOT_ENOUGH_REPLICAS = 19


@dataclass(frozen=True)
class Request:
    """The beginning of a request. `acks` is what a Produce request asks for (-1: all in-sync replicas); None for any other."""

    api: int
    version: int
    correlation: int
    acks: int | None = None


def request(frame: bytes) -> Request:
    """Read a request, without the length before it."""
    api, version, correlation = struct.unpack_from(">hhi", frame)
    return Request(api, version, correlation, _acks(frame, version) if api == PRODUCE else None)


def correlation_of(answer: bytes) -> int:
    """Which request an answer belongs to."""
    return int(struct.unpack_from(">i", answer)[0])


def produce_error(answer: bytes, version: int) -> int:
    """The error code that the first partition in the answer to a Produce request has; 0 is none."""
    reader = _Reader(answer, 4, flexible=version >= FLEXIBLE_PRODUCE)
    reader.tags()
    reader.length()
    reader.skip(16 if version >= TOPIC_IDS else reader.text_length())
    reader.length()
    reader.skip(4)
    return reader.int16()


def _acks(frame: bytes, version: int) -> int:
    reader = _Reader(frame, 8, flexible=False)
    reader.skip(reader.text_length())  # the client's id, which is of the old form in every version
    reader.flexible = version >= FLEXIBLE_PRODUCE
    reader.tags()
    reader.skip(reader.text_length())  # the transactional id
    return reader.int16()


class _Reader:
    """A position in a frame. `flexible` says in which of the two forms lengths are written."""

    def __init__(self, frame: bytes, at: int, *, flexible: bool) -> None:
        self.frame, self.at, self.flexible = frame, at, flexible

    def skip(self, count: int) -> None:
        self.at += count

    def int16(self) -> int:
        (value,) = struct.unpack_from(">h", self.frame, self.at)
        self.at += 2
        return int(value)

    def varint(self) -> int:
        value, shift = 0, 0
        while True:
            byte = self.frame[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def length(self) -> int:
        """How many elements an array has."""
        if self.flexible:
            return max(0, self.varint() - 1)
        (value,) = struct.unpack_from(">i", self.frame, self.at)
        self.at += 4
        return int(value)

    def text_length(self) -> int:
        """How many bytes a text has; 0 for null."""
        return max(0, self.varint() - 1 if self.flexible else self.int16())

    def tags(self) -> None:
        """Skip the tagged fields that flexible versions have."""
        if self.flexible:
            for _ in range(self.varint()):
                self.varint()
                self.skip(self.varint())
