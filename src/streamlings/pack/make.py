"""`./streamlings pack`: everything that the course needs, in one archive, for machines of this kind that have no network."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from streamlings import __version__, jars
from streamlings.errors import LabError, UsageError
from streamlings.pack import image, packages
from streamlings.pack.archive import CHUNK, COURSE, IMAGE, MACHINE, MANIFEST, MAVEN, PYTHON, SITE, WHEELS, Manifest, versions
from streamlings.paths import ROOT, shown
from streamlings.servers.say import Say

AT_HOME = "site"
"""The group of jars.toml that is left out: the site is built already."""


def make(target: Path | None, say: Say, progress: jars.Progress) -> None:
    """Write the pack to `target`, or to a file of this folder that says what it is for; print what is in it, and how it is used.

    Raises UsageError for a `target` that is there or cannot be, and where this is no git clone; LabError where something cannot be had,
    or the disk is full.
    """
    target = (target or Path(f"streamlings-{__version__}-python{PYTHON}-{MACHINE}.tar")).absolute()
    if target.exists():
        raise UsageError(f"{shown(target)} is there already", hint="delete it, or name another file: ./streamlings pack FILE")
    if not target.parent.is_dir():
        raise UsageError(f"{shown(target)} cannot be written", hint="its folder does not exist")
    course = _course()
    try:
        with tempfile.TemporaryDirectory(prefix=".pack-", dir=target.parent) as folder:
            files = {f"{COURSE}{path.relative_to(ROOT)}": path for path in course}
            wheels, built = packages.wheels(Path(folder), say)
            files |= {f"{WHEELS}{path.name}": path for path in wheels}
            for group in jars.all_groups():
                files |= {f"{MAVEN}{jar.relative}": jar.path for jar in jars.group_files(group) if group != AT_HOME}
                jars.fetch(group)
            files |= {f"{SITE}{path.relative_to(site)}": path for site in [_site(Path(folder), say)] for path in _files(site)}
            if image.save(Path(folder, IMAGE), say):
                files[IMAGE] = Path(folder, IMAGE)
            _write(target, files, built, progress)
    except OSError as e:
        hint = "it needs about 3 GB beside it for a while; ./streamlings pack FILE names a file on another disk"
        raise LabError(f"{shown(target)} could not be written: {e.strerror or e}", hint=hint) from e
    _tell(target, files)


def _course() -> list[Path]:
    """The files of this clone that git tracks, as they are now."""
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        raise UsageError("there is no git, which tells what belongs to the course", hint="install git") from None
    if done.returncode != 0:
        raise UsageError(f"git cannot tell what belongs to the course: {done.stderr.strip()}", hint="make the pack in a git clone of it")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def _site(folder: Path, say: Say) -> Path:
    say("building the site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder / "site")]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError("the site could not be built", details=(done.stdout + done.stderr)[-1200:], hint="./streamlings docs builds it, too")
    return folder / "site"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _write(target: Path, files: dict[str, Path], built: dict[str, str], progress: jars.Progress) -> None:
    manifest = Manifest(PYTHON, MACHINE, versions(), {name: _sha256(path) for name, path in files.items()}, built)
    unfinished = target.with_name(f"{target.name}.part")
    progress.start(sum(path.stat().st_size for path in files.values()), target.name)
    try:
        with tarfile.open(unfinished, "w") as tar:
            text = json.dumps(manifest.to_json(), indent=1).encode()
            member = tarfile.TarInfo(MANIFEST)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
            for name, path in files.items():
                with path.open("rb") as file:
                    tar.addfile(_anybodys(tar.gettarinfo(path, name)), _Told(file, progress))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
        progress.done()


@dataclass(frozen=True)
class _Told:
    """A file of which it is told how far it has been read."""

    file: BinaryIO
    progress: jars.Progress

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.progress.advance(len(piece))
        return piece


def _anybodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Readable by whoever unpacks it, and without the names of whoever has made it."""
    member.mode = 0o755 if member.mode & 0o100 else 0o644
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            found.update(piece)
    return found.hexdigest()


def _tell(target: Path, files: dict[str, Path]) -> None:
    print(f"{shown(target)}: {target.stat().st_size / 1e6:,.0f} MB, for Python {PYTHON} on {MACHINE}")
    print("on another machine, without a network:")
    print(f"  tar -xf {target.name} streamlings && cd streamlings")
    print(f"  ./streamlings start --from ../{target.name}")
