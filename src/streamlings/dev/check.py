"""`dev check`: prove the exercises by running every program that they ship."""

from __future__ import annotations

import json
import sys
import time

from streamlings import grader
from streamlings.course import Course, Exercise
from streamlings.dev import golden
from streamlings.dev.programs import programs, shortcomings
from streamlings.servers.say import Say

SEED = 7


def run(names: list[str], *, as_json: bool, record: bool = False, say: Say) -> int:
    """Check the named exercises (or all) and report; exit code 0 when nothing falls short, else 1.

    With `record`, the feedback that each wrong program gets from its check is kept as the golden one.
    """
    exercises = Course().chosen(names)
    began = time.monotonic()
    counts = dict.fromkeys(
        (
            "exercises",
            "starters_rejected",
            "solutions_passed",
            "right_programs",
            "right_passed",
            "wrong_programs",
            "wrong_rejected_as_declared",
        ),
        0,
    )
    falls_short: list[str] = []
    for exercise in exercises:
        counts["exercises"] += 1
        _prove(exercise, counts, falls_short, record, say)
        falls_short += shortcomings(exercise)
    report = counts | {"seconds": round(time.monotonic() - began, 1), "falls_short": falls_short}
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        for key, value in report.items():
            if key != "falls_short":
                print(f"{key:<28} {value}")
        print("\n".join(f"falls short: {line}" for line in falls_short) or "nothing falls short")
    return 1 if falls_short else 0


def _prove(exercise: Exercise, counts: dict[str, int], falls_short: list[str], record: bool, say: Say) -> None:
    judge = grader.Grader(trusted=True, say=say)
    for program in programs(exercise):
        began = time.monotonic()
        result = judge.check(exercise, program.path, seed=SEED)
        if record and program.role == "wrong" and result.outcome == "failed":
            golden.record(program.path, result)
        wrong = program.falls_short(result)
        counts["right_programs"] += program.role == "right"
        counts["wrong_programs"] += program.role == "wrong"
        if wrong:
            falls_short.append(f"{program.name}: {wrong}")
        else:
            kept = {"starter": "starters_rejected", "solution": "solutions_passed", "right": "right_passed"}
            counts[kept.get(program.role, "wrong_rejected_as_declared")] += 1
        mark = "FALLS SHORT" if wrong else "as declared"
        print(f"{mark}  {time.monotonic() - began:5.1f} s  {program.role:<9} {program.name}", file=sys.stderr, flush=True)
