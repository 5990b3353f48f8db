"""The named pipe that a program reads: what fits, what waits, what was taken, and what stays afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamlings import wait
from streamlings.stage.pipe import Pipe

LINES = [f"order {n:05} ".encode() + b"x" * 100 for n in range(5_000)]


def test_lines_wait_until_there_is_room(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path / "orders")
    pipe.send(LINES)
    left = pipe.pump()
    assert 0 < left < len(LINES)
    assert pipe.taken == 0, "what lies in the pipe is not taken"
    with pipe.path.open("rb", buffering=0) as reader:
        first = reader.read(100 * (len(LINES[0]) + 1))
        assert first.splitlines() == LINES[:100]
        assert pipe.taken == 100
        assert pipe.pump() < left
    pipe.close()


def test_a_reader_gets_every_line_and_then_the_end(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path / "orders")
    pipe.send(LINES)
    found: list[bytes] = []
    with pipe.path.open("rb") as reader:
        while pipe.pump() or pipe.taken < len(LINES):
            found.append(reader.readline())
        pipe.close()
        found += reader.readlines()
    assert [line.rstrip(b"\n") for line in found] == LINES


def test_a_file_stays_in_its_place(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path / "orders")
    pipe.send([b"a", b"b"])
    pipe.close()
    pipe.close()
    assert pipe.path.is_file()
    assert pipe.path.read_bytes() == b"a\nb\n"
    assert pipe.pump() == 0


def test_a_line_that_comes_later_is_seen_by_a_reader_that_waits(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path / "orders")
    with pipe.path.open("rb") as reader:
        pipe.send([b"first"])
        assert reader.readline() == b"first\n"
        pipe.send([b"second"])
        assert reader.readline() == b"second\n"
        assert wait.until(lambda: pipe.taken == 2, deadline_s=5)
    pipe.close()


@pytest.mark.parametrize("size", [5_000, 70_000])
def test_a_line_longer_than_what_goes_in_at_once_is_refused(tmp_path: Path, size: int) -> None:
    pipe = Pipe(tmp_path / "orders")
    with pytest.raises(ValueError, match="too long"):
        pipe.send([b"x" * size])
    pipe.close()
