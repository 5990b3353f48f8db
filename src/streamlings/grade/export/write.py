"""Writes everything that a batch gives: a folder for each learner, and the class."""

from __future__ import annotations

import json
from pathlib import Path

from streamlings.grade.config import Grading
from streamlings.grade.export import classroom50, feedback, gradebook, gradescope, junit
from streamlings.grade.marks import Graded

LEARNER_SCHEMA = "streamlings/graded/1"


def write(graded: list[Graded], grading: Grading, out: Path) -> None:
    """NAME/feedback.html, feedback.md, graded.json, junit.xml, gradescope.json (and classroom50.json); marks.csv, marks.json, junit.xml."""
    for each in graded:
        folder = out / each.submission.key
        folder.mkdir(parents=True, exist_ok=True)
        files = {
            "feedback.html": feedback.page(each, grading),
            "feedback.md": feedback.markdown(each, grading),
            "graded.json": _learner(each),
            "junit.xml": junit.document([each], grading),
            "gradescope.json": gradescope.document(each),
            "classroom50.json": classroom50.document(each),
        }
        for name, text in files.items():
            if text is not None:
                put(folder / name, text)
    put(out / "marks.csv", gradebook.table(graded, grading))
    put(out / "marks.json", gradebook.document(graded, grading))
    put(out / "junit.xml", junit.document(graded, grading))


def put(file: Path, text: str) -> None:
    """Whole or not at all; a lone half of a character pair, which UTF-8 has not, becomes a question mark."""
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.write_text(text, encoding="utf-8", errors="replace")
    temporary.replace(file)


def _learner(graded: Graded) -> str:
    results = [mark.result.to_json() for mark in graded.marks if mark.result]
    data = {"schema": LEARNER_SCHEMA, "notes": graded.submission.notes} | graded.to_json() | {"results": results}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
