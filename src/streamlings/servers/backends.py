"""The lab, in whichever of its ways it runs: natively, in containers, or on servers that somebody else runs."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any, cast

from streamlings.errors import UsageError
from streamlings.servers import BACKENDS, state
from streamlings.servers.say import Say, quiet
from streamlings.servers.state import LabState


def choose(name: str) -> None:
    """For the rest of this command, and whatever it starts. Raises UsageError where the lab runs in another way."""
    os.environ["STREAMLINGS_BACKEND"] = name
    _assert_chosen(state.read())


def chosen() -> str:
    """The way in which this command uses the lab: as was chosen, or as it runs. Raises UsageError where STREAMLINGS_BACKEND is none."""
    lab = state.read()
    name = os.environ.get("STREAMLINGS_BACKEND") or (lab.backend if lab.runs else "native")
    if name not in BACKENDS:
        raise UsageError(
            f"STREAMLINGS_BACKEND is {name}, which is no way to run the lab", hint=f"one of {', '.join(BACKENDS)}, or unset it"
        )
    return name


def up(*, needs: set[str], say: Say = quiet) -> LabState:
    """Bring up the servers that are needed and do not run; the lab's state. Natively, where nobody has chosen and nothing runs.

    Raises UsageError where the lab runs in another way than was chosen, LabError where a server does not come up.
    """
    _assert_chosen(state.read())
    module: Any = _module(chosen())
    return cast(LabState, module.up(needs=needs, say=say))


def down(say: Say = quiet) -> list[str]:
    """End exactly what `up` has started; the names of what ran."""
    module: Any = _module(state.read().backend)
    return cast(list[str], module.down(say))


def _assert_chosen(lab: LabState) -> None:
    if lab.runs and chosen() != lab.backend:
        raise UsageError(f"the lab runs with --backend {lab.backend}", hint="./streamlings down ends it")


def _module(backend: str) -> ModuleType:
    from streamlings.servers import containers, external, native

    return {"native": native, "containers": containers, "external": external}[backend]
