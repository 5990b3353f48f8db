"""The lab's one state file: which servers of this clone run, where, and as which processes."""

from __future__ import annotations

import getpass
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

from streamlings.paths import state_folder
from streamlings.servers.container import Container
from streamlings.servers.process import Process


@dataclass
class LabState:
    """Addresses are "host:port"; "" means: not running. `processes` are keyed by server name."""

    backend: str = "native"
    kafka: str = ""
    flink: str = ""
    registry: str = ""
    postgres: str = ""
    processes: dict[str, Process] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    image: str = ""
    """What the image of its containers was made from (servers/contents.py), once that was asked."""
    project: str = ""
    """The name under which Compose runs it, where it runs in containers."""

    @property
    def runs(self) -> bool:
        """Whether some server is, or may be, there."""
        return bool(self.processes or self.kafka or self.flink or self.registry or self.postgres)

    @property
    def prefix(self) -> str:
        """What every name begins with that this user makes on servers that others use, too: "ada_"; "" for a lab of one's own."""
        return re.sub(r"[^a-z0-9]", "", getpass.getuser().lower()) + "_" if self.backend == "external" else ""

    @property
    def elsewhere(self) -> bool:
        """Whether the servers may be on other machines, where this one's folders and loopback are out of reach."""
        return self.backend == "external" and not all(is_loopback(address) for address in (self.kafka, self.flink) if address)

    def to_json(self) -> dict[str, Any]:
        data = {k: v for k, v in self.__dict__.items() if k != "processes"}
        return data | {"processes": {name: p.to_json() for name, p in self.processes.items()}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LabState:
        processes = {str(name): (Container if "container" in p else Process)(**p) for name, p in data.pop("processes").items()}
        return cls(**data, processes=processes)


def is_loopback(address: str) -> bool:
    """Whether "host:port" names this machine's loopback."""
    host = address.rpartition(":")[0].strip("[]")
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d+){3}", host) is not None


def state_file() -> Path:
    return state_folder() / "lab.json"


def read() -> LabState:
    """What the file says; an empty state when there is none. A corrupt file is kept aside as `lab.json.corrupt`."""
    path = state_file()
    try:
        return LabState.from_json(json.loads(path.read_text()))
    except FileNotFoundError:
        return LabState()
    except (ValueError, TypeError, KeyError, AttributeError):
        path.replace(path.with_suffix(".json.corrupt"))
        return LabState()


def write(state: LabState) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    path = state_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(state.to_json(), indent=1))
    temporary.replace(path)


@contextmanager
def changing() -> Iterator[LabState]:
    """The state, locked against other commands of this clone, and written back at the end (also when the block fails)."""
    state_folder().mkdir(parents=True, exist_ok=True)
    with FileLock(state_folder() / "lab.lock"):
        state = read()
        try:
            yield state
        finally:
            write(state)
