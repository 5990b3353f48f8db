"""classroom50's result.json (`classroom50/result/v1`, foundation50/classroom50). Who was graded where is in the environment of its runner;
without that nothing is written."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from streamlings.grade.marks import WORDS, Graded

NEEDED = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")


def document(graded: Graded, environment: Mapping[str, str] = os.environ) -> str | None:
    """The result of one submission; None outside of classroom50's runner. Its scores are whole numbers: where points are not, all are told
    as hundredths. What is open is not passed, and its test says that it is open."""
    if any(not environment.get(name) for name in NEEDED):
        return None
    by = 1 if all((m.got or Decimal(0)) == int(m.got or 0) and m.points == int(m.points) for m in graded.marks) else 100
    tests = [
        {
            "test-name": mark.exercise.id,
            "passed": mark.state == "passed",
            "score": int((mark.got or 0) * by),
            "max-score": int(mark.points * by),
            "message": WORDS[mark.state],
        }
        for mark in graded.marks
    ]
    when = graded.submission.handed_in or datetime.now(UTC)
    data: dict[str, Any] = {
        "schema": "classroom50/result/v1",
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": environment.get("OWNER") or environment.get("USERNAME") or graded.submission.name,
        "submission": environment["SUBMISSION_TAG"],
        "commit": environment["COMMIT_URL"],
        "release": environment["RELEASE_URL"],
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(int(test["score"]) for test in tests),  # type: ignore[call-overload]
        "max-score": sum(int(test["max-score"]) for test in tests),  # type: ignore[call-overload]
        "tests": tests,
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
