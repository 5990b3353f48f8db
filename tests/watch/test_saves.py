"""What counts as a save, look by look."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamlings.watch.saves import Saves


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        (["a", "a"], []),
        (["b", "b", "b"], ["noticed", "saved"]),
        (["b", "c", "d", "d"], ["noticed", "saved"]),
        (["", "b", "b"], ["noticed", "saved"]),
        (["", "a", "a", "a"], ["noticed", "unchanged"]),
        (["", "", "", "b", "b"], ["noticed", "empty", "noticed", "saved"]),
        ([" \n", " \n"], ["noticed", "empty"]),
        ([None, None, None, "a", "a"], ["noticed", "missing", "unchanged"]),
        ([None, "b", "b", "a", "a"], ["noticed", "saved", "noticed", "saved"]),
    ],
)
def test_looks(looks: list[str | None], said: list[str], tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("a")
    saves = Saves(lambda *_: None)
    saves.follow(file)
    told = [saves.look(None if text is None else text.encode()) for text in looks]
    assert [each for each in told if each] == said
