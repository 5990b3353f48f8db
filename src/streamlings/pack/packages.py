"""The Python packages that a first start installs on this machine: which files they are, and the files themselves."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename

from streamlings import jars
from streamlings.dev.lock import uv_command
from streamlings.errors import LabError
from streamlings.paths import ROOT, cache_folder
from streamlings.servers.say import Say

REQUIREMENTS = ("requirements.txt", "requirements-uv.txt")


@dataclass(frozen=True)
class Package(jars.Jar):
    """A wheel, or the source of what has none, downloaded as jars are. `coordinate` is its address without the host."""

    name: str
    base: str

    @property
    def relative(self) -> str:
        return self.coordinate

    @property
    def path(self) -> Path:
        return cache_folder() / "packages" / unquote(self.coordinate.rsplit("/", 1)[-1])


def suitable_files() -> list[dict[str, Any]]:
    """Of each package of requirements.txt and requirements-uv.txt the file for this machine and this Python: `name` and, where the registry
    tells, `url`, `size` and `hashes`. [] when uv cannot tell. Raises UsageError where there is no uv to ask."""
    locked = _locked("--offline") or _locked()
    return [_suitable(package) | {"name": package["name"]} for package in locked]


def wheels(folder: Path, say: Say) -> tuple[list[Path], dict[str, str]]:
    """Wheels of all of them, downloaded into the cache or built in `folder`; and the SHA-256 of those that were built, by package.

    Raises LabError where a file cannot be had or built.
    """
    from streamlings.download import download_all

    packages = [_package(file) for file in suitable_files()]
    if not packages:
        raise LabError("uv cannot tell which Python packages are needed here", hint="check the connection, then run the command again")
    for base, group in groupby(sorted(packages, key=lambda package: package.base), key=lambda package: package.base):
        files = list(group)
        if not all(file.is_here() for file in files):
            download_all("Python packages", files, base, jars.new_progress() if jars.new_progress else None)
    sources = [package for package in packages if package.path.suffix != ".whl"]
    say(f"building {len(sources)} packages that have no wheel: {', '.join(package.name for package in sources)}")
    built = {package.name: _build(package.path, folder) for package in sources}
    sums = {name: hashlib.sha256(wheel.read_bytes()).hexdigest() for name, wheel in built.items()}
    return [package.path for package in packages if package.name not in built] + list(built.values()), sums


def _locked(*options: str) -> list[dict[str, Any]]:
    """Each package with the wheels that suit this machine, and its source; empty when uv cannot tell."""
    command = [*uv_command(), "pip", "compile", *REQUIREMENTS, "--no-deps", "--python", sys.executable, "--format", "pylock.toml", *options]
    done = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True)
    return tomllib.loads(done.stdout)["packages"] if done.returncode == 0 else []


def _environment() -> dict[str, str]:
    return {"UV_CACHE_DIR": str(cache_folder() / "uv")} | os.environ  # as the launcher chose it for the installation


def _suitable(package: dict[str, Any]) -> dict[str, Any]:
    """Of several wheels the most specific, as an installer chooses; the source where there is none."""
    rank = {tag: n for n, tag in enumerate(sys_tags())}

    def place(wheel: dict[str, Any]) -> int:
        return min(rank.get(tag, len(rank)) for tag in parse_wheel_filename(wheel["url"].rsplit("/", 1)[-1])[3])

    return min(package["wheels"], key=place) if package.get("wheels") else package["sdist"]


def _package(file: dict[str, Any]) -> Package:
    if not {"url", "size", "hashes"} <= file.keys():
        raise LabError(
            f"the registry does not tell address, size and checksum of {file['name']}",
            hint="make the pack where uv installs from a registry that lists them",
        )
    address = urlsplit(file["url"])
    base = f"{address.scheme}://{address.netloc}"
    return Package(address.path.lstrip("/"), int(file["size"]), file["hashes"]["sha256"], file["name"], base)


def _build(source: Path, folder: Path) -> Path:
    """A wheel of `source`, built with the constraints of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(dir=folder) as out:
        constraints = Path(out, "constraints.txt")
        constraints.write_text("\n".join(project["tool"]["uv"]["build-constraint-dependencies"]))
        command = [*uv_command(), "build", "--quiet", "--wheel", "--python", sys.executable, "--build-constraints", str(constraints)]
        done = subprocess.run([*command, "--out-dir", out, str(source)], env=_environment(), cwd=out, capture_output=True, text=True)
        found = list(Path(out).glob("*.whl"))
        if done.returncode != 0 or not found:
            raise LabError(
                f"{source.name} could not be built", details=done.stderr[-1200:], hint="check the connection; a compiler may be missing"
            )
        return found[0].rename(folder / found[0].name)
