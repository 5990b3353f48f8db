"""Programs of the course that run beside the learner's, on the same lab: they measure something for the learner to read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from streamlings.errors import LabError
from streamlings.worker import pool
from streamlings.worker.program import WorkerProgram

if TYPE_CHECKING:
    from streamlings.stage.scene import Scene


def run_beside(scene: Scene, program: Path, *, deadline_s: float) -> list[str]:
    """Run a PyFlink program of the course in a warm process of its own; the lines that it prints. [] where it does not get through within
    the deadline, or no process comes up: what is only measured decides nothing.

    The process is left for the next program, so that it costs the time that it would have cost to warm up the next one.
    """
    env = {"STREAMLINGS_PREFIX": scene.prefix, "STREAMLINGS_FOLDER": str(scene.folder), "STREAMLINGS_FLINK": scene.lab.flink}
    try:
        worker = pool.take(scene.lab.flink)
    except LabError:
        return []
    try:
        running = WorkerProgram(program, env | {"STREAMLINGS_KAFKA": scene.lab.kafka}, program.parent, worker=worker)
    except OSError:
        pool.discard(worker)
        return []
    if running.until_ended(deadline_s) and running.release():
        pool.give_back(worker)
        return running.output.text().splitlines() if running.exit_code == 0 else []
    running.kill()
    return []
