"""The container image of the lab, for a pack."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

from streamlings.errors import LabError
from streamlings.pack.archive import CHUNK
from streamlings.servers import contents, engine
from streamlings.servers.containers import IMAGE
from streamlings.servers.say import Say


def save(target: Path, say: Say) -> bool:
    """Write it to `target`, compressed, and give True; where there is none that fits this clone, say so and give False.

    Raises LabError where the engine breaks off.
    """
    why = _why_not()
    if why:
        say(f"without the image of the lab in containers: {why}")
        return False
    say("saving the image of the lab in containers")
    docker = shutil.which("docker")
    assert docker
    with subprocess.Popen([docker, "save", IMAGE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as saving:
        assert saving.stdout and saving.stderr
        try:
            with gzip.open(target, "wb", compresslevel=1) as file:
                shutil.copyfileobj(saving.stdout, file, CHUNK)
        except BaseException:
            saving.kill()
            raise
        said = saving.stderr.read().decode(errors="replace")
    if saving.returncode != 0:
        raise LabError(f"`docker save {IMAGE}` failed", details=said[-1200:])
    return True


def _why_not() -> str:
    if shutil.which("docker") is None:
        return "there is no `docker` command"
    if not engine.ask("info", "--format", "{{.ID}}"):
        return "no container engine answers"
    if not engine.ask("image", "inspect", "--format", "{{.Id}}", IMAGE):
        return "it is not built (`docker compose build`)"
    return "" if fits() else "it was built for other versions or settings (`docker compose build` builds it anew)"


def fits() -> bool:
    """Whether this machine's container engine has an image of the lab that was made from what this clone has."""
    asks = ["--pull", "never", "--network", "none", "--entrypoint", "python", IMAGE, "-m", "streamlings.servers.contents"]
    return engine.ask("run", "--rm", *asks) == contents.digest()
