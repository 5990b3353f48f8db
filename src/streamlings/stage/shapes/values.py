"""Shapes of single rows: numbers that are a little off, rows that are missing, rows too many."""

from __future__ import annotations

import struct
from decimal import Decimal

from streamlings.stage.shapes.output import Key, Output, Shape, name, numbers

FLOAT_ULP, DOUBLE_ULP = Decimal(2) ** -23, Decimal(2) ** -52
"""By what share two neighbouring FLOATs or DOUBLEs differ at most."""


def binary_rounding(out: Output) -> Shape | None:
    """A number that is off by what a FLOAT or a DOUBLE cannot hold, and by nothing else."""
    kinds: set[str] = set()
    for key in out.wrong:
        rows, wanted = out.rows.get(key, []), numbers(out.wanted.get(key))
        got = numbers(rows[0]) if len(rows) == 1 else None
        if got is None or wanted is None or len(got) != len(wanted):
            return None
        if all(number == int(number) for number in _all_numbers(out)):  # cut to whole numbers: every one of them is a FLOAT, too
            return None
        terms = max(2, len(out.of_key(key, out.events)))
        kinds |= {_rounding(exact, found, terms) for exact, found in zip(wanted, got, strict=True) if exact != found}
    if not kinds or "" in kinds:
        return None
    which = "FLOAT" if "FLOAT" in kinds else "DOUBLE"
    keeps = {"FLOAT": "a FLOAT keeps about seven digits", "DOUBLE": "in a DOUBLE, 0.1 + 0.2 is not 0.3"}[which]
    return Shape("binary rounding", f"off by what binary fractions cannot hold: {keeps}. What counts money exactly?")


def missing(out: Output) -> Shape | None:
    """All is right, but some keys have no row."""
    gone = out.only_missing
    if not gone or not out.rows:
        return None
    return Shape("missing", f"there is no row for {_names(gone)}, all others are right: what is different about its events?")


def too_many(out: Output) -> Shape | None:
    """All is right, and there are rows that nobody asked for."""
    if not out.wanted or not out.wrong or any(key in out.wanted for key in out.wrong):
        return None
    return Shape("too many", f"there is a row for {_names(out.wrong)}, and all others are right: which events is it made of?")


def _all_numbers(out: Output) -> list[Decimal]:
    """Those of all rows."""
    return [number for values in out.rows.values() for value in values for number in numbers(value) or []]


def _rounding(exact: Decimal, found: Decimal, terms: int) -> str:
    """ "DOUBLE" or "FLOAT" where `found` is what such a sum of so many terms may give for `exact`; "" where it is not."""
    off, size = abs(found - exact), abs(exact)
    if off <= size * DOUBLE_ULP * terms:
        return "DOUBLE"
    if off > size * FLOAT_ULP * terms:
        return ""
    held = Decimal(repr(struct.unpack("f", struct.pack("f", found))[0]))
    is_a_float = abs(held - found) <= size * DOUBLE_ULP * 2 or str(found) == f"{held:.{max(0, -int(found.as_tuple().exponent))}f}"
    return "FLOAT" if is_a_float else ""


def _names(keys: list[Key]) -> str:
    return " and ".join(name(key) for key in keys[:2]) + (f" and {len(keys) - 2} more" if len(keys) > 2 else "")


RECOGNISERS = [binary_rounding]
GENERAL = [missing, too_many]
