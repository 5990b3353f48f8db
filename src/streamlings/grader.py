"""Checks one program: sets the stage, lets the scenario play, judges what was observed, and leaves nothing behind."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from filelock import FileLock, Timeout

from streamlings import cleanup, traps
from streamlings.checks import Check, Failure
from streamlings.course import Exercise
from streamlings.errors import LabError, StreamlingsError, UsageError
from streamlings.outcome import CheckResult, Result
from streamlings.paths import shown, state_folder
from streamlings.servers import cluster, native
from streamlings.servers.native import Say, quiet
from streamlings.servers.state import LabState
from streamlings.stage.stage import Stage
from streamlings.stage.story import story
from streamlings.stage.stuck import Stuck
from streamlings.stage.timeline import Timeline
from streamlings.worker import pool
from streamlings.worker.program import PlainProgram, Program, WorkerProgram


@dataclass
class Grader:
    """`trusted` programs are the course's own: they may share warm processes, and the next one is not warmed ahead of time."""

    trusted: bool = False
    say: Say = quiet
    tell: Callable[[Result], None] = lambda _: None
    """Called as soon as the verdict is known; the stage is cleared after that."""
    timeline: Timeline = field(default_factory=Timeline)
    """What happened during the last check."""

    def check(self, exercise: Exercise, program: Path, *, seed: int) -> Result:
        """The verdict. Raises UsageError where there is no program to judge; whatever else goes wrong becomes "could not check"."""
        if not program.exists():
            raise UsageError(f"{shown(program)} does not exist", hint=f"./streamlings reset {exercise.id} gives you a fresh copy")
        if not program.read_bytes().strip():
            raise UsageError(f"{shown(program)} is empty", hint=f"./streamlings reset {exercise.id} gives you a fresh copy")
        result = Result(exercise.id, "could_not_check", seed, "native", 0, [])
        try:
            with alone(self.say):
                self._check(exercise, program, seed, result)
        except StreamlingsError as e:
            result.problem, result.hint = e.message + (f"\n{e.details}" if e.details else ""), e.hint
        except Exception:
            result.problem, result.hint = traceback.format_exc(limit=-4), "this is a fault of the course, not yours; please report it"
        if result.outcome == "could_not_check":
            self.tell(result)
        return result

    def _check(self, exercise: Exercise, program: Path, seed: int, result: Result) -> None:
        began = time.monotonic()
        module = load_checks(exercise)
        checks = checks_of(module)
        lab = native.up(needs=set(exercise.needs), say=self.say) if exercise.needs else LabState()
        cleanup.sweep(lab)
        prefix = f"{exercise.id.split('/')[1]}_{secrets.token_hex(3)}_"  # fit for topics, groups and tables alike
        folder = state_folder() / "runs" / prefix.rstrip("_")
        folder.mkdir(parents=True)
        workers: list[pool.Worker] = []
        stage: Stage | None = None
        try:
            if exercise.kind == "restore":
                cluster.add_taskmanager()
            if lab.kafka:
                cleanup.create_topics(lab.kafka, {prefix + name: count for name, count in exercise.topics.items()})
            start = self.starter(exercise, program, lab, prefix, folder, workers)
            stage = Stage(lab, prefix=prefix, seed=seed, topics=exercise.topics, needs=set(exercise.needs), folder=folder, start=start)
            self.timeline = stage.timeline_
            stuck = _play(module.scenario, stage)
            result.checks = _judge(checks, stage, stuck)
            _explain(result, stage)
            result.seconds = round(time.monotonic() - began, 3)
            result.outcome = "passed" if all(c.outcome == "passed" for c in result.checks) else "failed"
            self.tell(result)
        finally:
            self.end(lab, stage, prefix, folder, workers)

    def starter(
        self, exercise: Exercise, program: Path, lab: LabState, prefix: str, folder: Path, workers: list[pool.Worker]
    ) -> Callable[[], Program]:
        """What starts the program: in a warm worker (which is added to `workers`), or as a plain Python process."""
        env = {
            "STREAMLINGS_PREFIX": prefix,
            "STREAMLINGS_FOLDER": str(folder),
            **{f"STREAMLINGS_{server.upper()}": str(getattr(lab, server)) for server in exercise.needs},
        }

        def start() -> Program:
            if "flink" not in exercise.needs:
                return PlainProgram(program, env, program.parent)
            worker = pool.take(lab.flink)
            workers.append(worker)
            return WorkerProgram(
                program,
                env,
                program.parent,
                port=worker.port,
                token=worker.token,
                pid=worker.process.pid,
                parallelism=exercise.parallelism,
            )

        return start

    def end(self, lab: LabState, stage: Stage | None, prefix: str, folder: Path, workers: list[pool.Worker]) -> None:
        """Cancel the jobs, end the program, remove its topics, groups and files."""
        used_python = False
        if stage is not None:
            used_python = cleanup.cancel_jobs(stage)
            for topic in stage.topics.values():
                topic.close()
        for worker in workers:
            program = stage.program if stage is not None else None
            if self.trusted and isinstance(program, WorkerProgram) and program.release():
                pool.give_back(worker)
            else:
                pool.discard(worker)
        if stage is not None and isinstance(stage.program, PlainProgram):
            stage.program.kill()
        cleanup.kill_leftovers(prefix)
        cleanup.remove_everything_named(lab, prefix)
        shutil.rmtree(folder, ignore_errors=True)
        if lab.flink:
            cleanup.one_taskmanager(lab, fresh=used_python and not self.trusted)
        if workers:
            pool.warm(lab.flink)


