"""What the shape of a wrong output says of the mistake: `hint` gives the words for a failing check, in one line of it.

A shape is named only where what was observed proves it: each of its rows is what the oracle says of other events, of another clock, or
of the way to the answer. Where two shapes fit, neither is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamlings.shop import Event
from streamlings.stage.shapes import closing, counts, rows, times, values
from streamlings.stage.shapes.output import Key, Oracle, Output, Shape

if TYPE_CHECKING:
    from streamlings.stage.stage import Stage

SPECIFIC = [*rows.RECOGNISERS, *times.RECOGNISERS, *counts.RECOGNISERS, *closing.RECOGNISERS, *values.RECOGNISERS]


def recognise(out: Output) -> Shape | None:
    """The one shape that fits; None where all is right, none fits, or more than one does."""
    if not out.wrong:
        return None
    for recognisers in (SPECIFIC, values.GENERAL):
        fit = [shape for recogniser in recognisers if (shape := recogniser(out))]
        if fit:
            return fit[0] if len(fit) == 1 else None
    return None


def hint(
    run: Stage,
    oracle: Oracle,
    events: list[Event],
    found: dict[Key, list[Any]],
    *,
    uncounted: list[Event] | None = None,
    shown: Key | None = None,
    otherwise: str = "",
) -> str:
    """The hint of the shape that fits, or `otherwise`. The arguments are those of `Output`."""
    shape = recognise(Output(oracle, events, found, run.timeline_, uncounted or [], shown))
    return shape.hint if shape else otherwise
