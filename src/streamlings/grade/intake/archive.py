"""A submission in an archive: zip or tar, as its bytes say and not its name. Nothing is unpacked to the disk.

Of a zip the directory is read, then single members; a tar is read through once. Neither is believed what it says of sizes: bytes are
counted as they come.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Any

from streamlings.grade.intake.files import DEPTH, FILE_BYTES, Budget, File, Files, Refused, is_program, passed_over, too_large

COMPRESSED: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
OTHERS = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".tbz2", ".txz")
"""What else people pack with."""
UNREADABLE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, ValueError)


def is_archive(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def is_other_archive(name: str) -> bool:
    """Whether it is one of a kind that is not read."""
    return name.lower().endswith(OTHERS) and not is_archive(name)


def without_suffix(name: str) -> str:
    """The name of an archive without what says that it is one; any other as it is."""
    suffix = max((s for s in (*SUFFIXES, *OTHERS) if name.lower().endswith(s)), key=len, default="")
    return name[: len(name) - len(suffix)]


def files_of(path: Path, budget: Budget) -> Files:
    """The files of an archive. Raises Refused where it is none, or unpacks to more than is left of `budget`."""
    try:
        with path.open("rb") as opened:
            head = opened.read(8)
            opened.seek(0)
            if head.startswith(b"PK"):
                return _of_zip(opened, path, budget)
            return _of_tar(opened, head, budget)
    except Refused:
        raise
    except UNREADABLE as e:
        raise Refused(f"is no archive that can be read: {e}") from e


def _of_zip(opened: IO[bytes], path: Path, budget: Budget) -> Files:
    files = Files()
    with zipfile.ZipFile(opened) as archive:
        budget.take(sum(member.file_size for member in archive.infolist()))
        for member in archive.infolist():
            mode = member.external_attr >> 16
            parts = _parts(member.filename, files)
            if not parts or member.is_dir():  # in this order: one without a name is none
                continue
            if stat.S_ISLNK(mode):
                files.refuse(member.filename, "is a link, which archives are not read for")
            elif member.flag_bits & 1:
                files.refuse(member.filename, "is encrypted", unread=True)
            else:
                files.add(File(parts, lambda m=member: _member(path, m)))  # type: ignore[misc]
    return files


def _member(path: Path, member: zipfile.ZipInfo) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            found = file.read(FILE_BYTES + 1)
    except (*UNREADABLE, RuntimeError) as e:
        raise Refused(f"cannot be unpacked: {e}") from e
    if len(found) > FILE_BYTES:
        raise too_large(max(member.file_size, len(found)))
    return found


def _of_tar(opened: IO[bytes], head: bytes, budget: Budget) -> Files:
    files = Files()
    unpack = next((way for magic, way in COMPRESSED.items() if head.startswith(magic)), lambda raw: raw)
    counted = _Counted(unpack(opened), budget)
    with tarfile.open(fileobj=counted, mode="r|") as archive:
        for member in archive:
            parts = _parts(member.name, files)
            if not parts or member.isdir():
                continue
            if not member.isreg():
                files.refuse(member.name, "is a link or a device, which archives are not read for")
            elif member.size > FILE_BYTES:
                files.add(File(parts, lambda size=member.size: _raise(too_large(size))))  # type: ignore[misc]
            elif is_program(parts[-1]):  # nothing else is kept in memory
                content = archive.extractfile(member)
                assert content is not None
                found = content.read()
                files.add(File(parts, lambda found=found: found))  # type: ignore[misc]
    return files


class _Counted(io.RawIOBase):
    """Reads on until there was too much of it: what says little of itself may unpack to anything."""

    def __init__(self, source: IO[bytes], budget: Budget) -> None:
        self._source, self._budget = source, budget

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = self._source.read(size)
        self._budget.take(len(found))
        return found


def _raise(refused: Refused) -> bytes:
    raise refused


def _parts(name: str, files: Files) -> tuple[str, ...] | None:
    """The path of a member; None where it is passed over, or leads out of the archive."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        files.refuse(name, "has a path that leads out of the archive")
        return None
    if len(path.parts) > DEPTH:
        files.refuse(name, f"lies deeper than {DEPTH} folders", unread=True)
        return None
    if any(passed_over(folder) for folder in path.parts[:-1]):
        return None
    if is_archive(name) or is_other_archive(name):
        files.refuse(name, "is an archive in an archive, which is not read", unread=True)
        return None
    return path.parts
