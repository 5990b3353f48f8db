"""What programs leave in their folders is removed, whatever rights it has and however deep it lies; what links name is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamlings.removal import remove

NOBODY = 65_534


@pytest.fixture
def there(tmp_path: Path) -> Path:
    (tmp_path / "there" / "a" / "b").mkdir(parents=True)
    (tmp_path / "there" / "a" / "b" / "file").write_text("x")
    return tmp_path / "there"


@pytest.fixture
def as_a_user(there: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whom rights bind: the superuser becomes nobody meanwhile."""
    monkeypatch.chdir(there.parent)  # of the folders above it nobody may read some
    if os.getuid() == 0:
        for path in (there.parent, there, *there.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    yield
    os.seteuid(os.getuid())


@pytest.mark.parametrize("rights", [0o000, 0o500, 0o600])
def test_folders_that_nobody_may_write_to(rights: int, there: Path, as_a_user: None) -> None:
    here = Path(there.name)
    for folder in (here / "a" / "b", here / "a", here):
        folder.chmod(rights)
    remove(here)
    assert not os.path.lexists(here)


def test_folders_too_deep_for_a_path(there: Path) -> None:
    here = os.open(there, os.O_RDONLY)
    for _ in range(1_500):  # deeper than Python calls itself
        os.mkdir("five5", dir_fd=here)
        below = os.open("five5", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    remove(there)
    assert not there.exists()


def test_links_are_removed_and_not_followed(there: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    (kept / "sub").mkdir(parents=True)
    (kept / "sub" / "file").write_text("x")
    kept.chmod(0o500)
    (there / "a" / "folder").symlink_to(kept)
    (there / "a" / "file").symlink_to(kept / "sub" / "file")
    remove(there)
    assert not there.exists()
    there.symlink_to(kept)
    remove(there)
    assert not there.is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o500 and (kept / "sub" / "file").read_text() == "x"
    remove(tmp_path / "nothing")
