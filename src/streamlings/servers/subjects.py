"""Subjects of the schema registry: which there are, and how they are taken away.

A subject is removed in two steps (Confluent Schema Registry documentation, "Schema Deletion Guidelines"): the first one hides it and keeps
its versions, the second one, with `permanent=true`, removes them. Its compatibility level goes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from streamlings.servers.registry import ask


def names(address: str) -> list[str]:
    """All subjects, also hidden ones. Raises LabError where the registry does not answer."""
    answer = ask(f"{address}/subjects?deleted=true")
    return [str(name) for name in answer] if isinstance(answer, list) else []


def remove(address: str, mine: Callable[[str], bool]) -> None:
    """Remove the subjects of whose names `mine` is true, with all their versions. Raises LabError where the registry refuses it."""
    for name in filter(mine, names(address)):
        for step in ("", "?permanent=true"):
            try:
                ask(f"{address}/subjects/{quote(name, safe='')}{step}", method="DELETE")
            except LookupError:
                continue  # hidden already, or gone
