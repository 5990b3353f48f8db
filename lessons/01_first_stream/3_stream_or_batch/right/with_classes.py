"""Ten questions that Harbour asks of its events: how fresh is each design's answer, what does it cost, and which one is worth it?"""

import json
from dataclasses import dataclass
from fractions import Fraction

from streamlings import lab

HOURS = 720


@dataclass(frozen=True)
class Design:
    design: str
    every_s: int
    start_s: int
    events_per_s: int
    always_on: bool
    euros_per_hour: float
    upkeep_euros: float


@dataclass(frozen=True)
class Case:
    case: str
    events_per_s: int
    freshness_s: int
    late_euros: float


class Option:
    """A design for a case, in exact fractions."""

    def __init__(self, design: Design, case: Case) -> None:
        self.name = design.design
        load = Fraction(case.events_per_s, design.events_per_s)  # for which share of its time it is at work
        self.run = design.start_s + load * design.every_s
        self.keeps_up = load <= 1 and (self.run <= design.every_s or not design.every_s)
        self.freshness = self.run + design.every_s
        hours = HOURS if design.always_on else HOURS * self.run / design.every_s
        self.euros = hours * Fraction(str(design.euros_per_hour)) + Fraction(str(design.upkeep_euros))
        late = sorted((Fraction(0), (self.freshness - case.freshness_s) / (design.every_s or 1), Fraction(1)))[1]
        self.losses = late * case.events_per_s * HOURS * 3600 * Fraction(str(case.late_euros))
        self.in_time = self.keeps_up and self.freshness <= case.freshness_s


given = json.loads((lab.folder("in") / "cases.json").read_text())
decisions = []
for case in sorted((Case(**one) for one in given["cases"]), key=lambda case: case.freshness_s):
    options = [option for option in (Option(Design(**one), case) for one in given["designs"]) if option.keeps_up]
    chosen = min((option for option in options if option.in_time), key=lambda option: option.euros)
    decisions.append(
        {
            "worth_it": chosen is min(options, key=lambda option: option.euros + option.losses),
            "needs_stream": chosen.name == "stream",  # the dearest: it is chosen where nothing else is in time
            "euros": round(float(chosen.euros), 2),
            "freshness_s": round(float(chosen.freshness), 2),
            "design": chosen.name,
            "case": case.case,
            "losses_of_others": {option.name: round(float(option.losses), 2) for option in options if not option.in_time},
        }
    )
(lab.folder("out") / "decisions.json").write_text(json.dumps(decisions))
