"""Programs of the course that run beside the learner's, on the same lab: they submit jobs of the shop's own, or measure something."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from streamlings.errors import LabError
from streamlings.worker import pool
from streamlings.worker.program import WorkerProgram

if TYPE_CHECKING:
    from streamlings.stage.scene import Scene


def run_through(scene: Scene, program: Path, *, deadline_s: float) -> WorkerProgram | None:
    """Run a PyFlink program of the course to its end; None where it has not ended within the deadline.

    Its warm process is left for the next program: it costs the time that it would have cost to warm up the next one. Raises LabError where
    none comes up.
    """
    lab = scene.lab
    env = {
        "STREAMLINGS_PREFIX": scene.prefix,
        "STREAMLINGS_FOLDER": str(scene.folder),
        "STREAMLINGS_KAFKA": lab.kafka,
        "STREAMLINGS_FLINK": lab.flink,
    }
    running = WorkerProgram.in_warm_process(program, env, program.parent, flink=lab.flink)
    if not running.release(deadline_s):
        running.kill()
        return None
    pool.give_back(running.worker)
    return running


def run_beside(scene: Scene, program: Path, *, deadline_s: float) -> list[str]:
    """The lines that such a program prints; [] where it does not get through: what is only measured decides nothing."""
    try:
        ran = run_through(scene, program, deadline_s=deadline_s)
    except LabError:
        return []
    return ran.output.text().splitlines() if ran and ran.exit_code == 0 else []
