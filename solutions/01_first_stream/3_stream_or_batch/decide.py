"""Ten questions that Harbour asks of its events: how fresh is each design's answer, what does it cost, and which one is worth it?"""

import json

from streamlings import lab

MONTH_S = 30 * 24 * 3600
HOUR_S = 3600


# --8<-- [start:freshness]
def run_s(design: dict, case: dict) -> float:
    """How long one run takes: to start, and for the events that have come since the last one."""
    return design["start_s"] + design["every_s"] * case["events_per_s"] / design["events_per_s"]


def freshness_s(design: dict, case: dict) -> float:
    """The worst case: an event that has just missed a run waits for the next one to start, and then for it to end."""
    return design["every_s"] + run_s(design, case)


# --8<-- [end:freshness]


def keeps_up(design: dict, case: dict) -> bool:
    """Whether a run has ended when the next one starts. A stream must get through the events as fast as they come."""
    if design["every_s"]:
        return run_s(design, case) <= design["every_s"]
    return case["events_per_s"] <= design["events_per_s"]


# --8<-- [start:cost]
def euros(design: dict, case: dict) -> float:
    """What it costs a month: machine time, and people who look after it."""
    busy_s = MONTH_S if design["always_on"] else MONTH_S / design["every_s"] * run_s(design, case)
    return busy_s / HOUR_S * design["euros_per_hour"] + design["upkeep_euros"]


def late_euros(design: dict, case: dict) -> float:
    """What its late answers lose a month. Of the events between two runs, those that came first wait longest; a stream is never late."""
    too_long_s = max(0, freshness_s(design, case) - case["freshness_s"])
    late = min(too_long_s, design["every_s"]) / design["every_s"] if design["every_s"] else 0
    return MONTH_S * case["events_per_s"] * late * case["late_euros"]


# --8<-- [end:cost]


# --8<-- [start:decide]
def decide(case: dict, designs: list[dict]) -> dict:
    possible = [design for design in designs if keeps_up(design, case)]
    fresh = [design for design in possible if freshness_s(design, case) <= case["freshness_s"]]
    chosen = min(fresh, key=lambda design: euros(design, case))
    cheapest = min(possible, key=lambda design: euros(design, case) + late_euros(design, case))
    return {
        "case": case["case"],
        "design": chosen["design"],
        "freshness_s": freshness_s(chosen, case),
        "euros": euros(chosen, case),
        "needs_stream": [design["design"] for design in fresh] == ["stream"],
        "worth_it": chosen == cheapest,
    }


# --8<-- [end:decide]


def line(d: dict) -> str:
    return f"{d['case']:<48} {d['design']:<12} {d['freshness_s']:>9,.0f} s {d['euros']:>10,.2f} euros   worth it: {d['worth_it']}"


given = json.loads((lab.folder("in") / "cases.json").read_text())
decisions = [decide(case, given["designs"]) for case in given["cases"]]
(lab.folder("out") / "decisions.json").write_text(json.dumps(decisions))
print(*map(line, decisions), sep="\n")
