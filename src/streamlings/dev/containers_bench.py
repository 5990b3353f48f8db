"""How large the image of the lab is, how soon it is built and up, and how long checks take on it."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamlings.paths import ROOT
from streamlings.servers import backends, containers, contents, engine, process, service

PROJECT = "streamlings-bench"
KINDS = ("bounded", "live")
NEEDS = {"kafka", "flink"}


def measure(check_times: Callable[[str], list[float]]) -> dict[str, object]:
    """Sizes in bytes, times in s, of checks the median for each kind; also natively, in the same minutes and on a lab that has just been
    started as well, for both change more than the two differ. The lab is one of its own, on other ports, and is removed again."""
    backends.up(needs=NEEDS)
    natively = _medians(check_times)
    backends.down()
    with _lab_of_its_own():
        engine.compose("build", "lab", deadline_s=3600)
        report: dict[str, object] = {"image_bytes": int(engine.run("image", "inspect", "--format", "{{.Size}}", containers.IMAGE))}
        report["build_warm_s"] = _seconds(lambda: engine.compose("build", "lab", deadline_s=600))
        report["healthy_s"] = _seconds(lambda: engine.compose("up", "--detach", "--wait", deadline_s=600))
        containers.up(needs=NEEDS)
        report["check_p50_s"] = _medians(check_times)
    return report | {"native_check_p50_s": natively}


def _medians(check_times: Callable[[str], list[float]]) -> dict[str, float]:
    return {kind: round(statistics.median(check_times(kind)), 2) for kind in KINDS}


@contextmanager
def _lab_of_its_own() -> Iterator[None]:
    """What this process starts in containers meanwhile, has a name, ports and a folder apart from the clone's lab."""
    folder, before = ROOT / ".streamlings" / PROJECT, dict(os.environ)
    ports = zip(service.PORTS, process.free_ports(len(service.PORTS)), strict=True)
    os.environ |= {f"STREAMLINGS_{server.upper()}_PORT": str(port) for server, port in ports}
    os.environ |= {"COMPOSE_PROJECT_NAME": PROJECT, "STREAMLINGS_BASE": f"python:{contents.PYTHON}-slim"}
    os.environ |= {"STREAMLINGS_STATE": str(folder), "STREAMLINGS_BACKEND": "containers"}
    try:
        yield
    finally:
        containers.down()
        engine.compose("down", "--volumes", "--remove-orphans")
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.clear()
        os.environ.update(before)


def _seconds(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return round(time.monotonic() - began, 1)
