"""`start --from PACK`: what a first start would download is taken from a pack. (Its Python packages: the launcher, by `wheels.py`.)"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from streamlings import jars
from streamlings.errors import StreamlingsError
from streamlings.pack import image
from streamlings.pack.archive import IMAGE, MAVEN, SITE, Pack
from streamlings.paths import cache_folder, packed_site, shown
from streamlings.servers import engine
from streamlings.servers.say import Say


def fill(path: Path, say: Say) -> None:
    """Bring the jars into the cache and the site into the clone. Raises UsageError for a pack that is damaged or does not fit, LabError
    where the disk does not take it."""
    with Pack(path) as pack:
        pack.must_fit()
        for jar in (jar for group in jars.all_groups().values() for jar in group):
            if f"{MAVEN}{jar.relative}" in pack.manifest.files and not jar.is_here():
                pack.take(f"{MAVEN}{jar.relative}", jar.path, sha256=jar.sha256)
        if pack.names(SITE):
            shutil.rmtree(packed_site(), ignore_errors=True)
            pack.take_all(SITE, packed_site())
    say(f"Kafka, Flink, the registry and the site are here, from {shown(path)}")


def load_image(path: Path, say: Say) -> None:
    """Give the pack's image to this machine's container engine, where there is one that has none for this clone; what goes wrong is only
    said, for the native lab does without."""
    with Pack(path) as pack:
        if IMAGE not in pack.manifest.files or shutil.which("docker") is None:
            return
        try:
            if not engine.ask("info", "--format", "{{.ID}}") or image.fits():
                return
            say(f"loading the image of the lab in containers ({pack.size(IMAGE) / 1e6:.0f} MB)")
            with tempfile.TemporaryDirectory(prefix="image-", dir=cache_folder()) as folder:
                pack.take(IMAGE, Path(folder, IMAGE))
                engine.run("load", "--quiet", "--input", str(Path(folder, IMAGE)), deadline_s=1800)
        except StreamlingsError as e:  # also UsageError: the pack's image is damaged
            say(f"the image of the lab in containers was not loaded: {e.message}. The native lab does without it")
