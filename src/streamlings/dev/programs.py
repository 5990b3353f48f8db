"""The programs of an exercise and what each must do: the starter fails, right ones pass, wrong ones fail *their* check in its words.

`# says` is what a wrong program must make a learner read; the whole feedback is recorded beside it (dev/golden.py). Both, for a recording
can be renewed without a thought, and then `# says` still holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from streamlings.course import Exercise
from streamlings.dev import golden
from streamlings.errors import LabError
from streamlings.outcome import CheckResult, Result
from streamlings.paths import course_root

HEADER = re.compile(r"\A# fails: (?P<check>\w+)\n# says: (?P<words>.+)\n(?:# varies: (?P<why>.+)\n)?")


@dataclass(frozen=True)
class Declared:
    """One program. `role` is "starter", "solution", "right" or "wrong"; a wrong one names its check and the learner's words."""

    exercise: Exercise
    role: str
    path: Path
    fails: str = ""
    says: str = ""
    varies: str = ""
    """Why its feedback differs from run to run, so that it is recorded to be read, and not compared; "" where it does not."""

    @property
    def name(self) -> str:
        return f"{self.exercise.id} {self.path.relative_to(course_root())}"

    def falls_short(self, result: Result) -> str:
        """ "" when the verdict is as declared, or what is different."""
        if result.outcome == "could_not_check":
            return f"could not check: {result.problem}"
        failed = result.failed_check
        if self.role in ("solution", "right"):
            return f"failed {failed.name}: expected {failed.expected}, got {failed.actual}" if failed else ""
        if failed is None:
            return "passed"
        if self.role == "starter":
            return ""
        if failed.name != self.fails:
            return f"failed {failed.name} in place of {self.fails}: {failed.actual}"
        if self.says not in words(failed):
            return f"does not say {self.says!r}, but: {words(failed)}"
        different = "" if self.varies else golden.differs(self.path, result)
        return f"its feedback is not the recorded one:\n{different}" if different else ""


def programs(exercise: Exercise) -> list[Declared]:
    """All programs of an exercise. Raises LabError where a wrong program has no header."""
    found = [Declared(exercise, "starter", exercise.starter), Declared(exercise, "solution", exercise.solution)]
    found += [Declared(exercise, "right", path) for path in exercise.right]
    for path in exercise.wrong:
        header = HEADER.match(path.read_text())
        if header is None:
            raise LabError(
                f"{path.relative_to(course_root())} does not begin with `# fails: CHECK` and `# says: WORDS`",
                hint="CONTRIBUTING.md shows how wrong programs begin",
            )
        found.append(Declared(exercise, "wrong", path, header["check"], header["words"].strip(), (header["why"] or "").strip()))
    return found


def words(failed: CheckResult) -> str:
    """What a learner reads of a failed check, on one line."""
    trap = [failed.trap.said, failed.trap.means, failed.trap.attempt] if failed.trap else []
    return " ".join(" ".join([failed.expected, failed.actual, *failed.evidence, failed.hint, *trap]).split())


def shortcomings(exercise: Exercise) -> list[str]:
    """What an exercise lacks on paper: files, hints, wrong and right programs, distinct words."""
    missing = [p for p in (exercise.starter, exercise.solution, exercise.discussion, exercise.folder / "README.md") if not p.exists()]
    lacks = [f"{path.relative_to(course_root())} is missing" for path in missing]
    if len(exercise.hints) != 3:
        lacks.append(f"{len(exercise.hints)} hints, not 3")
    if len(exercise.wrong) < 4:
        lacks.append(f"{len(exercise.wrong)} wrong programs, not at least 4")
    lacks += [f"{golden.recorded(path).name} is missing" for path in exercise.wrong if not golden.recorded(path).exists()]
    strays = {*exercise.folder.glob("wrong/*.txt")} - {golden.recorded(path) for path in exercise.wrong}
    lacks += [f"{path.name} belongs to no wrong program" for path in sorted(strays)]
    if not exercise.right:
        lacks.append("no other right program")
    if exercise.starter.exists():
        text = exercise.starter.read_text()
        if text.count("TODO") != 1:
            lacks.append(f"the starter has {text.count('TODO')} TODOs, not one")
        if len(text.splitlines()) > exercise.starter_lines:
            lacks.append(f"the starter has {len(text.splitlines())} lines, more than {exercise.starter_lines}")
    said: dict[str, str] = {}
    for path in exercise.wrong:
        header = HEADER.match(path.read_text())
        if header and header["words"] in said:
            lacks.append(f"{path.name} says the same as {said[header['words']]}")
        elif header:
            said[header["words"]] = path.name
    return [f"{exercise.id}: {lack}" for lack in lacks]
