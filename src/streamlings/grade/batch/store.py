"""What a batch has so far: its seed, and each verdict as a file of its own, whole or not there."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from streamlings import shop
from streamlings.course import Exercise
from streamlings.errors import UsageError
from streamlings.grade.config import Grading
from streamlings.grade.intake import Program, Submission
from streamlings.grade.marks import Verdict
from streamlings.outcome import Result
from streamlings.paths import shown

SCHEMA = "streamlings/batch/1"


@dataclass(frozen=True)
class Store:
    """The folder `batch` in that of the results. `seed` and `secret` are drawn once, and kept."""

    folder: Path
    seed: int
    secret: str = field(repr=False)
    """Orders the pseudonyms. The seed will not do: it is printed in everybody's feedback."""

    @classmethod
    def begin(cls, out: Path, grading: Grading, *, resume: bool) -> Store:
        """A new batch, or the one that was begun there. Raises UsageError where that is not what was asked for, or cannot be written."""
        try:
            return cls._begin(out, grading, resume=resume)
        except OSError as e:
            raise UsageError(f"{shown(out)} cannot be written: {e.strerror}", hint="--out names another folder") from e

    @classmethod
    def _begin(cls, out: Path, grading: Grading, *, resume: bool) -> Store:
        folder = out / "batch"
        kept = folder / "batch.json"
        if kept.exists():
            if not resume:
                raise UsageError(f"{shown(out)} holds a batch already", hint="--resume goes on with it; --out names another folder")
            return cls(folder, *_drawn(kept, grading))
        if resume:
            raise UsageError(f"{shown(out)} holds no batch to go on with", hint="leave out --resume, or name its folder with --out")
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UsageError(f"{shown(out)} exists, and holds something else", hint="--out names another folder")
        seed, secret = shop.draw_seed(), secrets.token_hex(16)
        _write(kept, json.dumps({"schema": SCHEMA, "seed": seed, "secret": secret, "exercises": grading.digest()}, indent=1))
        return cls(folder, seed, secret)

    def verdict(self, submission: Submission, exercise: Exercise, program: Program) -> Verdict | None:
        """The verdict on this very text, if there is one."""
        file = self._file(submission, exercise)
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            if data["digest"] != program.digest or data["seed"] != self.seed:
                return None
            return Result.from_json(data["result"]), data["drawn"]
        except (OSError, ValueError, KeyError, TypeError):
            return None  # it is checked again

    def decided(self, submission: Submission, exercise: Exercise, program: Program) -> bool:
        """Whether there is nothing left to check: what could not be checked is tried again by whoever goes on with the batch."""
        kept = self.verdict(submission, exercise, program)
        return kept is not None and kept[0].outcome != "could_not_check"

    def keep(self, submission: Submission, exercise: Exercise, program: Program, verdict: Verdict) -> None:
        result, drawn = verdict
        data = {"digest": program.digest, "seed": self.seed, "result": result.to_json(), "drawn": drawn}
        _write(self._file(submission, exercise), json.dumps(data, ensure_ascii=False))

    def _file(self, submission: Submission, exercise: Exercise) -> Path:
        return self.folder / submission.key / f"{exercise.id.replace('/', '.')}.json"


def _drawn(kept: Path, grading: Grading) -> tuple[int, str]:
    try:
        data = json.loads(kept.read_text(encoding="utf-8"))
        seed, secret, exercises = int(data["seed"]), str(data["secret"]), str(data["exercises"])
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise UsageError(f"{shown(kept)} cannot be read", hint="begin anew in another folder: --out") from e
    if exercises != grading.digest():
        raise UsageError("grading.toml names other exercises than this batch began with", hint="begin anew in another folder: --out")
    return seed, secret


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8", errors="replace")
    temporary.replace(file)
