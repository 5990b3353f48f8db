"""The streams that both the explorer and Flink play: the page's own scenarios, edges that it does not show, and seeded ones."""

from __future__ import annotations

import json
import random
from typing import Any

from streamlings.paths import ROOT

Scenario = dict[str, Any]
"""As in site/assets/explorer/scenarios.json: times and settings in seconds, times after 12:00:00; an event is
[customer, partition, event time, arrival]."""

PAGE = ROOT / "site" / "assets" / "explorer" / "scenarios.json"
DEFAULTS = {"kind": "tumbling", "size": 30, "slide": 10, "gap": 10, "delay": 5, "idle": 0, "lateness": 0}


def scenario(name: str, events: list[list[Any]], *, partitions: int = 1, **settings: Any) -> Scenario:
    return {"name": name, "partitions": partitions, "settings": DEFAULTS | settings, "events": events}


def placed(text: str) -> list[list[Any]]:
    """Events from a text such as "ada-0-12-13 bob-1-9.5-14": as in the page's addresses."""
    events = [event.split("-") for event in text.split()]
    return [[customer, *(float(n) if "." in n else int(n) for n in numbers)] for customer, *numbers in events]


EDGES = [
    scenario(  # sessions that touch are one; 1 ms further apart they are two
        "session_boundary",
        placed(
            "ada-0-0-1 ada-0-10-11 bob-0-0-12 bob-0-10.001-13 ada-0-24.998-25 ada-0-24.999-26"
            " ada-0-2-27 bob-0-15.001-28 bob-0-12-29 ada-0-60-61"
        ),
        kind="session",
    ),
    scenario(  # what has fired still grows, and merges, while it is kept
        "session_lateness",
        placed(
            "ada-0-2-3 bob-0-5-6 ada-0-25-26 ada-0-6-27 bob-0-40-41 ada-0-16-42 ada-0-52-53 ada-0-8-54 bob-0-31-55 bob-0-33-56 ada-0-90-91"
        ),
        kind="session",
        lateness=15,
    ),
    scenario(  # a session is kept until the watermark reaches its end - 1 ms + lateness; what touches it after that begins a new one
        "session_gone",
        placed("ada-0-0-1 eve-0-0-2 bob-0-14.998-16 ada-0-9.5-18 bob-0-14.999-20 eve-0-9.5-21 ada-0-40-41"),
        kind="session",
        delay=0,
        lateness=5,
    ),
    scenario(
        "hopping_lateness",
        placed(
            "ada-0-12-13 bob-0-18-19 ada-0-38-39 ada-0-21-44 bob-0-14-45 bob-0-49-50"
            " bob-0-16-54 ada-0-30-55 ada-0-66-67 bob-0-24-68 ada-0-90-91"
        ),
        kind="hopping",
        lateness=12,
    ),
    scenario(  # a partition that has never spoken holds everything back until it is idle; of a silent stream, nothing moves
        "never_spoke",
        placed("ada-0-4-4 ada-0-24-8 bob-0-36-18 ada-0-37-36 bob-1-20-40 bob-1-48-44"),
        partitions=2,
        size=20,
        idle=12,
    ),
]

SEEDED = [
    (11, {"kind": "tumbling", "size": 20, "lateness": 10, "delay": 4}),
    (12, {"kind": "hopping", "size": 20, "slide": 5, "delay": 2}),
    (13, {"kind": "session", "gap": 6, "delay": 6, "lateness": 8}),
    (14, {"kind": "cumulating", "size": 30, "slide": 10, "delay": 3}),
]


def seeded(seed: int, settings: dict[str, Any]) -> Scenario:
    """Twenty events of three customers on three partitions, each up to 15 s late. The same seed gives the same events."""
    draw = random.Random(seed)
    clock, events = 2, []
    for _ in range(20):
        clock += draw.randint(1, 6)
        events.append([draw.choice(["ada", "bob", "eve"]), draw.randrange(3), max(0, clock - draw.choice([0, 1, 2, 4, 8, 15])), clock])
    return scenario(f"seed_{seed}", events, partitions=3, **settings)


def everything() -> dict[str, Scenario]:
    """All scenarios by name; of the page's ones, what decides about their outcome."""
    page = [{k: s[k] for k in ("name", "partitions", "settings", "events")} for s in json.loads(PAGE.read_text(encoding="utf-8"))]
    return {s["name"]: s for s in [*page, *EDGES, *(seeded(seed, settings) for seed, settings in SEEDED)]}
