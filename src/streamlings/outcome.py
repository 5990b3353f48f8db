"""The result of checking one program: the one structure that every report is made from (schema `streamlings/result/1`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from streamlings.versions import versions

Outcome = Literal["passed", "failed", "could_not_check"]
EXIT_CODES: dict[Outcome, int] = {"passed": 0, "failed": 1, "could_not_check": 3}


@dataclass
class Trap:
    """A known message of Flink or Kafka that was recognised: what it said and means, what to try, and the path of the lesson's page."""

    said: str
    means: str
    attempt: str
    lesson: str = ""


@dataclass
class CheckResult:
    """One check. `line` is what it demands, in words; `evidence` are lines of text."""

    name: str
    line: str
    outcome: Literal["passed", "failed", "not_reached"]
    expected: str = ""
    actual: str = ""
    evidence: list[str] = field(default_factory=list)
    hint: str = ""
    trap: Trap | None = None
    shortest: list[str] = field(default_factory=list)
    """A shorter stream on which it fails, too, as lines of text; [] where none was looked for or found."""
    shorten: Callable[[float], list[str]] | None = field(default=None, repr=False)
    """Looks for one, given some seconds. Not part of the JSON."""


@dataclass
class Result:
    """The verdict on one program. `seconds` is how long the check took; `problem` says why it could not be checked."""

    exercise: str
    outcome: Outcome
    seed: int
    backend: str
    seconds: float
    checks: list[CheckResult]
    output_tail: str = ""
    problem: str = ""
    hint: str = ""
    measured: list[str] = field(default_factory=list)
    """What the check measured on this machine, for the learner to read; never part of the verdict."""

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.outcome]

    @property
    def failed_check(self) -> CheckResult | None:
        """The first check that failed."""
        return next((c for c in self.checks if c.outcome == "failed"), None)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Result:
        """The result that `to_json` gave."""
        plain = {name: value for name, value in data.items() if name not in ("schema", "versions")}
        checks = [CheckResult(**each | {"trap": Trap(**each["trap"]) if each["trap"] else None}) for each in data["checks"]]
        return cls(**plain | {"checks": checks})

    def to_json(self) -> dict[str, Any]:
        """The result as the published schema has it, with the versions that were used."""
        checks = [{k: v for k, v in asdict(replace(c, shorten=None)).items() if k != "shorten"} for c in self.checks]
        plain = asdict(replace(self, checks=[]))
        return {"schema": "streamlings/result/1"} | plain | {"checks": checks, "versions": versions()}
