"""How much a first start downloads to this machine, in bytes, without downloading it."""

from __future__ import annotations

from streamlings import jars
from streamlings.pack import packages


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
    sizes = [file.get("size") for file in packages.suitable_files()]
    return sum(size for size in sizes if size is not None) if sizes and None not in sizes else None
