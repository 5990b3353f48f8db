"""Gradescope's results.json, as its autograder specification has it: https://gradescope-autograders.readthedocs.io/en/latest/specs/"""

from __future__ import annotations

import json
from typing import Any

from streamlings.grade.export.feedback import notes_of, said, total
from streamlings.grade.marks import WORDS, Graded, Mark
from streamlings.report.verdict import in_print


def document(graded: Graded) -> str:
    """The results of one submission. What is open is said in `output`, and has no score of its own: a person gives it."""
    data: dict[str, Any] = {
        "score": float(graded.got),
        "output": "\n".join(in_print(line) for line in [total(graded), *notes_of(graded)]),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(mark) for mark in graded.marks],
        "extra_data": {"streamlings": graded.to_json()},
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _test(mark: Mark) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": f"{mark.exercise.title} ({mark.exercise.id})",
        "max_score": float(mark.points),
        "output": said(mark.result) if mark.result else in_print(mark.why or WORDS[mark.state]),
        "output_format": "text",
        "tags": [mark.exercise.id, mark.state],
    }
    if mark.got is not None:
        test |= {"score": float(mark.got), "status": "passed" if mark.state == "passed" else "failed"}
    return test
