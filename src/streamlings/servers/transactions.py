"""What a broker knows of transactions, by requests that the client library cannot make (https://kafka.apache.org/protocol:
ListTransactions and DescribeTransactions, version 0). The lab has one broker, which coordinates all of them."""

from __future__ import annotations

import io
import struct

from streamlings.servers.requests import ask

DESCRIBE, LIST = 65, 66


def timeouts_ms(port: int) -> dict[str, int]:
    """By transactional id that the broker on this loopback port knows, how long it lets a transaction of it stay open. Raises OSError."""
    ids = _ids(io.BytesIO(ask(port, LIST, _length(0) + _length(0) + b"\0", flexible=True)))
    wanted = _length(len(ids)) + b"".join(_length(len(name)) + name for name in map(str.encode, ids)) + b"\0"
    return _timeouts(io.BytesIO(ask(port, DESCRIBE, wanted, flexible=True)))


def _ids(answer: io.BytesIO) -> list[str]:
    answer.read(4)  # throttle time
    _refuse_errors(answer)
    for _ in range(_count(answer)):
        _text(answer)  # filters that it does not know
    found = []
    for _ in range(_count(answer)):
        found.append(_text(answer))
        answer.read(8)  # producer id
        _text(answer)  # state
        answer.read(1)  # no tagged fields
    return found


def _timeouts(answer: io.BytesIO) -> dict[str, int]:
    answer.read(4)  # throttle time
    found = {}
    for _ in range(_count(answer)):
        _refuse_errors(answer)
        name, _state = _text(answer), _text(answer)
        (found[name],) = struct.unpack(">i", answer.read(4))
        answer.read(8 + 8 + 2)  # start, producer id and epoch
        for _ in range(_count(answer)):
            _text(answer)  # a topic, its partitions, no tagged fields
            answer.read(4 * _count(answer) + 1)
        answer.read(1)
    return found


def _refuse_errors(answer: io.BytesIO) -> None:
    (code,) = struct.unpack(">h", answer.read(2))
    if code:
        raise OSError(f"the broker answers with error {code}")


def _length(count: int) -> bytes:
    """Of a compact array or string: one more, in base 128, least significant group first."""
    count, groups = count + 1, bytearray()
    while count >= 0x80:
        groups.append(count & 0x7F | 0x80)
        count >>= 7
    return bytes(groups + bytes([count]))


def _count(answer: io.BytesIO) -> int:
    count = shift = 0
    while (byte := answer.read(1)[0]) & 0x80:
        count |= (byte & 0x7F) << shift
        shift += 7
    return (count | byte << shift) - 1


def _text(answer: io.BytesIO) -> str:
    return answer.read(_count(answer)).decode()
