"""Downloads: from a Maven repository on loopback that can be made to misbehave."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from streamlings import download_file, jars
from streamlings.errors import LabError
from streamlings.paths import ROOT

FILES = {f"org.example:part{n}:1.0": bytes([n]) * (400_000 + n) for n in range(6)}


class Repository(ThreadingHTTPServer):
    """Serves FILES as Maven lays them out; `behave` says how."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave = "well"
        self.requests: list[tuple[str, str | None]] = []
        self.content = {jars.Jar(c, 0, "").relative: body for c, body in FILES.items()}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Any = self.server
        wanted = self.headers.get("Range")
        server.requests.append((self.path.lstrip("/"), wanted))
        body = server.content.get(self.path.lstrip("/"))
        if body is None or server.behave == "404":
            return self.send_error(404)
        if server.behave == "altered":
            body = b"x" + body[1:]
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and server.behave != "ignores Range" else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        rest = body[start:]
        if server.behave == "breaks off always":
            rest = b""
        elif server.behave == "breaks off once" and not start:
            rest = rest[: len(rest) // 2]
        self.wfile.write(rest)

    def log_message(self, *args: object) -> None:
        pass


class Told:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.total = self.sum = self.ended = 0
        self.lock = threading.Lock()

    def start(self, total_bytes: int, what: str) -> None:
        self.total = total_bytes

    def advance(self, bytes: int) -> None:
        with self.lock:
            self.sum += bytes

    def done(self) -> None:
        self.ended += 1


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """The repository, with an empty cache and a jars.toml that lists its files as group `six`."""
    listing = tmp_path / "jars.toml"
    listing.write_text(
        "".join(
            f'[[six]]\ncoordinate = "{c}"\nsize = {len(body)}\nsha256 = "{hashlib.sha256(body).hexdigest()}"\n' for c, body in FILES.items()
        )
    )
    server = Repository()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(jars, "LIST", listing)
    monkeypatch.setenv("STREAMLINGS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("STREAMLINGS_MAVEN", f"http://127.0.0.1:{server.server_address[1]}/")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def first() -> jars.Jar:
    return jars.group_files("six")[0]


def leave_part(beginning: bytes) -> None:
    first().part.parent.mkdir(parents=True)
    first().part.write_bytes(beginning)


def test_all_of_a_group_arrives_and_is_not_asked_for_again(repository: Repository) -> None:
    told = Told()
    total = sum(map(len, FILES.values()))
    assert jars.size_missing("six") == total
    paths = jars.fetch("six", progress=told)
    assert [path.read_bytes() for path in paths] == list(FILES.values())
    assert (told.total, told.sum, told.ended) == (total, total, 1)
    assert jars.size_missing("six") == 0
    jars.fetch("six")
    assert len(repository.requests) == len(FILES)
    assert not list(paths[0].parents[3].rglob("*.part"))


def test_a_part_is_resumed(repository: Repository) -> None:
    leave_part(FILES[first().coordinate][:1000])
    assert jars.size_missing("six") == sum(map(len, FILES.values())) - 1000
    assert jars.fetch("six")[0].read_bytes() == FILES[first().coordinate]
    assert (first().relative, "bytes=1000-") in repository.requests


def test_a_server_that_ignores_range_makes_it_start_over(repository: Repository) -> None:
    repository.behave = "ignores Range"
    leave_part(b"something else entirely")
    told = Told()
    assert jars.fetch("six", progress=told)[0].read_bytes() == FILES[first().coordinate]
    assert told.sum == told.total


def test_a_part_longer_than_the_file_is_thrown_away(repository: Repository) -> None:
    leave_part(b"z" * 500_000)
    assert jars.fetch("six")[0].read_bytes() == FILES[first().coordinate]


def test_a_damaged_part_is_thrown_away(repository: Repository) -> None:
    leave_part(b"not its beginning")
    told = Told()
    assert jars.fetch("six", progress=told)[0].read_bytes() == FILES[first().coordinate]
    assert told.sum == told.total


def test_a_connection_that_breaks_off_is_taken_up_again(repository: Repository) -> None:
    repository.behave = "breaks off once"
    assert [path.read_bytes() for path in jars.fetch("six")] == list(FILES.values())


def test_what_arrived_stays_for_the_next_run(repository: Repository) -> None:
    repository.behave = "breaks off always"
    leave_part(FILES[first().coordinate][:1000])
    with pytest.raises(LabError, match=r"could not download part\d-1.0.jar from 127.0.0.1:\d+: .*0.[04] MB arrived") as caught:
        jars.fetch("six")
    assert "resumes" in caught.value.hint
    repository.behave = "well"
    jars.fetch("six")
    assert (first().relative, "bytes=1000-") in repository.requests


def test_an_altered_file_is_refused_and_deleted(repository: Repository) -> None:
    repository.behave = "altered"
    told = Told()
    with pytest.raises(LabError) as caught:
        jars.fetch("six", progress=told)
    assert "wrong checksum for part" in caught.value.message
    assert "expected  sha256 " in caught.value.message
    assert "a proxy or a mirror" in caught.value.hint
    assert told.ended == 1
    assert not any(jar.path.exists() for jar in jars.group_files("six"))
    repository.behave = "well"
    jars.fetch("six")


def test_a_file_that_the_repository_lacks(repository: Repository) -> None:
    repository.behave = "404"
    with pytest.raises(LabError, match="answered HTTP 404") as caught:
        jars.fetch("six")
    assert "STREAMLINGS_MAVEN" in caught.value.hint


def test_nobody_listens(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLINGS_MAVEN", "http://127.0.0.1:1")
    with pytest.raises(LabError, match=r"127\.0\.0\.1:1: connection refused") as caught:
        jars.fetch("six")
    assert caught.value.exit_code == 3


def test_a_full_disk_says_how_much_is_needed_and_where(repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class FullDisk(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download_file, "open", lambda *_: FullDisk(), raising=False)
    with pytest.raises(LabError) as caught:
        jars.fetch("six")
    assert "disk full" in caught.value.message
    assert "needs 2 MB more" in caught.value.message
    assert str(tmp_path / "cache") in caught.value.message
    assert "STREAMLINGS_CACHE" in caught.value.hint


def test_two_processes_at_once_download_once(repository: Repository) -> None:
    script = f"from pathlib import Path; from streamlings import jars; jars.LIST = Path({str(jars.LIST)!r}); print(*jars.fetch('six'))"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    both = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment) for _ in range(2)]
    outputs = {process.communicate(timeout=60)[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(outputs) == 1
    assert len(repository.requests) == len(FILES)


def test_the_course_lists_what_it_needs() -> None:
    groups = jars.all_groups()
    assert {"kafka", "flink", "jdbc", "registry"} <= set(groups)
    assert len(groups["kafka"]) == 44
    assert all(jar.size > 1000 and len(jar.sha256) == 64 for group in groups.values() for jar in group)
    assert groups["registry"][0].relative.endswith("/apicurio-registry-app-3.3.3-all.tar.gz")
    with pytest.raises(ValueError, match="no group 'kafak'"):
        jars.fetch("kafak")


def make_archive(path: Path, name: str, *, link_to: str = "") -> Path:
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = (tarfile.SYMTYPE, link_to) if link_to else (tarfile.REGTYPE, "")
        member.size = 0 if link_to else 5
        tar.addfile(member, io.BytesIO(b"hello"))
    return path


def test_an_archive_is_unpacked_once(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "app-1.0.tar.gz", "lib/app.jar")
    folder = jars.unpack(archive)
    assert (folder / "lib/app.jar").read_bytes() == b"hello"
    (folder / "mine").touch()
    assert jars.unpack(archive) == folder and (folder / "mine").exists()


@pytest.mark.parametrize(("name", "link_to"), [("../evil", ""), ("/tmp/evil", ""), ("a/../../evil", ""), ("a", "/etc/passwd")])
def test_an_archive_cannot_leave_its_folder(tmp_path: Path, name: str, link_to: str) -> None:
    inner = tmp_path / "cache"
    inner.mkdir()
    archive = make_archive(inner / "app-1.0.tar.gz", name, link_to=link_to)
    with pytest.raises(LabError, match="cannot be unpacked"):
        jars.unpack(archive)
    assert sorted(tmp_path.rglob("*")) == [inner, archive]


def test_a_truncated_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "app-1.0.tar.gz", "a")
    archive.write_bytes(archive.read_bytes()[:40])
    with pytest.raises(LabError, match="cannot be unpacked"):
        jars.unpack(archive)
    assert list(tmp_path.iterdir()) == [archive]
