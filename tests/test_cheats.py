"""Programs that try to pass without doing the work do not, and the check after them does not notice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from streamlings.dev.cheats import Cheat, Ground, cheats


@pytest.fixture(scope="module")
def ground(lab_state: Path) -> Iterator[Ground]:
    with Ground() as ground:
        yield ground


@pytest.mark.slow
@pytest.mark.parametrize("cheat", cheats(), ids=lambda cheat: cheat.path.stem)
def test_no_cheat_passes_and_the_next_check_does_not_notice(ground: Ground, cheat: Cheat) -> None:
    assert ground.shortcomings(cheat) == []