def _play(scenario: Callable[[Stage], None], stage: Stage) -> Stuck | None:
    """Let the scenario play to its end, or until it is stuck; then read what there is."""
    try:
        scenario(stage)
        stuck = None
    except Stuck as e:
        stuck = e
    stage.collect()
    return stuck


def _judge(checks: list[Check], stage: Stage, stuck: Stuck | None) -> list[CheckResult]:
    """Judge every check that the scenario got to. The first that it did not get to fails, with the diagnosis."""
    unproved = [c for c in checks if c not in stage.proved]
    blamed = (stuck.proves or (unproved or checks)[0]) if stuck else None
    results: dict[Check, CheckResult] = {}
    for each in checks:
        result = CheckResult(each.name, each.line, "passed")
        if stuck is not None and each is blamed:
            result.outcome = "failed"
            result.expected, result.actual = stuck.awaited, stuck.diagnosis[0] if stuck.diagnosis else "it did not come"
            lines = story(stage.timeline_, act=stage.timeline_.latest_act(), limit=10) if stage.jobs else []
            result.evidence = stuck.diagnosis[1:] + ([""] if stuck.diagnosis[1:] and lines else []) + lines
            result.hint = stuck.hint
        elif (stuck is not None and each not in stage.proved) or (each.after and results[each.after].outcome != "passed"):
            result.outcome = "not_reached"
        else:
            try:
                each(stage)
            except Failure as e:
                result.outcome = "failed"
                result.expected, result.actual, result.evidence, result.hint = e.expected, e.actual, e.because, e.hint
        results[each] = result
    return list(results.values())


def _explain(result: Result, stage: Stage) -> None:
    """Add what the program printed, what was measured, and known messages that were recognised."""
    result.output_tail = "\n".join(stage.last_output(6))
    result.measured = stage.measured
    failed = result.failed_check
    if failed is None:
        return
    said = [stage.program.output.text() if stage.program else "", *(j.rest.root_exception(j.id) for j in stage.jobs)]
    failed.trap = traps.recognise("\n".join(said))


def checks_of(module: ModuleType) -> list[Check]:
    """The checks of a checks.py, in the order in which they stand in it."""
    return [value for value in vars(module).values() if isinstance(value, Check)]


def load_checks(exercise: Exercise) -> ModuleType:
    """Import an exercise's checks.py under a name of its own. Raises LabError where it cannot be used."""
    path = exercise.folder / "checks.py"
    spec = importlib.util.spec_from_file_location("checks_of_" + exercise.id.replace("/", "_"), path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
        if not callable(module.scenario) or not checks_of(module):
            raise ValueError("it needs a scenario and at least one @check: without one, everything would pass")
    except Exception as e:
        raise LabError(
            f"{path.name} of {exercise.id} cannot be used: {type(e).__name__}: {e}", details=traceback.format_exc(limit=-2)
        ) from e
    return module


@contextmanager
def alone(say: Say) -> Iterator[None]:
    """One check at a time uses a lab; a second one waits, and says so."""
    state_folder().mkdir(parents=True, exist_ok=True)
    lock = FileLock(state_folder() / "check.lock")
    try:
        lock.acquire(timeout=0.05)
    except Timeout:
        say("another check uses this lab; waiting for it to end")
        try:
            lock.acquire(timeout=600)
        except Timeout as e:
            raise LabError("another check has used this lab for ten minutes", hint="./streamlings down ends it") from e
    try:
        yield
    finally:
        lock.release()
