"""What became of an exercise's mutants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from streamlings.dev.mutants import Mutant
from streamlings.outcome import Result

NO_SQL = "SqlParserException"
"""What Flink says of text that is not SQL: such a mutant proves nothing."""


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them in one; `seconds` is their sum."""
    found = Tally("total")
    for tally in tallies:
        found.given += tally.given
        found.derived += tally.derived
        found.mutants += tally.mutants
        found.killed += tally.killed
        found.equivalent += tally.equivalent
        found.seconds = round(found.seconds + tally.seconds, 1)
        found.survivors += tally.survivors
        found.falls_short += tally.falls_short
    return found


@dataclass(frozen=True)
class Survivor:
    """A mutant that no check noticed. `line` counts the solution's lines from 1."""

    exercise: str
    operator: str
    line: int
    diff: str


@dataclass
class Tally:
    """`derived` is how many mutants there are, `mutants` how many of them were tried; `given` are those in functions of the starter that
    equivalent.toml names, which are none of these."""

    exercise: str
    given: int = 0
    derived: int = 0
    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    survivors: list[Survivor] = field(default_factory=list)
    seconds: float = 0
    falls_short: list[str] = field(default_factory=list)

    @property
    def kill_rate(self) -> float:
        """Of those that were tried and are not equivalent, 0 to 1; 1 where there was none to kill."""
        of = self.mutants - self.equivalent
        return round(self.killed / of, 4) if of else 1.0

    def figures(self) -> dict[str, int | float]:
        return {
            "given": self.given,
            "derived": self.derived,
            "mutants": self.mutants,
            "killed": self.killed,
            "equivalent": self.equivalent,
            "survivors": len(self.survivors),
            "kill_rate": self.kill_rate,
            "seconds": self.seconds,
        }

    def count(self, mutant: Mutant, result: Result, *, is_recorded: bool) -> str:
        """Take in one verdict; gives it in a word or two. `is_recorded`: the mutant is recorded as equivalent."""
        self.mutants += 1
        name = f"{self.exercise}: {mutant.operator} in line {mutant.line}"
        if result.outcome == "could_not_check":
            self.falls_short.append(f"{name} could not be checked: {result.problem}")
            return "COULD NOT CHECK"
        if result.outcome == "failed":
            self.killed += 1
            if NO_SQL in result.output_tail:
                self.falls_short.append(f"{name} is a syntax error, and proves nothing")
            if is_recorded:
                self.falls_short.append(f"{name} is recorded as equivalent, but is killed")
            return "NOT EQUIVALENT" if is_recorded else "killed"
        if is_recorded:
            self.equivalent += 1
            return "equivalent"
        self.survivors.append(Survivor(self.exercise, mutant.operator, mutant.line, mutant.diff))
        self.falls_short.append(f"{name} survives")
        return "SURVIVED"
