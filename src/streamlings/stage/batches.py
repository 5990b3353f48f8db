"""How records were batched, read from the broker's own log files.

The layout is Kafka's record batch, magic 2 (Kafka documentation, "Record Batch"): base offset int64, batch length int32, partition
leader epoch int32, magic int8, crc uint32, attributes int16, last offset delta int32, ... record count int32 at byte 57.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

HEADER = 61


@dataclass(frozen=True)
class Batch:
    """One batch as the producer sent it: how many records, how many bytes with its header."""

    records: int
    bytes: int
    compressed: bool
    producer_id: int
    """-1 where the producer is not idempotent."""


def batches(data_folder: Path, topic: str, partitions: int) -> list[Batch]:
    """All batches of a topic. Reads files of the native lab's broker; what is still being appended is left out."""
    found = []
    for partition in range(partitions):
        for segment in sorted((data_folder / f"{topic}-{partition}").glob("*.log")):
            found += _in_segment(segment.read_bytes())
    return found


def _in_segment(log: bytes) -> list[Batch]:
    found, at = [], 0
    while at + HEADER <= len(log):
        (length,) = struct.unpack_from(">i", log, at + 8)
        (attributes,) = struct.unpack_from(">h", log, at + 21)
        producer_id, _, _, count = struct.unpack_from(">qhii", log, at + 43)
        if at + 12 + length > len(log):
            break
        if not attributes & 0x20:  # a control batch ends a transaction; it holds no records of the program
            found.append(Batch(count, 12 + length, bool(attributes & 0x07), producer_id))
        at += 12 + length
    return found
