"""What an image of the lab must agree on with the clone that uses it: versions, and the settings of its servers."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from streamlings.paths import ROOT

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""Python functions are handed to TaskManagers as bytecode, which another minor version cannot run."""


def files() -> list[Path]:
    """What decides the servers' versions and settings."""
    here = Path(__file__).parent
    return [ROOT / "requirements.txt", here.parent / "jars.toml", *sorted(here.glob("*.py"))]


def digest() -> str:
    """The same for an image and a clone that fit together; it begins with the version of Python."""
    sums = "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in files())
    return f"{PYTHON}-{hashlib.sha256(sums.encode()).hexdigest()[:16]}"


if __name__ == "__main__":
    print(digest())
