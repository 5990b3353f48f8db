"""What runs in a submission's container (`python -m streamlings.grade.isolation.inside`): one program, once.

On stdin come two JSON lines: first what surrounds the program (its environment; the address of Flink's REST API, or "", and the settings
of its clients), so that PyFlink's JVM starts, then the program itself. From then on this is an ordinary script: its stdout and stderr are
the container's, and its exit code the container's, too. When stdin ends early, nobody wants it any more. There is nothing here to find:
no checks, no seed, no other submission.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any

HOME = Path("/tmp/home")


def main() -> int:
    """Run the program; its exit code."""
    surroundings = json.loads(sys.stdin.readline())
    if surroundings["flink"]:
        _connect(surroundings)
    program = json.loads(sys.stdin.readline())
    threading.Thread(target=_only_while_wanted, daemon=True).start()
    path = HOME / program["name"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(program["text"], encoding="utf-8")
    os.environ.update(surroundings["env"])
    os.chdir(path.parent)

    from streamlings.worker.execute import execute

    return execute(path)


def _connect(surroundings: dict[str, Any]) -> None:
    """Like the grader's warm workers (worker/host.py), but without a job to warm up by: one program will run here, and warm it would be
    no sooner done."""
    from streamlings.paths import state_folder
    from streamlings.servers.flink import TAG
    from streamlings.servers.flink_home import flink_home
    from streamlings.worker import client

    conf = Path("/tmp/conf")
    shutil.copytree(flink_home() / "conf", conf, dirs_exist_ok=True)
    settings = [line for line in surroundings["config"].splitlines() if not line.startswith("io.tmp.dirs:")]
    (conf / "config.yaml").write_text("\n".join([*settings, "io.tmp.dirs: /tmp"]) + "\n")
    os.environ.update(client.environment(conf=conf, log=Path("/tmp"), warmed=False))
    os.chdir(state_folder())
    from streamlings.worker.host import connect

    jvm = connect(surroundings["flink"])
    jvm.forget_the_program()
    jvm.settings.setString("parallelism.default", str(surroundings["parallelism"]))
    jvm.settings.setString("pipeline.global-job-parameters", f"{TAG}:{surroundings['env']['STREAMLINGS_PREFIX']}")


def _only_while_wanted() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
