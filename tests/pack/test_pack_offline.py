"""The offline classroom: a pack is made, and on a fresh clone with an empty cache, where no network is, it comes to a verdict."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from driving import left_of

from streamlings.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
OFFLINE = Path(__file__).with_name("offline.py")
ALL = """\
trap './streamlings down' EXIT
./streamlings start --from "$1" &&
./streamlings check events_and_schemas/wire_format --solution --json
"""
"""In one shell, for what `start` leaves running is in its network namespace. The exercise needs the registry, which `start` does not."""


def surroundings(folder: Path, **more: str) -> dict[str, str]:
    """This process's environment, but for what tells where packages, jars and labs are."""
    kept = {name: value for name, value in os.environ.items() if not re.match(r"STREAMLINGS_|PIP_|UV_|VIRTUAL_ENV", name)}
    return kept | {"HOME": str(folder), "STREAMLINGS_PYTHON": sys.executable} | more


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of this clone. Without an image, which takes a minute: no engine is found."""
    folder = tmp_path_factory.mktemp("the pack")
    command = [ROOT / "streamlings", "pack", "course.tar"]
    environment = os.environ | {"DOCKER_HOST": f"unix://{folder}/nobody.sock"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    assert "without the image of the lab in containers: " in done.stderr
    assert re.match(r"course\.tar: \d+ MB, for Python 3\.1[12] on ", done.stdout)
    assert [path.name for path in folder.iterdir()] == ["course.tar"]
    return folder / "course.tar"


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A fresh clone, whose cache is empty."""
    folder = tmp_path / "a clone"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", ROOT.as_uri(), folder], check=True)
    yield folder
    assert left_of(folder) == []


def test_it_holds_the_course_that_git_tracks(pack: Path) -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    with tarfile.open(pack) as tar:
        members = {member.name: member for member in tar}
    assert {f"streamlings/{name}" for name in tracked if (ROOT / name).is_file()} == {n for n in members if n.startswith("streamlings/")}
    assert members["streamlings/streamlings"].mode == 0o755
    assert {"site/index.html", "site/lessons/index.html"} <= members.keys()
    assert not any("mermaid" in name for name in members if name.startswith("maven/"))


def test_a_fresh_clone_comes_to_a_verdict_without_a_network(pack: Path, clone: Path, tmp_path: Path) -> None:
    allowed = subprocess.run([sys.executable, OFFLINE, "true"], capture_output=True, text=True)
    if allowed.returncode != 0:
        pytest.skip(f"no network namespace can be made here: {allowed.stderr.splitlines()[-1]}")
    environment = surroundings(tmp_path, STREAMLINGS_CACHE=str(tmp_path / "cache"))
    command = [sys.executable, OFFLINE, "sh", "-c", ALL, "sh", pack]
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"outcome": "passed"' in done.stdout
    assert "downloading" not in done.stderr
    assert "a real job on a real cluster" in done.stderr
    assert not (clone / ".streamlings" / "pack").exists()
    the_packs_site_is_served(clone, environment)


def the_packs_site_is_served(clone: Path, environment: dict[str, str]) -> None:
    """By a clone that has not the packages which build it."""
    command = [clone / "streamlings", "docs"]
    serving = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert serving.stderr
    found = re.match(r"Serving on (http://127\.0\.0\.1:\d+/)$", serving.stderr.readline())
    assert found
    assert "Learn Kafka and Flink" in requests.get(found[1], timeout=10).text
    os.killpg(serving.pid, signal.SIGINT)
    assert serving.wait(timeout=30) == 0


def test_a_damaged_pack_leaves_a_fresh_clone_fresh(pack: Path, clone: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "course.tar"
    with pack.open("rb") as whole:
        damaged.write_bytes(whole.read(100_000_000))
    command = [clone / "streamlings", "start", "--from", damaged]
    done = subprocess.run(command, env=surroundings(tmp_path), capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.splitlines()[1].startswith(f"error: {damaged} is no pack of this course, or a damaged one (")
    assert done.stderr.splitlines()[2].startswith("hint: ")
    assert not list((clone / ".streamlings").iterdir()) and not (clone / ".venv/streamlings.stamp").exists()
