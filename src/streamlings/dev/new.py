"""`dev new`: the files of a new exercise, which `dev check` then holds to account."""

from __future__ import annotations

import re

from streamlings.errors import UsageError
from streamlings.paths import course_root

NEEDS = {"none": [], "kafka": ["kafka"], "bounded": ["kafka", "flink"], "live": ["kafka", "flink"], "restore": ["kafka", "flink"]}

EXERCISE = """\
title = "TITLE"
minutes = 15
kind = "{kind}"
needs = {needs}
{topics}file = "pipeline.py"
hints = [
  "A gentle one: a question.",
  "What the idea is called, and where to read of it.",
  "Almost the answer.",
]
"""
STARTER = '''"""What Harbour needs, in a sentence. What the program must do, in another."""

from streamlings import lab

# TODO: what is missing.
print("writes to", lab.folder("out"))
'''
SOLUTION = '''"""What Harbour needs, in a sentence. What the program must do, in another."""

from streamlings import lab

(lab.folder("out") / "answer.txt").write_text("42")
'''
CHECKS = '''"""What is judged, in a sentence."""

from streamlings.checks import Failure, check
from streamlings.stage.stage import Stage


def scenario(stage: Stage) -> None:
    """What happens, in a sentence."""
    stage.until_finished(proves=program_ends)


@check
def program_ends(run: Stage) -> None:
    """The program ends without an error"""


@check(after=program_ends)
def answer_is_written(run: Stage) -> None:
    """The answer is in out/answer.txt"""
    found = (run.file("out", "answer.txt") or b"no file").decode("utf-8", "replace")
    if found != "42":
        raise Failure(expected="42", actual=found, hint="who writes that file?")
'''


def make(place: str, *, kind: str) -> None:
    """Write a new exercise at `place` ("06_event_time/7_my_idea"). Raises UsageError where it exists, or is not named so."""
    if not re.fullmatch(r"\d\d_[a-z0-9_]+/\d+_[a-z0-9_]+", place):
        raise UsageError(f"{place!r} is not the place of an exercise", hint="it looks like 06_event_time/7_my_idea")
    lesson, solution = course_root() / "lessons" / place, course_root() / "solutions" / place
    if lesson.exists() or solution.exists():
        raise UsageError(f"{place} exists already", hint="choose another number or name; nothing was written")
    topics = "topics = { orders = 1, totals = 1 }\n" if NEEDS[kind] else ""
    needs = "[" + ", ".join(f'"{n}"' for n in NEEDS[kind]) + "]"
    files = {
        lesson / "README.md": "# TITLE\n\nThe story in two sentences.\n\n## Your task\n\n## Look at it running\n\n## Done\n",
        lesson / "exercise.toml": EXERCISE.format(kind=kind, needs=needs, topics=topics),
        lesson / "pipeline.py": STARTER,
        lesson / "checks.py": CHECKS,
        lesson / "wrong" / "writes_nothing.py": "# fails: answer_is_written\n# says: no file\n"
        + STARTER.replace("# TODO: what is missing.\n", ""),
        lesson / "right" / "another_way.py": SOLUTION.replace('"42"', 'f"{6 * 7}"'),
        solution / "pipeline.py": SOLUTION,
        solution / "DISCUSSION.md": "# TITLE\n\nWhy it works, what the alternatives cost, what production adds.\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(path.relative_to(course_root()))
    print(f"\nnow: edit these, then ./streamlings dev check --record {place}, then ./streamlings dev mutate {place}")
