"""Checks one program: sets the stage, lets the scenario play, judges what was observed, and leaves nothing behind."""

from __future__ import annotations

import secrets
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from streamlings import cleanup
from streamlings.course import Exercise
from streamlings.coursefiles import CourseFiles
from streamlings.errors import LabError, StreamlingsError, UsageError
from streamlings.judging import checks_of, explain, judge, load_checks, play
from streamlings.outcome import Result
from streamlings.paths import shown, state_folder
from streamlings.servers import backends, cluster
from streamlings.servers.say import Say, quiet
from streamlings.servers.state import LabState
from streamlings.stage import python_start
from streamlings.stage.again import cancel_jobs
from streamlings.stage.own_brokers import OwnBrokers, own_brokers
from streamlings.stage.schemas import StageRegistry
from streamlings.stage.stage import Stage
from streamlings.stage.timeline import Moment, Timeline
from streamlings.worker import pool
from streamlings.worker.program import PlainProgram, Program, WorkerProgram


@dataclass
class Grader:
    """`trusted` programs are the course's own: they may share warm processes, and the next one is not warmed ahead of time."""

    trusted: bool = False
    say: Say = quiet
    tell: Callable[[Result], None] = lambda _: None
    """Called as soon as the verdict is known; the stage is cleared after that."""
    shorten_s: float = 0
    """How long a shorter stream that fails is looked for after the verdict, in seconds."""
    timeline: Timeline = field(default_factory=Timeline)
    """What happened during the last check."""
    follow: Callable[[Moment | str], None] = lambda _: None
    """Is told what happens while it happens (see Timeline)."""

    def check(self, exercise: Exercise, program: Path, *, seed: int) -> Result:
        """The verdict. Raises UsageError where there is no program to judge; whatever else goes wrong becomes "could not check"."""
        if not program.exists():
            raise UsageError(f"{shown(program)} does not exist", hint=f"./streamlings reset {exercise.id} gives you a fresh copy")
        if not program.read_bytes().strip():
            raise UsageError(f"{shown(program)} is empty", hint=f"./streamlings reset {exercise.id} gives you a fresh copy")
        result = Result(exercise.id, "could_not_check", seed, backends.chosen(), 0, [])
        try:
            with alone(self.say):
                self._check(exercise, program, seed, result)
        except StreamlingsError as e:
            result.outcome, result.hint = "could_not_check", e.hint
            result.problem = e.message + (f"\n{e.details}" if e.details else "")
        except Exception:
            result.outcome, result.hint = "could_not_check", "this is a fault of the course, not yours; please report it"
            result.problem = traceback.format_exc(limit=-4)
        if result.outcome == "could_not_check":
            self.tell(result)
        return result

    def _check(self, exercise: Exercise, program: Path, seed: int, result: Result) -> None:
        began = time.monotonic()
        module = load_checks(exercise)
        checks = checks_of(module)
        lab = backends.up(needs=exercise.servers, say=self.say) if exercise.servers else LabState()
        cleanup.sweep(lab)
        files = None if self.trusted else CourseFiles()
        before = None if self.trusted or lab.prefix else cleanup.names_on(lab)  # what is new on shared servers may be anybody's
        prefix = f"{lab.prefix}{exercise.id.split('/')[1]}_{secrets.token_hex(3)}_"  # fit for topics, groups and tables alike
        folder = cleanup.begin(prefix)
        stage: Stage | None = None
        with ExitStack() as around:
            try:
                if exercise.kind == "restore":
                    cluster.have_spare()
                brokers = around.enter_context(own_brokers(exercise, prefix))
                stage = self.set_stage(exercise, program, lab, brokers, prefix=prefix, folder=folder, seed=seed)
                self.timeline = stage.timeline_
                self.timeline.follow = self.follow
                ended = play(module.scenario, stage)
                result.checks = judge(checks, stage, ended)
                if stage.uses_flink and result.failed_check is None:
                    stage.account.compare()
                    result.checks = [*stage.account.failure(), *result.checks]
                if result.failed_check is not None and python_start.was_lost(stage.jobs):
                    raise LabError("Flink's TaskManager could not run Python any more; it has been replaced", hint="check it again")
                explain(result, stage)
                result.seconds = round(time.monotonic() - began, 3)
                assert_untouched(files.mend() if files else [])
                assert_kept(stage.program)
                result.outcome = "passed" if all(c.outcome == "passed" for c in result.checks) else "failed"
                self.tell(result)
                if self.shorten_s and (failed := result.failed_check) and failed.shorten:
                    with suppress(LabError):  # the verdict is told
                        failed.shortest = failed.shorten(self.shorten_s)
            finally:
                spare = exercise.kind == "restore" and not self.trusted
                changed = self.end(lab, stage, prefix, folder, before, files, spare=spare)
        assert_untouched(changed)

    def set_stage(
        self, exercise: Exercise, program: Path, lab: LabState, brokers: OwnBrokers | None, *, prefix: str, folder: Path, seed: int
    ) -> Stage:
        """The stage of one check, with its topics: on the lab's broker, or on `brokers` of its own. The program sees its servers'
        addresses, but for the registry's: it sees the proxy that counts."""
        if brokers is not None:
            lab = replace(lab, kafka=brokers.address)
        elif lab.kafka:
            cleanup.create_topics(lab.kafka, {prefix + name: count for name, count in exercise.topics.items()})
        registry = StageRegistry(lab.registry, prefix) if "registry" in exercise.needs else None
        env = {
            "STREAMLINGS_PREFIX": prefix,
            "STREAMLINGS_FOLDER": str(folder),
            **{f"STREAMLINGS_{server.upper()}": str(getattr(lab, server)) for server in exercise.needs},
            **({"STREAMLINGS_REGISTRY": registry.address} if registry else {}),
        }
        return Stage(
            lab,
            prefix=prefix,
            seed=seed,
            topics=exercise.topics,
            needs=set(exercise.needs),
            folder=folder,
            start=self.starter(exercise, program, lab, env),
            registry=registry,
            brokers=brokers,
        )

    def starter(self, exercise: Exercise, program: Path, lab: LabState, env: dict[str, str]) -> Callable[[Program | None], Program]:
        """What starts the program, in a warm worker or as a plain Python process; or starts it once more, after its first run. That run is
        ended where it goes on, and otherwise leaves its worker to the second."""

        def start(before: Program | None) -> Program:
            worker = before.worker if isinstance(before, WorkerProgram) and before.release() else None
            if before is not None and worker is None:
                before.kill()
            if "flink" not in exercise.needs:
                return PlainProgram(program, env, program.parent)
            return WorkerProgram.in_warm_process(
                program, env, program.parent, flink=lab.flink, parallelism=exercise.parallelism, worker=worker
            )

        return start

    def end(
        self,
        lab: LabState,
        stage: Stage | None,
        prefix: str,
        folder: Path,
        before: set[str] | None,
        files: CourseFiles | None = None,
        *,
        spare: bool = False,
    ) -> list[str]:
        """Cancel the jobs, end the program, remove its topics, groups and files, and whatever was not there `before`. With `spare`, two
        TaskManagers are left. Returns which of the course's `files` it had changed; they are mended, whatever else went wrong."""
        try:
            self._clear(lab, stage, prefix, folder, before, spare=spare)
        finally:
            changed = files.mend() if files else []
        return changed

    def _clear(self, lab: LabState, stage: Stage | None, prefix: str, folder: Path, before: set[str] | None, *, spare: bool) -> None:
        fresh = False
        program = stage.program if stage is not None else None
        if program is not None and not self.trusted:
            program.kill()  # before its jobs are cancelled, or it might submit another one
        if stage is not None:
            fresh = cancel_jobs(stage)
        if stage is not None and program is not None and self.trusted:
            self._take_back(program)
            fresh |= cancel_jobs(stage)  # what it has submitted since: it was not ended before
            fresh &= python_start.may_be_lost(stage.jobs)
        if stage is not None:
            stage.close()
        cleanup.kill_leftovers(prefix)
        if cleanup.remove_everything_named(lab, prefix) if before is None else cleanup.remove_everything_new(lab, prefix, before):
            cleanup.remove_run(lab, folder)
        with suppress(LabError):  # the verdict is told; whatever is missing, the next command starts
            if lab.flink and not cluster.is_dead():
                cleanup.leave_taskmanagers(lab, spare=spare, fresh=fresh, prefix=prefix)
                if isinstance(program, WorkerProgram):
                    pool.warm(lab.flink)

    def _take_back(self, program: Program) -> None:
        """The warm process of a trusted program that has ended can be used again."""
        if isinstance(program, WorkerProgram) and program.release():
            pool.give_back(program.worker)
        else:
            program.kill()


def assert_untouched(changed: list[str]) -> None:
    """Raises LabError where files of the course were changed."""
    if changed:
        raise LabError(
            f"{len(changed)} files of the course changed while your program ran, and were put back: {', '.join(changed[:3])}",
            hint="the changed ones are kept in .streamlings/changed; a program of yours has no business there",
        )


def assert_kept(program: Program | None) -> None:
    """Raises LabError where the program has ended its keeper."""
    if program is not None and not program.kept():
        hint = "does your program end processes that it did not start?"
        raise LabError("the process that watches over your program was ended", hint=hint)


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
