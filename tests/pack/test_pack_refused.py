"""Packs that cannot be used, and packs that cannot be made: one clear line, a hint, exit code 2, and nothing written."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import Cli, Done

from streamlings import jars
from streamlings.pack import archive, wheels
from streamlings.paths import ROOT

JAR = f"maven/{jars.group_files('kafka')[0].relative}"
FILES = {"wheels/a-1.0-py3-none-any.whl": b"a wheel", JAR: b"not this jar", "streamlings/README.md": b"# A course\n"}


def write_pack(path: Path, content: dict[str, bytes] = FILES, *, link: str = "", **manifest: object) -> Path:
    """A small pack that fits this clone, but for what `manifest` says otherwise."""
    says: dict[str, object] = {"python": archive.PYTHON, "machine": archive.MACHINE, "versions": archive.versions(), "built": {}}
    sums = {name: hashlib.sha256(held).hexdigest() for name, held in content.items()} | ({link: ""} if link else {})
    with tarfile.open(path, "w") as tar:
        for name, held in {"pack.json": json.dumps({"files": sums} | says | manifest).encode(), **content}.items():
            member = tarfile.TarInfo(name)
            member.size = len(held)
            tar.addfile(member, io.BytesIO(held))
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(member)
    return path


@pytest.fixture
def fresh(tmp_path: Path) -> Cli:
    """The command with an empty cache and a lab folder of its own."""
    return Cli(tmp_path, {"STREAMLINGS_STATE": str(tmp_path / "state"), "STREAMLINGS_CACHE": str(tmp_path / "cache")})


def refused(done: Done) -> str:
    """What was said of it, once that is one line and a hint."""
    lines = done.err.splitlines()
    assert done.code == 2 and len(lines) == 2, done.err
    assert lines[0].startswith("error: ") and lines[1].startswith("hint: ")
    return done.err


def cut(path: Path) -> None:
    path.write_bytes(write_pack(path).read_bytes()[:3000])


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.touch(),
    "something else": lambda path: path.write_bytes(b"PK\x03\x04" * 400),
    "cut off": cut,
    "another archive": lambda path: tarfile.open(path, "w").close(),
    "a list that is none": lambda path: write_pack(path, {"pack.json": b"[]"}),
    "a file is missing": lambda path: write_pack(path, files={"wheels/gone.whl": ""}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_no_whole_pack(fresh: Cli, tmp_path: Path, damage: str) -> None:
    DAMAGES[damage](tmp_path / "course.tar")
    assert "error: course.tar is no pack of this course, or a damaged one (" in refused(fresh("start", "--from", "course.tar"))


def test_no_file(fresh: Cli) -> None:
    assert "there is no file nowhere.tar" in refused(fresh("start", "--from", "nowhere.tar"))
    assert "there is no file ." in refused(fresh("start", "--from", "."))


@pytest.mark.parametrize(
    ("made", "says", "hint"),
    [
        ({"machine": "darwin-arm64"}, f"is for darwin-arm64, and this machine is {archive.MACHINE}", "on a machine of this kind"),
        ({"python": "3.10"}, f"is for Python 3.10, and this is Python {archive.PYTHON}", "STREAMLINGS_PYTHON=python3.10"),
        ({"versions": "0123"}, "was made from a clone with other versions than this one's", "tar -xf course.tar streamlings"),
    ],
)
def test_what_was_made_for_something_else(fresh: Cli, tmp_path: Path, made: dict[str, str], says: str, hint: str) -> None:
    write_pack(tmp_path / "course.tar", **made)
    said = refused(fresh("start", "--from", "course.tar"))
    assert f"error: course.tar {says}" in said and hint in said.splitlines()[1]


def test_a_jar_that_is_not_what_jars_toml_says(fresh: Cli, tmp_path: Path) -> None:
    """Also where the pack's own list agrees with it."""
    write_pack(tmp_path / "course.tar")
    assert f"{JAR} has another checksum" in refused(fresh("start", "--from", "course.tar"))
    assert not list((tmp_path / "cache").rglob("*.jar*"))


def take_wheels(pack: Path, folder: Path) -> Done:
    """As the launcher takes them."""
    command = [sys.executable, "-S", "-m", "streamlings.pack.wheels", str(pack), str(folder)]  # -S: no package is there yet
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True)
    return Done(done.returncode, done.stdout, done.stderr)


def test_wheels_are_taken_without_any_package(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "course.tar", built={"crcmod": "0" * 64})
    done = take_wheels(pack, tmp_path / "out")
    assert (done.code, done.err) == (0, f"taking 1 Python packages (0 MB) from {pack}\n")
    assert (tmp_path / "out/wheels/a-1.0-py3-none-any.whl").read_bytes() == b"a wheel"
    here, there = ((folder / "requirements.txt").read_text().splitlines() for folder in (ROOT, tmp_path / "out"))
    assert [line for line in there if line not in here] == [f"    --hash=sha256:{'0' * 64} \\"]
    assert there[there.index(f"    --hash=sha256:{'0' * 64} \\") - 1] == "crcmod==1.7 \\"


@pytest.mark.parametrize("name", ["wheels/../../evil", "wheels/{}/evil", "wheels/a/../../../evil"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    done = take_wheels(write_pack(tmp_path / "course.tar", {name.format(tmp_path): b"evil"}), tmp_path / "deep" / "out")
    assert done.code == 2 and "would leave its folder" in done.err, done.err
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["course.tar"]


def test_a_link_is_no_file_of_a_pack(tmp_path: Path) -> None:
    done = take_wheels(write_pack(tmp_path / "course.tar", link="wheels/link"), tmp_path / "out")
    assert done.code == 2 and "wheels/link is not in it" in done.err


def test_a_wheel_that_was_altered(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "course.tar")
    pack.write_bytes(pack.read_bytes().replace(b"a wheel", b"a whale"))
    done = take_wheels(pack, tmp_path / "out")
    assert done.code == 2 and "wheels/a-1.0-py3-none-any.whl has another checksum" in done.err
    assert not list((tmp_path / "out").rglob("*.whl*"))


def test_a_built_wheel_for_what_is_not_listed_changes_nothing() -> None:
    assert wheels.with_hashes("a==1 \\\n    --hash=sha256:1\n", {"b": "2"}) == "a==1 \\\n    --hash=sha256:1\n"


def test_where_a_pack_cannot_be_written(fresh: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("print()")
    assert "mine.py is there already" in refused(fresh("pack", "mine.py"))
    assert "nowhere/x.tar cannot be written" in refused(fresh("pack", "nowhere/x.tar"))
    assert (tmp_path / "mine.py").read_text() == "print()"
