"""The Python packages of a pack, for the launcher: `python -m streamlings.pack.wheels PACK FOLDER`, before any package is installed.

FOLDER then has wheels/ and requirements.txt. That is the clone's, which names the checksum of every file that may be installed; for the few
packages that have no wheel anywhere it also names the one that was built for the pack, so that nothing is compiled again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from streamlings.errors import StreamlingsError
from streamlings.pack.archive import WHEELS, Pack
from streamlings.paths import ROOT


def take(path: Path, folder: Path) -> None:
    """Fill `folder`. Raises UsageError for a pack that is damaged or does not fit, LabError where the disk does not take it."""
    with Pack(path) as pack:
        pack.must_fit()
        wheels = pack.names(WHEELS)
        size = sum(pack.size(name) for name in wheels)
        print(f"taking {len(wheels)} Python packages ({size / 1e6:.0f} MB) from {path}", file=sys.stderr, flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        pack.take_all(WHEELS, folder / "wheels")
        (folder / "requirements.txt").write_text(with_hashes((ROOT / "requirements.txt").read_text(), pack.manifest.built))


def with_hashes(requirements: str, built: dict[str, str]) -> str:
    """A requirements file that also takes the wheels `built`, by package, of these checksums."""
    for name, sha256 in built.items():
        requirements = re.sub(rf"^({re.escape(name)}==.*) \\$", rf"\1 \\\n    --hash=sha256:{sha256} \\", requirements, flags=re.M)
    return requirements


if __name__ == "__main__":
    try:
        take(Path(sys.argv[1]), Path(sys.argv[2]))
    except StreamlingsError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        print(f"error: the pack could not be unpacked: {error}\nhint: is there room on the disk?", file=sys.stderr)
        sys.exit(3)
