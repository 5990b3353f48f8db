"""The files that PyPI has not: Kafka, Flink's connectors, the JDBC driver, the schema registry.

`jars.toml` beside this file says per group what belongs to it, with sizes and checksums (`./streamlings dev lock` makes
it). They come from a Maven repository into the cache that every clone of this user shares, laid out as Maven does.
"""

from __future__ import annotations

import errno
import os
import shutil
import tarfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from streamlings.errors import LabError
from streamlings.paths import cache_folder

LIST = Path(__file__).with_name("jars.toml")


class Progress(Protocol):
    """Who is told how far a download is; `report.download` has the one for people."""

    def start(self, total_bytes: int, what: str) -> None: ...

    def advance(self, bytes: int) -> None:
        """`bytes` more have arrived; negative when a server could not resume and the file starts over."""

    def done(self) -> None:
        """Called in any case, after a failure too."""


new_progress: Callable[[], Progress] | None = None
"""Makes the listener for downloads that come up by the way; the command line sets it."""


@dataclass(frozen=True)
class Jar:
    """One file of a Maven repository: `group:artifact:version`, with `:packaging:classifier` when it is not a jar."""

    coordinate: str
    size: int
    sha256: str

    @property
    def relative(self) -> str:
        """Where it is in any Maven repository, such as `org/a/b/1.0/b-1.0.jar`."""
        group, artifact, version, *rest = self.coordinate.split(":")
        packaging, classifier = rest or ("jar", "")
        name = f"{artifact}-{version}-{classifier}" if classifier else f"{artifact}-{version}"
        return f"{group.replace('.', '/')}/{artifact}/{version}/{name}.{packaging}"

    @property
    def path(self) -> Path:
        return cache_folder() / "maven" / self.relative

    @property
    def part(self) -> Path:
        """What of it has arrived so far. It gets its final name only when its checksum held."""
        return self.path.with_name(self.path.name + ".part")

    def is_here(self) -> bool:
        """The name vouches for the checksum, so the size is enough: hashing 250 MB at every start would cost a second."""
        return _size(self.path) == self.size

    def bytes_missing(self) -> int:
        return 0 if self.is_here() else max(0, self.size - _size(self.part))


def base_address() -> str:
    """The Maven repository to download from: the public one, or `STREAMLINGS_MAVEN` (a mirror; the tests serve one)."""
    mirror = os.environ.get("STREAMLINGS_MAVEN")
    if mirror:
        return mirror.rstrip("/")
    from jgo.constants import MAVEN_CENTRAL_URL

    return str(MAVEN_CENTRAL_URL)


@cache
def _groups(path: Path) -> dict[str, list[Jar]]:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {group: [Jar(**entry) for entry in entries] for group, entries in table.items()}


def all_groups() -> dict[str, list[Jar]]:
    """What jars.toml says, by group."""
    return _groups(LIST)


def group_files(group: str) -> list[Jar]:
    """What belongs to a group. Raises `ValueError` for a group that jars.toml has not."""
    groups = all_groups()
    if group not in groups:
        raise ValueError(f"no group {group!r} in {LIST.name}, only {', '.join(groups)}")
    return groups[group]


def size_missing(group: str) -> int:
    """Bytes of a group that are yet to be downloaded."""
    return sum(jar.bytes_missing() for jar in group_files(group))


def fetch(group: str, *, progress: Progress | None = None) -> list[Path]:
    """The local paths of a group's files, downloaded first where they are missing.

    A download that broke off is resumed by the next call. Two processes may call it at once: the second waits, and then
    finds everything. Raises `LabError` when a file cannot be had: unreachable, HTTP error, wrong checksum, disk full.
    """
    jars = group_files(group)
    if not all(jar.is_here() for jar in jars):
        # requests and its TLS take a tenth of a second to import: only when something is to be downloaded.
        from streamlings.download import download_all

        download_all(group, jars, base_address(), progress or (new_progress() if new_progress else None))
    return [jar.path for jar in jars]


def unpacked(archive: Path) -> Path:
    """The folder beside it in which a `.tar.gz` of the cache is unpacked."""
    return archive.with_name(archive.name.removesuffix(".tar.gz"))


def unpack(archive: Path) -> Path:
    """The folder that a `.tar.gz` of the cache is unpacked in, beside it; the first call unpacks.

    It appears whole or not at all. Raises `LabError` when the disk is full or the archive is not as it should be.
    """
    folder = unpacked(archive)
    if folder.is_dir():
        return folder
    unfinished = archive.with_name(f".unpack-{os.getpid()}-{folder.name}")
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                _refuse_unsafe(member)
                tar.extract(member, unfinished, **_FILTER)  # type: ignore[arg-type]
        unfinished.rename(folder)
    except (tarfile.TarError, EOFError) as error:
        raise LabError(
            f"{archive.name} cannot be unpacked: {error}", hint=f"delete {archive} and run the command again: it is downloaded anew"
        ) from error
    except OSError as error:
        if not folder.is_dir():  # otherwise another process was first, and its folder is as good
            raise write_failed(error, f"unpack {archive.name}", folder, archive.stat().st_size * 2) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


# Python before 3.11.4 has no filters; `_refuse_unsafe` is stricter, so it is no less safe there.
_FILTER = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def _refuse_unsafe(member: tarfile.TarInfo) -> None:
    """Only plain files and folders that stay inside: the archives of this course need nothing else."""
    inside = not member.name.startswith("/") and ".." not in member.name.split("/")
    if not (inside and (member.isfile() or member.isdir())):
        raise tarfile.TarError(f"{member.name!r} would leave its folder, or is a link or a device")


def write_failed(error: OSError, doing: str, where: Path, needed: int) -> LabError:
    """The error for people when the cache cannot be written. `needed` is in bytes."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        message = f"disk full: could not {doing}, which needs {needed / 1e6:.0f} MB more in {where.parent}"
        return LabError(message, hint="make room there, or let STREAMLINGS_CACHE name a folder on a larger disk")
    message = f"could not {doing} in {where.parent}: {error.strerror or error}"
    return LabError(message, hint="STREAMLINGS_CACHE can name another folder that you may write to")


def _size(path: Path) -> int:
    """In bytes, 0 for what is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
