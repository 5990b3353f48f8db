"""A Flink job of the shop's own that runs beside the learner's program, on the check's topics; the course submits it and ends it.

An exercise that wants one says `beside = ["flink"]`: its scenario uses the cluster, the learner's program does not.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from streamlings import wait
from streamlings.errors import LabError
from streamlings.paths import state_folder
from streamlings.stage.beside import run_through
from streamlings.stage.job import FlinkJob
from streamlings.stage.stuck import root_cause

if TYPE_CHECKING:
    from streamlings.stage.scene import Scene

PACKAGE = re.compile(r"\b(?:[a-z]\w*\.)+(?=[A-Z])")
PROGRAM = """\
from pyflink.table import EnvironmentSettings, TableEnvironment

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.get_config().set("pipeline.name", {name!r})
for statement in {statements!r}:
    tables.execute_sql(statement)
"""


class FlinkService:
    """`statements` are SQL, the last of them an INSERT. The job carries the check's prefix, so that `cleanup.sweep` finds it where the
    check is killed.
    """

    def __init__(self, scene: Scene, name: str, statements: list[str]) -> None:
        self.name, self._scene, self._statements = name, scene, statements

    @cached_property
    def job(self) -> FlinkJob:
        """The job, once it is submitted. Raises LabError where there is none."""
        named = [FlinkJob(self._scene.rest, job["jid"]) for job in self._scene.rest.jobs() if job["name"] == self.name]
        mine = [job for job in named if job.check == self._scene.prefix]
        if not mine:
            raise LabError(f"Harbour's own Flink job {self.name} was not submitted", hint="./streamlings status")
        return mine[0]

    def start(self, *, deadline_s: float = 60) -> None:
        """Submit it and wait until every task runs. Raises LabError where that fails."""
        self._submit(deadline_s)
        self.until(lambda: self.job.refresh().running, "all of its tasks running", deadline_s=deadline_s)

    def run_to_its_end(self, *, deadline_s: float = 60) -> str:
        """Submit it and wait until it has ended: "" where it has finished, or why it has failed, for what it reads may be the learner's. In
        Flink's words, classes without their packages. Raises LabError where it does not end; on a crowded machine it has longer."""
        deadline_s *= wait.crowding()
        self._submit(deadline_s)
        self.until(lambda: self.job.refresh().ended, "its end", deadline_s=deadline_s)
        return "" if self.job.state == "FINISHED" else PACKAGE.sub("", root_cause(self.job.rest.root_exception(self.job.id)))

    def until(self, observed: Callable[[], object], awaited: str, *, deadline_s: float = 60) -> None:
        """Wait until `observed` answers something true. It is the course's own job: where that does not come, LabError is raised."""
        if not wait.until(observed, deadline_s=deadline_s):
            cause = self.job.rest.root_exception(self.job.id)
            raise LabError(f"Harbour's own Flink job {self.name} is {self.job.refresh().state}, without {awaited}", details=cause[:600])

    def end(self) -> None:
        """Cancel the job, and wait until it has ended. One that is gone already is left without complaint."""
        try:
            if not self.job.refresh().ended:
                self._scene.rest.cancel(self.job.id)
            wait.until(lambda: self.job.refresh().ended, deadline_s=10)
        except (LabError, LookupError):
            return

    def _submit(self, deadline_s: float) -> None:
        """Through a warm process, which is free for the next program afterwards: what ran in it is the course's."""
        with tempfile.TemporaryDirectory(prefix="service_", dir=state_folder()) as folder:
            text = Path(folder) / "service.py"
            text.write_text(PROGRAM.format(name=self.name, statements=self._statements))
            ran = run_through(self._scene, text, deadline_s=deadline_s)
        if ran is None:
            raise LabError(
                f"Harbour's own Flink job {self.name} was not submitted within {deadline_s:.0f} s", hint="is this machine very busy?"
            )
        if ran.exit_code != 0:
            raise LabError(f"Harbour's own Flink job {self.name} was not submitted", details=ran.output.text()[-600:])
