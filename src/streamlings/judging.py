"""Lets a scenario play, judges every check that it got to, and adds what explains a failure."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable
from types import ModuleType

from streamlings import traps
from streamlings.checks import Check, Decided, Failure
from streamlings.course import Course, Exercise
from streamlings.errors import LabError
from streamlings.outcome import CheckResult, Result
from streamlings.stage.stage import Stage
from streamlings.stage.story import story
from streamlings.stage.stuck import Stuck


def play(scenario: Callable[[Stage], None], stage: Stage) -> Stuck | Decided | None:
    """Let the scenario play to its end, or until it is stuck, or a check fails that the rest of it waits for; then read what there is."""
    ended: Stuck | Decided | None = None
    try:
        scenario(stage)
        stage.until_sources_agree()
    except (Stuck, Decided) as e:
        ended = e
    stage.collect()
    return ended


def judge(checks: list[Check], stage: Stage, ended: Stuck | Decided | None) -> list[CheckResult]:
    """Judge every check that the scenario got to. The first that it did not get to fails, with the diagnosis. What a check said that
    ended the scenario is kept, and those behind it are not reached."""
    stuck = ended if isinstance(ended, Stuck) else None
    decided = ended if isinstance(ended, Decided) else None
    behind = checks[checks.index(decided.check) + 1 :] if decided else []
    unproved = [c for c in checks if c not in stage.proved]
    blamed = (stuck.proves or (unproved or checks)[0]) if stuck else None
    results: dict[Check, CheckResult] = {}
    for each in checks:
        result = CheckResult(each.name, each.line, "passed")
        if stuck is not None and each is blamed:
            result.outcome = "failed"
            result.expected, result.actual = stuck.awaited, stuck.diagnosis[0] if stuck.diagnosis else "it did not come"
            with_ids = "order_id" in stuck.awaited
            lines = story(stage.timeline_, act=stage.timeline_.latest_act(), limit=10, with_ids=with_ids) if stage.jobs else []
            result.evidence = stuck.diagnosis[1:] + ([""] if stuck.diagnosis[1:] and lines else []) + lines
            result.hint = stuck.hint
        elif (stuck is not None and each not in stage.proved) or each in behind or (each.after and results[each.after].outcome != "passed"):
            result.outcome = "not_reached"
        else:
            try:
                if decided and each is decided.check:
                    raise decided.failure
                each(stage)
            except Failure as e:
                result.outcome = "failed"
                result.expected, result.actual, result.evidence, result.hint = e.expected, e.actual, e.because, e.hint
                result.shorten = e.shorten
        results[each] = result
    return list(results.values())


def explain(result: Result, stage: Stage) -> None:
    """Add what the program printed, what was measured, and known messages that were recognised."""
    result.output_tail = "\n".join(stage.last_output(6))
    result.measured = stage.measured
    failed = result.failed_check
    if failed is None:
        return
    said = [stage.program.output.text() if stage.program else "", *(j.rest.root_exception(j.id) for j in stage.jobs)]
    failed.trap = traps.recognise("\n".join(said))
    if failed.trap is not None:
        failed.trap.lesson = Course().page(failed.trap.lesson)


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
            f"{path.name} of {exercise.id} cannot be used: {type(e).__name__}: {e}",
            hint="mend it; ./streamlings dev check runs it again",
            details=traceback.format_exc(limit=-2),
        ) from e
    return module
