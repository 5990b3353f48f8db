"""grading.toml: which exercises count, how much, until when, and what being late costs. Every error is one line that names the place."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from streamlings.course import Course, Exercise
from streamlings.errors import UsageError
from streamlings.paths import shown

NAME = "grading.toml"
EXAMPLE = Path(__file__).with_name("grading.example.toml")
HINT = "./streamlings grade --example shows every setting"
CENT = Decimal("0.01")
MOST = 1_000_000
"""No number in the file is larger: with others Python cannot reckon."""


@dataclass(frozen=True)
class Due:
    """The due date and what being late costs."""

    at: datetime
    handed_in: str = ""
    """The file that says when each was handed in, beside the submissions; "" where there is none."""
    grace_minutes: int = 0
    lost_each_day: Decimal = Decimal(0)
    last_day: int | None = None

    def days_late(self, handed_in: datetime | None) -> int:
        """Days begun after the due date and the grace; 0 where it is not known when it was handed in."""
        if handed_in is None:
            return 0
        late = handed_in - self.at - timedelta(minutes=self.grace_minutes)
        return max(0, math.ceil(late / timedelta(days=1)))

    def share(self, days: int) -> Decimal:
        """What share of the points is left after so many days, from 0 to 1."""
        if self.last_day is not None and days > self.last_day:
            return Decimal(0)
        return max(Decimal(0), 1 - self.lost_each_day * days)


@dataclass(frozen=True)
class Grading:
    """What one grading.toml says. `points` are in the order of the course."""

    title: str
    points: dict[Exercise, Decimal] = field(hash=False)
    due: Due | None = None

    @property
    def exercises(self) -> list[Exercise]:
        return list(self.points)

    @property
    def most(self) -> Decimal:
        """The points of a submission in which everything passes in time."""
        return sum(self.points.values(), Decimal(0))

    def digest(self) -> str:
        """Names what is checked: a batch goes on only with the exercises that it began with."""
        return hashlib.sha256(json.dumps([e.id for e in self.exercises]).encode()).hexdigest()[:16]


def read(path: Path, course: Course) -> Grading:
    """Read and check the file. Raises UsageError, naming what is wrong in it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as e:
        raise UsageError(f"there is no {shown(path)}, which says what counts", hint="./streamlings grade --example > grading.toml") from e
    except (ValueError, RecursionError, OSError) as e:  # ValueError: no TOML, no UTF-8, or a number of thousands of digits
        raise UsageError(f"{shown(path)} cannot be read: {e}", hint=HINT) from e
    try:
        _only(data, {"title", "points", "due"}, "")
        return Grading(_title(data), _points(data.get("points"), course), _due(data["due"]) if "due" in data else None)
    except ValueError as e:
        raise UsageError(f"{shown(path)}: {e}", hint=HINT) from e


def _title(data: dict[str, Any]) -> str:
    title = data.get("title")
    if not isinstance(title, str) or not title.strip():
        raise ValueError("title is missing: the name of what is graded")
    return title.strip()


def _points(table: Any, course: Course) -> dict[Exercise, Decimal]:
    if not isinstance(table, dict) or not table:
        raise ValueError("[points] names no exercise")
    given: dict[Exercise, Decimal] = {}
    for name, points in table.items():
        if isinstance(points, dict):  # event_time.watermark = 10, without quotes
            raise ValueError(f'[points] {name}: an exercise stands in quotes: "{name}/..." = 10')
        exercise = course.find(name)
        if exercise in given:
            raise ValueError(f"[points] {exercise.id} stands there twice")
        given[exercise] = _number(points, f"[points] {name}")
        if given[exercise] <= 0:
            raise ValueError(f"[points] {name} is {points}: points are more than 0")
    return {each: given[each] for each in course.exercises if each in given}


def _due(table: Any) -> Due:
    if not isinstance(table, dict):
        raise ValueError("due is a table: [due], then at = 2026-11-20T18:00:00+01:00")
    _only(table, {"at", "handed_in", "grace_minutes", "lost_each_day", "last_day"}, "[due] ")
    at = table.get("at")
    if not isinstance(at, datetime):
        raise ValueError("[due] at is a date with a time, such as 2026-11-20T18:00:00+01:00")
    if at.tzinfo is None:
        raise ValueError(f"[due] at {at.isoformat()} has no offset: write {at.isoformat()}+01:00, or Z for UTC")
    handed_in = table.get("handed_in", "")
    if not isinstance(handed_in, str) or "/" in handed_in:
        raise ValueError("[due] handed_in is the name of a file beside the submissions")
    lost = _number(table.get("lost_each_day", 0), "[due] lost_each_day")
    if not 0 <= lost <= 1:
        raise ValueError(f"[due] lost_each_day is {lost}: a share, from 0 to 1")
    grace, last = _whole(table, "grace_minutes"), _whole(table, "last_day")
    try:
        return Due(at.astimezone(UTC), handed_in, grace or 0, lost, last)
    except OverflowError as e:
        raise ValueError(f"[due] at {at.isoformat()} is no date that can be reckoned with") from e


def _whole(table: dict[str, Any], name: str) -> int | None:
    value = table.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST):
        raise ValueError(f"[due] {name} is {value!r}: a whole number, from 0 to {MOST:,}")
    return value


def _number(value: Any, where: str) -> Decimal:
    """As it is written: 0.1 is a tenth."""
    try:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidOperation
        number = Decimal(str(value))
    except InvalidOperation as e:
        raise ValueError(f"{where} is {value!r}, and not a number") from e
    if not number.is_finite() or abs(number) > MOST or number != number.quantize(CENT):
        raise ValueError(f"{where} is {value}: a number with at most two decimals, and at most {MOST:,}")
    return number


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise ValueError(f"{where}there is no setting {unknown[0]!r}; there are {', '.join(sorted(known))}")
