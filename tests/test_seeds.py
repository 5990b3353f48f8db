"""Seeds: the same one sends the same events, another one others; a kill comes when the seed says."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

from streamlings import wait
from streamlings.course import Course, Exercise
from streamlings.grader import Grader
from streamlings.judging import load_checks
from streamlings.servers.state import LabState
from streamlings.shop import Shop

EXERCISES = Course().exercises
WAITS_OR_ACTS = (
    "until",
    "act",
    "settle",
    "start",
    "measure",
    "observe",
    "windows",
    "move",
    "run_beside",
    "replay",
    "require",
    "restart",
    "read_what",
    "share",
)
"""How the names of a stage's methods begin which a rehearsal need not do anything for."""


class BrokersNeeded(Exception):
    """From here on the scenario asks brokers of its own."""


class Rehearsal:
    """A stage on which every barrier is reached at once: what a scenario sends and writes, without servers."""

    def __init__(self, exercise: Exercise, seed: int, folder: Path) -> None:
        self.seed, self.shop, self.facts, self.folder, self.lab = seed, Shop(seed), SimpleNamespace(), folder, LabState()
        self.sent: list[tuple[str, Any]] = []
        self.topics = {name: RehearsalTopic(self, name) for name in exercise.topics}
        self.registry, self.prefix, self.jobs = RehearsalRegistry(), "", []
        self.program = SimpleNamespace(ended=True, exit_code=0, cpu_s=float, cold_s=0)
        self.brokers = MagicMock() if exercise.brokers else None
        self.account, self.refresh = MagicMock(), lambda: [SimpleNamespace(state="", ended=False, readers=dict)]

    def topic(self, name: str) -> RehearsalTopic:
        return self.topics[name]

    def folder_of(self, name: str) -> Path:
        (self.folder / name).mkdir(parents=True, exist_ok=True)
        return self.folder / name

    def checkpoint_bytes(self) -> int:
        return 0

    def transaction_timeouts(self) -> dict[str, int]:
        return {}

    def file(self, *_: str) -> bytes | None:
        return None

    def serve(self, _: Any) -> Any:
        return SimpleNamespace(address="", connections=0, asked=lambda *_: [], requests=[])

    def watermark(self) -> int | None:
        return None

    def pipe(self, *_: str) -> Any:
        return SimpleNamespace(send=lambda lines: self.sent.append(("pipe", lines)), given=[], taken=0, pump=int, close=list)

    def until_finished(self, **_: Any) -> None:
        if self.brokers is not None:
            raise BrokersNeeded

    def timeline(self, *_: Any, **__: Any) -> list[str]:
        return []

    def read_with_flink(self, *_: str) -> str:
        return ""

    def flink_service(self, *_: str) -> Any:
        return SimpleNamespace(until=lambda *_, **__: None)

    def kill_taskmanager(self, *, after: Any = lambda: None, **_: Any) -> None:
        after()

    def __getattr__(self, name: str) -> Any:
        if name.startswith(WAITS_OR_ACTS):
            return lambda *_, **__: None
        raise AttributeError(name)

    def written(self) -> dict[str, bytes]:
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in sorted(self.folder.rglob("*")) if p.is_file()}


class RehearsalRegistry:
    """Takes every schema, under the same id."""

    def __init__(self) -> None:
        self.subject, self.register, self.versions, self.registrations = str, lambda *_: 1, lambda *_: [], list
        self.encode = lambda schema_id, row: (schema_id, row)


class RehearsalTopic:
    def __init__(self, stage: Rehearsal, name: str) -> None:
        self.stage, self.name, self.full_name, self.sent, self.rows = stage, name, name, [], []
        self.poll = self.until = self.tick = lambda *_, **__: []
        self.matching = lambda **_: []
        self.latest, self.seen = lambda *_: {}, []
        self.newest, self.appended = {0: 0}, int

    def send(self, *events: Any, encode: Any = lambda event: event, **where: Any) -> None:
        self.sent += events
        self.stage.sent += [(self.name, (encode(event), where)) for event in events]


def rehearse(exercise: Exercise, seed: int, folder: Path) -> tuple[list[Any], dict[str, bytes]]:
    stage = Rehearsal(exercise, seed, folder)
    with suppress(BrokersNeeded), pytest.MonkeyPatch.context() as patch:
        patch.setattr(wait, "until", lambda *_, **__: None)
        load_checks(exercise).scenario(stage)
    return stage.sent, stage.written()


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_the_same_seed_sends_the_same_events(exercise: Exercise, tmp_path: Path) -> None:
    first = rehearse(exercise, 7, tmp_path / "a")
    assert first == rehearse(exercise, 7, tmp_path / "b")
    assert first != rehearse(exercise, 8, tmp_path / "c")
    assert first[0] or first[1], "a scenario sends or writes something"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_loading_checks_leaves_the_environment_alone(exercise: Exercise) -> None:
    """What the grader's process has in its environment, every server and program that it starts inherits."""
    before = dict(os.environ)
    load_checks(exercise)
    assert dict(os.environ) == before


@pytest.mark.slow
@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.kind == "restore"], ids=lambda e: e.id)
def test_a_kill_at_the_third_kind_of_moment(lab_state: Path, exercise: Exercise) -> None:
    """The seed says when it comes: before, during, or after a checkpoint. tests/test_exercises.py has two of them."""
    result = Grader(trusted=True).check(exercise, exercise.solution, seed=8)
    assert result.outcome == "passed", result.problem or result.failed_check
