"""How much a first start downloads to this machine, in bytes, without downloading it."""

from __future__ import annotations

import os
import subprocess
import tomllib
from typing import Any

from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename

from streamlings import jars
from streamlings.dev.lock import uv_command
from streamlings.paths import ROOT, cache_folder

REQUIREMENTS = ("requirements.txt", "requirements-uv.txt")


def download_bytes() -> dict[str, int | None]:
    """What a machine that has nothing yet, not even uv, downloads before its first verdict: from PyPI and from Maven.

    `python` is None where neither uv's cache nor the registry tells every size. Not counted: setuptools (about 1 MB), which builds
    the few packages that come as source. Raises `UsageError` where there is no uv to ask.
    """
    return {"python": packages_bytes(), "maven": sum(file.size for group in ("kafka", "flink") for file in jars.group_files(group))}


def packages_bytes() -> int | None:
    """The files of requirements.txt and requirements-uv.txt that suit this machine and this Python; None if a size is not known.

    The sizes are those that the registry lists: as the installation left them in uv's cache, or else asked for again.
    """
    locked = _locked("--offline") or _locked()
    sizes = [_suitable(package).get("size") for package in locked]
    return sum(size for size in sizes if size is not None) if sizes and None not in sizes else None


def _locked(*options: str) -> list[dict[str, Any]]:
    """Each package with the wheels that suit this machine, and its source; empty when uv cannot tell."""
    command = [*uv_command(), "pip", "compile", *REQUIREMENTS, "--no-deps", "--format", "pylock.toml", *options]
    environment = {"UV_CACHE_DIR": str(cache_folder() / "uv")} | os.environ  # as the launcher chose it for the installation
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return tomllib.loads(done.stdout)["packages"] if done.returncode == 0 else []


def _suitable(package: dict[str, Any]) -> dict[str, Any]:
    """Of several wheels the most specific, as an installer chooses; the source where there is none."""
    rank = {tag: n for n, tag in enumerate(sys_tags())}

    def place(wheel: dict[str, Any]) -> int:
        return min(rank.get(tag, len(rank)) for tag in parse_wheel_filename(wheel["url"].rsplit("/", 1)[-1])[3])

    return min(package["wheels"], key=place) if package.get("wheels") else package["sdist"]
