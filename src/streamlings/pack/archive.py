"""A pack, read. The launcher reads it before any package is installed, so this needs Python's own library only.

    pack.json       what the pack is for, and the checksum of every other file
    streamlings/    the course: `tar -xf PACK streamlings` gives a folder in which `./streamlings start --from PACK` works
    wheels/         Python packages, for one minor version of Python and one kind of machine
    maven/          what jars.toml lists, laid out as in the cache
    site/           the site, built
    image.tar.gz    the lab's container image, where there was one

Nothing is unpacked under a name or with a mode that the archive gives: files are asked for by name, and written where the clone wants them.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from streamlings import jars
from streamlings.errors import UsageError
from streamlings.paths import ROOT, shown

MANIFEST, IMAGE = "pack.json", "image.tar.gz"
COURSE, WHEELS, MAVEN, SITE = "streamlings/", "wheels/", "maven/", "site/"
CHUNK = 1 << 20

MACHINE = f"{sys.platform}-{platform.machine().lower()}"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def versions() -> str:
    """The same for two clones that need the same packages and jars."""
    files = [ROOT / "requirements.txt", ROOT / "requirements-uv.txt", jars.LIST]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


@dataclass(frozen=True)
class Manifest:
    """What pack.json says: what the pack is for, `files` with their SHA-256, and of the wheels those that were `built` from source."""

    python: str
    machine: str
    versions: str
    files: dict[str, str]
    built: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        return dict(self.__dict__)


class Pack:
    """An archive that is complete, by its own list. Raises UsageError for what is no pack, or a damaged one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise UsageError(f"there is no file {shown(path)}", hint="--from takes an archive that ./streamlings pack has made")
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115  (closed by __exit__)
        except (tarfile.TarError, OSError) as e:
            raise self._damaged(str(e)) from e
        try:
            self._members = {member.name: member for member in self._tar.getmembers() if member.isfile()}  # no link, no device
            self.manifest = Manifest(**json.loads(self._content(MANIFEST)))
            missing = [name for name in self.manifest.files if name not in self._members]
        except (tarfile.TarError, OSError, LookupError, ValueError, TypeError, AttributeError) as e:
            self._tar.close()
            raise self._damaged(str(e)) from e
        if missing:
            self._tar.close()
            raise self._damaged(f"{missing[0]} is not in it")

    def must_fit(self) -> None:
        """Raises UsageError where it was made for another kind of machine, another Python, or other versions than this clone's."""
        made, name = self.manifest, shown(self.path)
        if made.machine != MACHINE:
            raise UsageError(
                f"{name} is for {made.machine}, and this machine is {MACHINE}",
                hint="./streamlings pack makes one, on a machine of this kind",
            )
        if made.python != PYTHON:
            raise UsageError(
                f"{name} is for Python {made.python}, and this is Python {PYTHON}",
                hint=f"STREAMLINGS_PYTHON=python{made.python} ./streamlings start --from {name}",
            )
        if made.versions != versions():
            raise UsageError(
                f"{name} was made from a clone with other versions than this one's",
                hint=f"`tar -xf {name} streamlings` gives the course that belongs to it; ./streamlings pack makes one for this clone",
            )

    def names(self, prefix: str) -> list[str]:
        """The files of it whose names begin so."""
        return [name for name in self.manifest.files if name.startswith(prefix)]

    def size(self, name: str) -> int:
        """In bytes."""
        return self._members[name].size

    def take(self, name: str, target: Path, *, sha256: str = "") -> None:
        """Write one of its files to `target`, whole or not at all. Raises UsageError where it is not what the pack's list, or `sha256`,
        says, and LabError where the disk does not take it."""
        unfinished = target.with_name(f".{target.name}.{os.getpid()}")
        found = hashlib.sha256()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._open(name) as source, unfinished.open("wb") as file:
                while piece := source.read(CHUNK):
                    found.update(piece)
                    file.write(piece)
            if found.hexdigest() != (sha256 or self.manifest.files[name]):
                raise self._damaged(f"{name} has another checksum")
            unfinished.replace(target)
        except tarfile.TarError as e:
            raise self._damaged(str(e)) from e
        except OSError as e:
            raise jars.write_failed(e, f"unpack {name}", target, self.size(name)) from e
        finally:
            unfinished.unlink(missing_ok=True)

    def take_all(self, prefix: str, folder: Path) -> None:
        """Write the files of a folder of it below `folder`. Raises as `take`, and UsageError for a name that leads out of `folder`."""
        for name in self.names(prefix):
            path = name.removeprefix(prefix)
            if {"", ".", ".."} & set(path.split("/")):  # an absolute path begins with an empty part
                raise self._damaged(f"{name!r} would leave its folder")
            self.take(name, folder / path)

    def __enter__(self) -> Pack:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._tar.close()

    def _open(self, name: str) -> Any:
        return self._tar.extractfile(self._members[name])

    def _content(self, name: str) -> bytes:
        with self._open(name) as file:
            return bytes(file.read())

    def _damaged(self, why: str) -> UsageError:
        return UsageError(
            f"{shown(self.path)} is no pack of this course, or a damaged one ({why})",
            hint="copy it again from where it was made; ./streamlings pack makes one",
        )
