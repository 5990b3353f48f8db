"""The JVM of Flink's client, which PyFlink starts in the process that runs a program: its settings, and its end."""

from __future__ import annotations

from pathlib import Path

import psutil

from streamlings import wait
from streamlings.paths import state_folder
from streamlings.servers import java
from streamlings.servers.flink_home import flink_home

HEAP_MB = 320


def environment(*, conf: Path, log: Path, warmed: bool) -> dict[str, str]:
    """By which PyFlink starts it in a process whose folder is the lab's: PyFlink splits JVM_ARGS at every space, so the archive is named
    relative to that folder, whose path may hold one. `warmed`: whether it runs something before its program comes."""
    home = flink_home()
    classpath = [*home.glob("lib/*.jar"), *home.glob("opt/flink-python-*.jar")]
    archive = [option.replace(f"{state_folder()}/", "") for option in java.archive_options("pyflink", classpath)]
    compiler = [java.QUICK_COMPILER, *([] if warmed else [java.COMPILES_LITTLE])]
    return {
        "FLINK_HOME": str(home),
        "FLINK_CONF_DIR": str(conf),
        "FLINK_LOG_DIR": str(log),
        "JAVA_HOME": str(java.home()),
        "JVM_ARGS": " ".join([f"-Xmx{HEAP_MB}m", *java.FAST_START, *compiler, *archive]),
        "MALLOC_ARENA_MAX": "2",
        "STREAMLINGS_PREFIX": "",
    }


def end(process: int) -> None:
    """End the JVM of this process in an orderly way, so that it writes its archive."""
    try:
        jvms = [c for c in psutil.Process(process).children(recursive=True) if c.name().startswith("java")]
        for jvm in jvms:
            jvm.terminate()
        # not psutil.wait_procs: it would wait for their zombies, which only the process itself can reap
        wait.until(lambda: not any(jvm.is_running() and jvm.status() != psutil.STATUS_ZOMBIE for jvm in jvms), deadline_s=20)
    except psutil.Error:
        pass
