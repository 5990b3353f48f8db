"""The lengths of Kafka's compact arrays and strings, as they are written and read."""

from __future__ import annotations

import io

import pytest

from streamlings.servers.transactions import _count, _length


@pytest.mark.parametrize("count", [0, 1, 126, 127, 128, 300, 20_000])
def test_a_length_is_read_as_it_was_written(count: int) -> None:
    assert _count(io.BytesIO(_length(count) + b"more")) == count


def test_a_length_of_two_bytes() -> None:
    """One more than it is, the low seven bits first (KIP-482)."""
    assert _length(299) == b"\xac\x02"
