"""Lessons and exercises, as they lie on disk. The folder name is the registry: `06_event_time/2_watermark` is `event_time/watermark`."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from streamlings.errors import LabError, UsageError
from streamlings.paths import course_root, work_folder

KINDS = ("none", "kafka", "bounded", "live", "restore")
NUMBERED = re.compile(r"^(\d+)_(.+)$")


@dataclass(frozen=True)
class Exercise:
    """One exercise. `kind` says what its check waits for (see CONTRIBUTING), `needs` which servers it uses, `topics` their partitions.

    `beside` are servers that its scenario uses and its program does not; `brokers` is how many brokers of its own each check starts, in
    place of the lab's (0: none); `parallelism` is the default that its jobs get during a check; `starter_lines` how long its starter is
    at most.
    """

    id: str
    folder: Path
    title: str
    minutes: int
    kind: str
    needs: frozenset[str]
    hints: tuple[str, ...]
    file: str
    topics: dict[str, int] = field(hash=False, default_factory=dict)
    parallelism: int = 1
    beside: frozenset[str] = frozenset()
    brokers: int = 0
    starter_lines: int = 40

    @property
    def servers(self) -> set[str]:
        """The lab's servers that must run for its check."""
        return {*self.needs, *self.beside} - ({"kafka"} if self.brokers else set())

    @property
    def place(self) -> Path:
        """Its path below lessons/, solutions/ and work/."""
        return self.folder.relative_to(course_root() / "lessons")

    @property
    def starter(self) -> Path:
        return self.folder / self.file

    @property
    def work(self) -> Path:
        """The learner's copy."""
        return work_folder() / self.place / self.file

    @property
    def solution(self) -> Path:
        return course_root() / "solutions" / self.place / self.file

    def published(self) -> str:
        """The solution as people read it: without the marks by which the lesson's page cuts out a part."""
        return "\n".join(line for line in self.solution.read_text().rstrip().splitlines() if "# --8<-- [" not in line)

    @property
    def discussion(self) -> Path:
        return self.solution.with_name("DISCUSSION.md")

    @property
    def wrong(self) -> list[Path]:
        return sorted((self.folder / "wrong").glob("*.py"))

    @property
    def right(self) -> list[Path]:
        return sorted((self.folder / "right").glob("*.py"))


class Course:
    """All exercises in order. Raises LabError, naming the file, where one cannot be read."""

    def __init__(self) -> None:
        self.root = course_root()

    @cached_property
    def exercises(self) -> list[Exercise]:
        found = []
        for lesson in _numbered(self.root / "lessons"):
            for folder in _numbered(lesson):
                if (folder / "exercise.toml").exists():
                    found.append(read_exercise(lesson, folder))
        return found

    @cached_property
    def topics(self) -> set[str]:
        """What the exercises call their topics: programs that are run by hand use these names as they are."""
        return {topic for exercise in self.exercises for topic in exercise.topics}

    def chosen(self, names: list[str]) -> list[Exercise]:
        """The exercises of these names, or all where none is named. Raises UsageError as `find` does."""
        return [self.find(name) for name in names] or self.exercises

    def page(self, lesson: str) -> str:
        """The path of a lesson's page ("event_time" is lessons/06_event_time/README.md), "" where the course has no such lesson."""
        pages = (folder / "README.md" for folder in _numbered(self.root / "lessons") if _name(folder) == lesson)
        return next((str(page.relative_to(self.root)) for page in pages if page.exists()), "")

    def find(self, wanted: str) -> Exercise:
        """The exercise with this id; a name alone will do where it is unique, and so will its path. Raises UsageError, with the nearest."""
        by_id = {e.id: e for e in self.exercises}
        if wanted in by_id:
            return by_id[wanted]
        path = re.sub(r"(^|/)\d+_", r"\1", wanted.strip("/").removeprefix("lessons/").removeprefix("work/"))
        same = [e for e in self.exercises if path in (e.id, e.id.split("/")[1]) or path == f"{e.id}/{e.file}"]
        if len(same) == 1:
            return same[0]
        names = [*by_id, *(e.id.split("/")[1] for e in self.exercises)]
        near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.4)
        nearest = next((i for i in by_id if near and (i == near[0] or i.endswith("/" + near[0]))), "")
        hint = f"did you mean {nearest}?" if nearest else "./streamlings list shows them all"
        raise UsageError(f"there is no exercise {wanted!r}", hint=hint)


def read_exercise(lesson: Path, folder: Path) -> Exercise:
    """Read and check one exercise.toml."""
    path = folder / "exercise.toml"
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text())
        if data["kind"] not in KINDS:
            raise ValueError(f"kind is {data['kind']!r}, not one of {', '.join(KINDS)}")
        return Exercise(
            id=f"{_name(lesson)}/{_name(folder)}",
            folder=folder,
            title=str(data["title"]),
            minutes=int(data["minutes"]),
            kind=str(data["kind"]),
            needs=frozenset(data["needs"]),
            hints=tuple(str(h).strip() for h in data["hints"]),
            file=str(data["file"]),
            topics={str(k): int(v) for k, v in data.get("topics", {}).items()},
            parallelism=int(data.get("parallelism", 1)),
            beside=frozenset(data.get("beside", [])),
            brokers=int(data.get("brokers", 0)),
            starter_lines=int(data.get("starter_lines", 40)),
        )
    except KeyError as e:
        raise LabError(f"{path.relative_to(course_root())} has no {e.args[0]!r}", hint="CONTRIBUTING.md lists its fields") from e
    except (ValueError, TypeError) as e:
        raise LabError(f"{path.relative_to(course_root())} cannot be read: {e}", hint="CONTRIBUTING.md lists its fields") from e


def _numbered(folder: Path) -> list[Path]:
    matches = [(int(m[1]), p) for p in folder.glob("*") if p.is_dir() and (m := NUMBERED.match(p.name))]
    return [p for _, p in sorted(matches)]


def _name(folder: Path) -> str:
    m = NUMBERED.match(folder.name)
    assert m
    return m[2]
