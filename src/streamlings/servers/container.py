"""A server of the lab that runs in a container: found again by its id, signalled and ended through the engine's own command."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

from streamlings.errors import LabError
from streamlings.servers import engine
from streamlings.servers.process import Process, without_frames

DATA = "/data"
"""Where a container of the lab keeps its files."""


@dataclass(frozen=True)
class Container(Process):
    """The first process of a container. Its `pid` is the engine's business: on macOS it is in another machine."""

    container: str = ""
    """The engine's id for it."""

    def alive(self) -> bool:
        return engine.ask("inspect", "--format", "{{.State.Running}}", self.container) == "true"

    def signal(self, number: int) -> None:
        """Send a signal to the container's first process; nothing happens where it has ended."""
        engine.ask("kill", "--signal", signal.Signals(number).name, self.container)

    def said(self, lines: int = 12) -> str:
        return without_frames(engine.logs(self.container, lines + 200), lines)

    def start_again(self) -> None:
        """After a kill: the same container, with its ports and data."""
        engine.run("start", self.container)

    def copy_out(self, path: str, to: Path) -> None:
        """Copy a file or folder of the container into the folder `to`. Raises LabError where it is not there."""
        engine.run("cp", f"{self.container}:{path}", str(to))


def of(name: str, container: str) -> Container:
    """The container of that id, as the server `name`."""
    if not container:
        raise LabError(f"{name} has no container", hint="./streamlings down, then up again")
    return Container(name, 0, 0.0, "", container=container)


def id_of(server: Process) -> str:
    """The engine's id for a server of a lab in containers."""
    assert isinstance(server, Container)
    return server.container
