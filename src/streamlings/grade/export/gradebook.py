"""The class as a table for a gradebook, and the same as JSON."""

from __future__ import annotations

import csv
import io
import json

from streamlings.grade.config import Grading
from streamlings.grade.export.feedback import notes_of
from streamlings.grade.marks import WORDS, Graded
from streamlings.report.verdict import in_print

SCHEMA = "streamlings/marks/1"


def table(graded: list[Graded], grading: Grading) -> str:
    """CSV: a line for each learner. An empty field is open, and not zero."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    ids = [exercise.id for exercise in grading.exercises]
    writer.writerow(["name", "points", "of", "open", "days_late", *ids, *(f"{name} verdict" for name in ids), "notes"])
    for each in graded:
        got = ["" if m.got is None else m.got for m in each.marks]
        verdicts = [WORDS[m.state] for m in each.marks]
        row = [each.submission.name, each.got, each.most, len(each.open), each.days_late, *got, *verdicts, "; ".join(notes_of(each))]
        writer.writerow([cell(str(value)) for value in row])
    return out.getvalue()


def document(graded: list[Graded], grading: Grading) -> str:
    """All marks as JSON, the same bytes for the same verdicts."""
    data = {"schema": SCHEMA, "title": grading.title, "of": str(grading.most), "submissions": [each.to_json() for each in graded]}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def cell(text: str) -> str:
    """A field that no spreadsheet takes for a formula."""
    text = in_print(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
