"""A topic's records, one line each on stdout (headers on a second), for reading and for grep."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from streamlings.look import Record

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def show(records: Iterable[Record]) -> int:
    """Print records as they come; how many there were. The summary goes to stderr."""
    count = 0
    for record in records:
        count += 1
        print("\n".join(lines(record)))
    print(f"{count} {'record' if count == 1 else 'records'}", file=sys.stderr)
    return count


def lines(record: Record) -> list[str]:
    """Partition, offset, time (UTC), key, value."""
    found = [f"partition {record.partition}  offset {record.offset:<5}  {when(record.timestamp)}  key {record.key}  {record.value}"]
    if record.headers:
        found.append("    headers  " + "  ".join(f"{name}={value}" for name, value in record.headers))
    return found


def when(timestamp: int | None) -> str:
    """ISO 8601 in UTC with milliseconds: "2019-06-03T12:00:10.000Z"."""
    if timestamp is None:
        return "(no time)"
    try:
        moment = EPOCH + timedelta(milliseconds=timestamp)
    except OverflowError:  # a program may write any 64-bit number as a timestamp
        return f"{timestamp} ms"
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
