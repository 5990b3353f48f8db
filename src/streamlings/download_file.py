"""One file on its way into the cache: resumed where it broke off, trusted only with the right checksum."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import BinaryIO

import requests

from streamlings.errors import LabError
from streamlings.jars import Jar, Progress

CHUNK = 1 << 16
"""Bytes read at once; so many at most are lost when a connection breaks off."""
TIMEOUT = (20, 180)
"""Seconds to connect, and between two pieces of an answer: a company's proxy may scan a large file before it answers."""
ATTEMPTS = 5
"""How often one file is taken up again by itself, as long as every attempt brings more of it."""


class _Interrupted(Exception):
    """Another file failed, or Ctrl-C: stop at the next piece and keep the .part."""


class FileDownload:
    """One file on its way into the cache. Once `stop` is set it gives up at the next piece, and keeps the .part."""

    def __init__(self, jar: Jar, base: str, progress: Progress | None, stop: threading.Event) -> None:
        self.jar, self.progress, self.stop = jar, progress, stop
        self.address = f"{base}/{jar.relative}"
        self.host = base.split("://")[-1].split("/")[0].split("@")[-1]  # a mirror's address may hold a password
        self.have = 0
        self.hash = hashlib.sha256()

    def run(self) -> None:
        """Raises `LabError`, or `OSError` when the disk does not take it."""
        self.jar.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.jar.part, "ab+") as part:
            self._take_up(part)
            resumed = self.have > 0
            self._complete(part)
            if resumed and not self._is_right():  # an earlier run's beginning may be the damaged piece: once without it
                self._start_over(part)
                self._complete(part)
        self._finish(self.jar.part)

    def _complete(self, part: BinaryIO) -> None:
        """Transfer what is missing, however often the connection breaks off, as long as every attempt brings more."""
        for attempt in range(1, ATTEMPTS + 1):
            before = self.have
            try:
                if self.have < self.jar.size:
                    self._transfer(part)
                return
            except requests.RequestException as error:
                if self.have <= before or attempt == ATTEMPTS:
                    raise self._unreachable(error) from error

    def _take_up(self, part: BinaryIO) -> None:
        """Hash what an earlier run left; more than the whole file cannot be a beginning of it."""
        part.seek(0)
        while piece := part.read(CHUNK):
            self._count(piece, told=False)
        if self.have > self.jar.size:
            self._start_over(part, told=False)

    def _start_over(self, part: BinaryIO, *, told: bool = True) -> None:
        if told and self.progress:
            self.progress.advance(-self.have)
        part.truncate(0)
        self.have, self.hash = 0, hashlib.sha256()

    def _transfer(self, part: BinaryIO) -> None:
        # "identity": a compressed answer would neither have the listed size nor resume at our offset.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={self.have}-"} if self.have else {})
        with requests.get(self.address, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            if answer.status_code not in (200, 206):
                raise self._refused(answer.status_code)
            resumes = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {self.have}-")
            if self.have and not resumes:
                if answer.status_code == 206:
                    raise requests.ConnectionError(f"asked for the bytes from {self.have} on, it sent others")
                self._start_over(part)
            for piece in answer.iter_content(CHUNK):
                if self.stop.is_set():
                    raise _Interrupted
                part.write(piece)
                self._count(piece)
                if self.have > self.jar.size:
                    return  # not our file, whatever follows: the checksum says so
        if self.have < self.jar.size:
            raise requests.ConnectionError(f"the answer ended after {self.have:,} of {self.jar.size:,} bytes")

    def _count(self, piece: bytes, *, told: bool = True) -> None:
        self.hash.update(piece)
        self.have += len(piece)
        if told and self.progress:
            self.progress.advance(len(piece))

    def _is_right(self) -> bool:
        return self.hash.hexdigest() == self.jar.sha256

    def _finish(self, part: Path) -> None:
        if self._is_right():
            part.replace(self.jar.path)
            return
        part.unlink()
        raise LabError(
            f"wrong checksum for {self.jar.path.name} from {self.host}, the download was deleted\n"
            f"expected  sha256 {self.jar.sha256}, {self.jar.size:,} bytes\n"
            f"got       sha256 {self.hash.hexdigest()}, {self.have:,} bytes",
            hint="run the command again; if it repeats, a proxy or a mirror between here and there alters downloads",
        )

    def _unreachable(self, error: requests.RequestException) -> LabError:
        got = f"{self.have / 1e6:.1f} of {self.jar.size / 1e6:.1f} MB arrived"
        return LabError(
            f"could not download {self.jar.path.name} from {self.host}: {_reason(error)} ({got})",
            hint="check the connection (or HTTPS_PROXY), then run the command again: it resumes where it broke off",
            details=str(error),
        )

    def _refused(self, status: int) -> LabError:
        if status >= 500:
            hint = "the server has trouble: run the command again later, it resumes where it broke off"
        elif status == 404:
            hint = "if STREAMLINGS_MAVEN names a mirror, it lacks this file; unset it to use the public repository"
        else:
            hint = "a proxy may refuse it: ask who runs your network, or let STREAMLINGS_MAVEN name a mirror that you may use"
        return LabError(
            f"could not download {self.jar.path.name}: {self.host} answered HTTP {status}", hint=hint, details=self.jar.relative
        )


def _reason(error: requests.RequestException) -> str:
    """The cause in a few words; the exception's own text is a screenful."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted here (a company's proxy? REQUESTS_CA_BUNDLE can name its certificate)"
    if isinstance(error, requests.Timeout):
        return f"no answer within {TIMEOUT[1]} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    text = str(error)
    if "refused" in text:
        return "connection refused"
    if "resolve" in text or "Name or service" in text:
        return "its name cannot be resolved (offline?)"
    return text if len(text) < 120 else "no connection"
