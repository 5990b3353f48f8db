"""The image in a pack: who is given it, and what happens where that goes wrong. On an engine that is told of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pack.test_pack_refused import write_pack

from streamlings.pack import archive, use
from streamlings.servers import contents, engine

IMAGE = b"an image"


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[bytes]:
    """What the engine was given; it has an image of other versions."""
    given: list[bytes] = []

    def run(*arguments: str, **_: object) -> str:
        given.append(Path(arguments[-1]).read_bytes())
        return ""

    monkeypatch.setenv("STREAMLINGS_CACHE", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda _: "docker")
    monkeypatch.setattr(engine, "run", run)
    monkeypatch.setattr(engine, "ask", lambda *asked: "3.11-0123" if asked[0] == "run" else "there")
    return given


def test_an_engine_with_an_image_of_other_versions_is_given_it(loaded: list[bytes], tmp_path: Path) -> None:
    use.load_image(write_pack(tmp_path / "course.tar", {archive.IMAGE: IMAGE}), lambda _: None)
    assert loaded == [IMAGE]


def test_an_engine_that_has_it_is_not(loaded: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ask", lambda *asked: contents.digest())
    use.load_image(write_pack(tmp_path / "course.tar", {archive.IMAGE: IMAGE}), lambda _: None)
    assert loaded == []


def test_a_damaged_image_is_only_said(loaded: list[bytes], tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "course.tar", {archive.IMAGE: IMAGE})
    pack.write_bytes(pack.read_bytes().replace(IMAGE, b"no image"))
    said: list[str] = []
    use.load_image(pack, said.append)
    assert loaded == [] and "image.tar.gz has another checksum" in said[-1] and "The native lab does without it" in said[-1]
