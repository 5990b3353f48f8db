"""The versions that a result names."""

from __future__ import annotations

import platform
from importlib import metadata

from streamlings import __version__


def versions() -> dict[str, str]:
    """Of this tool, Python, and the packages that decide what a program does."""
    found = {"streamlings": __version__, "python": platform.python_version()}
    for package in ("apache-flink", "confluent-kafka", "fastavro"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
