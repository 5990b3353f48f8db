"""`dev mutate`: prove the checks by running small wrong variants of each solution; one that passes shows what no check looks at."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from streamlings.course import Course, Exercise
from streamlings.dev.check import SEED
from streamlings.dev.mutants import Mutant, equivalent
from streamlings.dev.mutants.tally import Tally, total
from streamlings.grader import Grader
from streamlings.outcome import Result
from streamlings.paths import state_folder
from streamlings.servers.say import Say, quiet

FEWEST = 15
"""An exercise with fewer mutants says too little about its checks."""

SAMPLE = 2


def run(names: list[str], *, everything: bool, as_json: bool, say: Say) -> int:
    """Try all mutants of the named exercises, or a sample of every exercise's (all with `everything`), and report.

    Exit code 0 when nothing falls short, else 1. Raises UsageError where there is no such exercise.
    """
    exercises = Course().chosen(names)
    tallies = [_try(exercise, everything or bool(names), say) for exercise in exercises]
    every = total(tallies)
    if as_json:
        each = {tally.exercise: tally.figures() for tally in tallies}
        print(json.dumps(every.figures() | asdict(every) | {"exercises": each}, indent=1))
    else:
        for survivor in every.survivors:
            print(f"SURVIVED  {survivor.exercise}  {survivor.operator}\n{survivor.diff}\n")
        print(f"{'':<32}" + "".join(f"{name.replace('_', ' '):>12}" for name in every.figures()))
        for tally in [*tallies, every]:
            print(f"{tally.exercise:<32}" + "".join(f"{figure:>12}" for figure in tally.figures().values()))
        print("\n".join(f"falls short: {line}" for line in every.falls_short) or "nothing falls short")
    return 1 if every.falls_short else 0


def sample(exercise: Exercise) -> list[Mutant]:
    """A few of an exercise's mutants, the same ones every time; none that is recorded as equivalent."""
    recorded = {entry.identity for entry in equivalent.read(exercise).equivalent}
    mutants = [mutant for mutant in equivalent.mutants_of(exercise)[0] if mutant.identity not in recorded]
    drawn = random.Random(SEED).sample(range(len(mutants)), min(SAMPLE, len(mutants)))
    return [mutants[at] for at in sorted(drawn)]


def judge(exercise: Exercise, mutant: Mutant, say: Say = quiet) -> Result:
    """The verdict of the exercise's checks on a mutant. Its file lies in the lab's folder, and is removed afterwards."""
    state_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mutant_", dir=state_folder()) as folder:
        program = Path(folder) / exercise.file
        program.write_text(mutant.text)
        return Grader(trusted=True, say=say).check(exercise, program, seed=SEED)


def _try(exercise: Exercise, everything: bool, say: Say) -> Tally:
    """Run the mutants of one exercise; a line for each goes to stderr."""
    began = time.monotonic()
    derived, in_given = equivalent.mutants_of(exercise)
    tally = Tally(exercise.id, derived=len(derived), given=in_given)
    tally.falls_short = [f"{exercise.id}: {lack}" for lack in equivalent.shortcomings(exercise, derived)]
    if len(derived) < FEWEST:
        tally.falls_short.append(f"{exercise.id}: {len(derived)} mutants, not at least {FEWEST}")
    recorded = {entry.identity for entry in equivalent.read(exercise).equivalent}
    for mutant in derived if everything else sample(exercise):
        started = time.monotonic()
        result = judge(exercise, mutant, say)
        told = tally.count(mutant, result, is_recorded=mutant.identity in recorded)
        failed = f"  by {result.failed_check.name}" if result.failed_check else ""
        name = f"{exercise.id} {exercise.file}:{mutant.line}  {mutant.operator}{failed}"
        print(f"{told:<15}  {time.monotonic() - started:5.1f} s  {name}", file=sys.stderr, flush=True)
    tally.seconds = round(time.monotonic() - began, 1)
    return tally
