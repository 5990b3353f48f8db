"""Whether submissions can be isolated here."""

from __future__ import annotations

from pathlib import Path

from streamlings.errors import LabError, UsageError
from streamlings.servers import contents, engine
from streamlings.servers.containers import IMAGE
from streamlings.servers.say import Say

CELL = "streamlings.cell-of"
"""The label of a submission's container; its value is the folder of the lab that it was checked with."""


def assert_there(say: Say) -> None:
    """Raises UsageError where no container engine answers, LabError where the lab's image cannot be built."""
    try:
        engine.run("info", "--format", "{{.ServerVersion}}")
    except LabError as e:
        raise UsageError(
            f"submissions cannot be isolated: {e.message}",
            hint=f"{e.hint}; or --native, which runs them with your rights: read site/grading.md first",
        ) from e
    inside = ["--entrypoint", "python", IMAGE, "-c", "import streamlings.grade.isolation.inside; print('there')"]
    if engine.ask("run", "--rm", "--pull", "never", "--network", "none", *inside) != "there":
        say("building the image of the lab and of submissions (once, some minutes)")
        engine.compose("build", "lab", env={"STREAMLINGS_BASE": f"python:{contents.PYTHON}-slim"}, deadline_s=3600)


def end_cells(lab: Path) -> None:
    """End the containers of submissions that a process which checks, and was killed, has left."""
    if cells := engine.ask("ps", "--all", "--quiet", "--filter", f"label={CELL}={lab}").split():
        engine.ask("rm", "--force", *cells)
