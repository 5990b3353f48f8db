"""Who is told what goes on, in lines."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]


def quiet(_: str) -> None:
    """For callers that tell nobody."""
