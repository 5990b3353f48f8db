"""`./streamlings dev lock`: from the versions in pyproject.toml, the four files that say exactly what is installed.

    requirements.txt       what the course runs, with every dependency and the hashes of its files
    requirements-dev.txt   what comes on top for working on it
    requirements-uv.txt    the installer
    src/.../jars.toml      what comes from Maven, with sizes and checksums

What already stands in them stays unless pyproject.toml asks for another version: delete a file to move all it holds.
No address of a registry is written anywhere: whoever installs may have a mirror.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import requests

from streamlings import jars
from streamlings.errors import LabError, UsageError
from streamlings.paths import ROOT

COMMAND = "./streamlings dev lock"
OLDEST_PYTHON = "3.11"
TIMEOUT = 180
"""Seconds for one answer of the Maven repository."""


def lock() -> None:
    """Write the four files anew. Raises `LabError` when a registry does not answer, `UsageError` without uv."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    settings = project["tool"]["streamlings"]
    _lock_packages(settings["uv"])
    _write_whole(jars.LIST, _maven_table(settings["maven"]))


def _lock_packages(uv_version: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        uv = Path(folder, "uv.in")
        uv.write_text(f"uv=={uv_version}\n", encoding="utf-8")
        _compile(uv, "requirements-uv.txt")
    _compile(Path("pyproject.toml"), "requirements.txt")
    base = _names(ROOT / "requirements.txt")
    # Constrained by requirements.txt, and without what stands there: both files are installed together.
    options = [option for name in base for option in ("--no-emit-package", name)]
    _compile(Path("pyproject.toml"), "requirements-dev.txt", "--extra", "dev", "--constraint", "requirements.txt", *options)


def _compile(source: Path, target: str, *options: str) -> None:
    common = ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-annotate", "--quiet"]
    quiet_about_addresses = ["--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", COMMAND]
    command = [*uv_command(), "pip", "compile", str(source), "-o", target, *common, *quiet_about_addresses, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        hint = "see what uv says; is the version in pyproject.toml right?"
        raise LabError(f"uv could not resolve {target}", hint=hint, details=done.stderr)


def uv_command() -> list[str]:
    """What starts uv: the one in this environment, else the one on PATH. Raises `UsageError` where there is none."""
    if find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    on_path = shutil.which("uv")
    if not on_path:
        raise UsageError("this needs uv, and there is none", hint=f"{sys.executable} -m pip install -r requirements-uv.txt")
    return [on_path]


def _names(requirements: Path) -> list[str]:
    return [line.split("==")[0] for line in requirements.read_text(encoding="utf-8").splitlines() if line[:1].isalnum()]


def _maven_table(groups: dict[str, dict[str, Any]]) -> str:
    lines = [f"# Made from pyproject.toml by `{COMMAND}`: do not edit. Sizes are in bytes."]
    # A released file never changes in a Maven repository, so what is listed already need not be downloaded again.
    known = {jar.coordinate: jar for group in jars.all_groups().values() for jar in group} if jars.LIST.exists() else {}
    for group, settings in groups.items():
        for coordinate in _coordinates(settings["artifacts"], transitive=settings["transitive"]):
            jar = known.get(coordinate) or _measure(coordinate)
            lines += ["", f"[[{group}]]", f'coordinate = "{jar.coordinate}"', f"size = {jar.size}", f'sha256 = "{jar.sha256}"']
    return "\n".join(lines) + "\n"


def _coordinates(artifacts: Sequence[str], *, transitive: bool) -> list[str]:
    if not transitive:
        return list(artifacts)
    from jgo.maven import MavenContext, PythonResolver

    with tempfile.TemporaryDirectory() as poms:
        context = MavenContext(
            repo_cache=Path(poms),
            local_repos=[],  # not what happens to be in this machine's ~/.m2
            remote_repos={"central": jars.base_address()},
            resolver=PythonResolver(),
            timeout=TIMEOUT,
        )
        try:
            wanted = [context.create_dependency(artifact) for artifact in artifacts]
            inputs, more = context.resolver.resolve(wanted, transitive=True)
        except (RuntimeError, requests.RequestException) as error:
            raise LabError(f"could not resolve {', '.join(artifacts)}: {error}", hint="check the connection and the version") from error
    more = sorted(more, key=lambda dependency: (dependency.groupId, dependency.artifactId))
    needed = [dependency.artifact for dependency in (*inputs, *more) if dependency.scope not in ("test", "provided")]
    return [f"{a.groupId}:{a.artifactId}:{a.version}" + (f":{a.packaging}:{a.classifier}" if a.classifier else "") for a in needed]


def _measure(coordinate: str) -> jars.Jar:
    """Size and SHA-256 of a file, by downloading it once; it must match the SHA-1 that the repository publishes."""
    relative = jars.Jar(coordinate, 0, "").relative
    address = f"{jars.base_address()}/{relative}"
    size, sha256, sha1 = 0, hashlib.sha256(), hashlib.sha1()
    try:
        published = requests.get(f"{address}.sha1", timeout=TIMEOUT)
        published.raise_for_status()
        with requests.get(address, stream=True, timeout=TIMEOUT, headers={"Accept-Encoding": "identity"}) as answer:
            answer.raise_for_status()
            for piece in answer.iter_content(1 << 18):
                size += len(piece)
                sha256.update(piece)
                sha1.update(piece)
    except requests.RequestException as error:
        raise LabError(f"could not download {coordinate}: {error}", hint="check the connection and the version") from error
    if published.text.split()[0] != sha1.hexdigest():
        raise LabError(f"{coordinate} does not match its published SHA-1", hint="run the command again: the download was damaged")
    return jars.Jar(coordinate, size, sha256.hexdigest())


def _write_whole(path: Path, text: str) -> None:
    """All of it or nothing, so that an interrupted lock leaves a file that works."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
