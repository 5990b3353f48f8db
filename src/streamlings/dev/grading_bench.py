"""How many submissions of a Flink exercise `grade` gives marks to in a minute: a class whose members hand in one program each, among them
all the wrong ones that the exercise has."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from streamlings.course import Exercise
from streamlings.dev.programs import programs
from streamlings.errors import LabError
from streamlings.paths import ROOT

SUBMISSIONS = 60
"""Few enough for the start of the labs to count, which takes as long as several of them."""


def per_minute(exercise: Exercise, *options: str) -> float:
    """From the start of the command to its end, the start of its labs among it."""
    with tempfile.TemporaryDirectory() as folder:
        submissions, out = Path(folder, "class"), Path(folder, "results")
        handed_in = [p.path for p in programs(exercise) if p.role in ("solution", "right", "wrong")]
        for n, path in enumerate(islice(cycle(handed_in), SUBMISSIONS)):
            place = submissions / f"learner {n}" / exercise.place / exercise.file
            place.parent.mkdir(parents=True)
            place.write_text(path.read_text())
        (submissions / "grading.toml").write_text(f'title = "bench"\n\n[points]\n"{exercise.id}" = 1\n')
        began = time.monotonic()
        command = [str(ROOT / "streamlings"), "grade", str(submissions), "--out", str(out), "--json", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
        took = time.monotonic() - began
        if done.returncode != 0 or any(each["open"] for each in json.loads(done.stdout)["submissions"]):
            raise LabError("a class was not graded to its end", details=done.stderr)
    return SUBMISSIONS / (took / 60)
