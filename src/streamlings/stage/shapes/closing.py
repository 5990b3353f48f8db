"""Shapes of windows that have not ended: which ones, where the watermark stands, and which partition holds it back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from streamlings.shop import clock
from streamlings.stage.shapes.output import Key, Output, Shape
from streamlings.stage.shapes.times import window_of_key

PARTITION = re.compile(r".+-\d+\Z")


def nothing_closed(out: Output) -> Shape | None:
    """No row at all, and the watermark has not passed the end of any window."""
    stands = _stands_before(out, list(out.wanted)) if out.wanted and not out.rows else ""
    return Shape("nothing closed", f"no window has ended: {stands}") if stands else None


def never_closed(out: Output) -> Shape | None:
    """All is right, but the latest windows are missing altogether."""
    gone = out.only_missing
    windows, missing = {window_of_key(key) for key in out.wanted}, {window_of_key(key) for key in gone}
    there = {window_of_key(key) for key in out.rows}
    if not gone or () in windows or not there or missing & there or max(there) > min(missing):
        return None
    stands = _stands_before(out, gone) or "what ends a window?"
    return Shape("never closed", f"from {' '.join(min(missing))} on no window was reported, all before are right: {stands}")


def holds_back(watermarks: Mapping[str, int | None]) -> str:
    """The partition ("orders-2") whose watermark is lower than all others'; "" where none is. That of a silent one is None, and lowest."""
    levels = {name: -1 if at is None else at for name, at in watermarks.items()}
    lowest = [name for name, level in levels.items() if level == min(levels.values())]
    return lowest[0] if len(levels) > 1 and len(lowest) == 1 else ""


def _stands_before(out: Output, keys: list[Key]) -> str:
    """Where the watermark stands and why, if that is before the end of all these keys' windows; "" where it is not, or nobody saw it."""
    seen = next((m for m in reversed(out.moments) if m.kind == "watermark"), None)
    windows = [window for key in keys for event in out.of_key(key, out.events) if (window := out.window_of(event))]
    if seen is None or not windows or (seen.at is not None and seen.at >= min(end for _, end in windows) - 1):
        return ""
    partitions = {name: at for name, at in seen.of.items() if PARTITION.match(name)}
    slowest = holds_back(partitions)
    stands = f"the watermark stands at {clock(seen.at)}" if seen.at is not None else "there is no watermark yet"
    if not slowest:
        return f"{stands}. What moves it on?"
    at = partitions[slowest]
    return (
        f"{stands}, and partition {slowest} holds it back, " + (f"at {clock(at)}. " if at else "which has none. ") + "Does it still send?"
    )


RECOGNISERS = [nothing_closed, never_closed]
