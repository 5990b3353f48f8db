"""What may stand in the place of what: values of settings, names, types, numbers. Each exchange is a mistake that people make."""

from __future__ import annotations

import re

VALUES = {
    "earliest-offset": "latest-offset",
    "latest-offset": "earliest-offset",
    "group-offsets": "latest-offset",
    "earliest": "latest",
    "latest": "earliest",
    "kafka": "upsert-kafka",
    "upsert-kafka": "kafka",
    "json": "csv",
    "csv": "json",
    "debezium-json": "json",
    "avro-confluent": "json",
    "exactly-once": "at-least-once",
    "at-least-once": "none",
    "EXACTLY_ONCE": "AT_LEAST_ONCE",
    "read_committed": "read_uncommitted",
    "read_uncommitted": "read_committed",
    "all": "0",
    "ALL": "EXCEPT_KEY",
    "EXCEPT_KEY": "ALL",
    "BACKWARD": "NONE",
    "FORWARD": "NONE",
    "FULL": "BACKWARD",
    "murmur2_random": "consistent_random",
    "fixed-delay": "none",
    "exponential-delay": "none",
    "on-event": "on-periodic",
    "UTC": "Asia/Kathmandu",
    "true": "false",
    "false": "true",
}
"""Values of settings, as text."""

NAMES = {
    "earliest": "latest",
    "latest": "earliest",
    "EXACTLY_ONCE": "AT_LEAST_ONCE",
    "AT_LEAST_ONCE": "NONE",
    "BIGINT": "INT",
    "STRING": "BYTES",
    "DOUBLE": "FLOAT",
    "LONG": "INT",
    "in_streaming_mode": "in_batch_mode",
    "TumblingEventTimeWindows": "TumblingProcessingTimeWindows",
    "SlidingEventTimeWindows": "SlidingProcessingTimeWindows",
    "EventTimeSessionWindows": "ProcessingTimeSessionWindows",
    "register_event_time_timer": "register_processing_time_timer",
    "of_millis": "of_seconds",
    "of_seconds": "of_minutes",
    "of_minutes": "of_seconds",
    "of_hours": "of_minutes",
    "of_days": "of_hours",
    "milliseconds": "seconds",
    "seconds": "minutes",
    "minutes": "seconds",
    "hours": "minutes",
    "days": "hours",
    "Decimal": "float",
    "sum": "max",
    "max": "min",
    "min": "max",
    "any": "all",
    "all": "any",
}
"""Names in Python, and attributes and methods of that name."""

COLUMN_TYPES = {
    "BIGINT": "INT",
    "INT": "SMALLINT",
    "STRING": "BIGINT",
    "DOUBLE": "FLOAT",
    "BOOLEAN": "STRING",
    "DATE": "STRING",
    "BYTES": "STRING",
    "TIMESTAMP": "DATE",
    "TIMESTAMP_LTZ": "TIMESTAMP",
}
"""Types of columns in SQL. DECIMAL has its own: see `sql_tables.type_changed`."""

AVRO_TYPES = {"string": "bytes", "bytes": "string", "long": "int", "double": "float", "float": "double", "boolean": "int", "enum": "string"}
LOGICAL_TYPES = {
    "timestamp-millis": "local-timestamp-millis",
    "timestamp-micros": "local-timestamp-micros",
    "local-timestamp-millis": "timestamp-millis",
    "time-millis": "date",
    "uuid": "decimal",
}

UNITS = {"SECOND": "MINUTE", "MINUTE": "SECOND", "HOUR": "MINUTE", "DAY": "HOUR"}
UNITS |= {f"{unit}S": f"{other}S" for unit, other in UNITS.items()}
FINER = {"SECOND": "SECOND", "MINUTE": "SECOND", "HOUR": "MINUTE", "DAY": "HOUR"}
TIME_UNITS = ["days", "hours", "minutes", "seconds"]
"""From coarse to fine, as Python's names have them, down to the finest that a window is measured in."""
COARSER = {"ms": "s", "s": "min", "min": "h", "h": "d"}
DURATION = re.compile(r"(\d+) ?(ms|s|min|h)\Z")


def other_values(value: str) -> list[str]:
    """What may stand in place of a setting's value: its counterpart; for a duration ten times that, and its number in the coarser unit."""
    duration = DURATION.match(value)
    if duration:
        number, unit = duration.groups()
        return [f"{int(number) * 10} {unit}", f"{number} {COARSER[unit]}"]
    if value.isdecimal():
        return [str(far_from(int(value), ""))]
    return [VALUES[value]] if value in VALUES else []


def other_numbers(number: int | float) -> list[int | float]:
    """Twice the number, and half of it: near enough to be overlooked. 1 for 0."""
    if number in (0, 1):
        return [number + 1]
    return [number * 2, number // 2 if isinstance(number, int) else number / 2]


def far_from(number: int | float, setting: str) -> int | float:
    """A setting that is a little off changes nothing that anyone could see.

    A time in milliseconds gets a thousand times as long, as by somebody who thinks of seconds; anything else is off by a hundred times.
    """
    if setting.endswith(".ms"):
        return number * 1000 or 1000
    return number // 100 if number >= 100 else number * 100 or 100


def other_constant(text: str) -> str:
    """The same text in the other case; what may be a file's name, which some systems find in any case, is one character longer."""
    return text.swapcase() if text.swapcase() != text and "." not in text else text + "~"
