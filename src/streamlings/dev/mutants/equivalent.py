"""Mutants that change nothing observable, as an exercise's equivalent.toml records them, each with its reason."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from streamlings.course import Exercise
from streamlings.dev.mutants import Mutant
from streamlings.errors import LabError
from streamlings.paths import course_root

FILE = "equivalent.toml"
MOST = 0.1
"""No more of an exercise's mutants may be recorded: where more of them change nothing, the solution holds what it does not need."""


def read(exercise: Exercise) -> list[Recorded]:
    """What is recorded for an exercise. Raises LabError, naming the file, where it cannot be read."""
    path = exercise.folder / FILE
    if not path.exists():
        return []
    try:
        entries = tomllib.loads(path.read_text())["equivalent"]
        found = [Recorded(_identity(entry["mutant"]), str(entry["why"]).strip()) for entry in entries]
    except (KeyError, TypeError, ValueError) as e:
        raise LabError(
            f"{path.relative_to(course_root())} cannot be read: {e}",
            hint="it holds [[equivalent]] entries, each with `mutant` (the changed lines, as `dev mutate` shows them) and `why`",
        ) from e
    return found


def shortcomings(recorded: list[Recorded], mutants: list[Mutant]) -> list[str]:
    """What is wrong with the records as such: without a mutant, without a reason, said twice, too many."""
    known = {mutant.identity for mutant in mutants}
    lacks = [f"no mutant is recorded as\n{r.identity}" for r in recorded if r.identity not in known]
    lacks += [f"no reason is given for\n{r.identity}" for r in recorded if not r.why]
    lacks += [f"recorded twice\n{r.identity}" for at, r in enumerate(recorded) if r.identity in [o.identity for o in recorded[:at]]]
    if len(recorded) > MOST * len(mutants):
        lacks.append(f"{len(recorded)} of {len(mutants)} mutants are recorded as equivalent, more than a tenth")
    return lacks


def _identity(text: str) -> str:
    """A diff as people paste it, without its line numbers and indentation."""
    lines = [line for line in text.strip().splitlines() if not line.startswith("@@")]
    return "\n".join(line[:1] + line[1:].strip() if line[:1] in "+-" else line.strip() for line in lines)


@dataclass(frozen=True)
class Recorded:
    """One entry: the mutant's identity, and why nobody could observe it."""

    identity: str
    why: str
