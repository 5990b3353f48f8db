"""A Flink home that every lab of this user shares: the jars of the apache-flink wheel and the connectors, in one folder.

Real files or hard links, for Flink's own scripts do not follow links to jars. The planner is taken out of its loader jar, as Flink's
documentation allows (configuration/advanced: "swap planner with planner-loader"), because the loader unpacks 46 MB at every start.
The flink-python jar stands in lib/, so that a job need not bring its 42 MB along.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from filelock import FileLock

from streamlings import jars
from streamlings.paths import cache_folder

PLANNER_LOADER = "flink-table-planner-loader"


def wheel_folder() -> Path:
    """Where pip put the apache-flink wheel (found without importing it, which takes a second)."""
    spec = importlib.util.find_spec("pyflink")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def flink_home() -> Path:
    """The folder, assembled where it is not there yet (takes about a second)."""
    wheel = wheel_folder()
    parts = sorted([*wheel.glob("lib/*.jar"), *wheel.glob("opt/flink-python-*.jar"), *jars.fetch("flink")])
    key = hashlib.sha256("\n".join(f"{p.name}:{p.stat().st_size}" for p in parts).encode()).hexdigest()[:12]
    home = cache_folder() / "flink" / key
    if home.exists():
        return home
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(str(home) + ".lock"):
        if not home.exists():
            building = Path(tempfile.mkdtemp(dir=home.parent, prefix=".building-"))
            _assemble(building, wheel, parts)
            building.rename(home)
    return home


def _assemble(home: Path, wheel: Path, parts: list[Path]) -> None:
    (home / "lib").mkdir()
    (home / "opt").mkdir()
    for part in parts:
        if part.name.startswith(PLANNER_LOADER):
            with zipfile.ZipFile(part) as loader:
                loader.extract("flink-table-planner.jar", home / "lib")
        else:
            _place(part, home / "lib" / part.name)
    for part in wheel.glob("opt/*.jar"):
        _place(part, home / "opt" / part.name)
    shutil.copytree(wheel / "bin", home / "bin")
    shutil.copytree(wheel / "conf", home / "conf")


def _place(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, target)
