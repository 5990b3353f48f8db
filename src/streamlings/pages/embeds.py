"""The stream explorer in other pages: a link to one of its scenarios that stands alone becomes the explorer itself.

On the repository's host and in an editor the line stays a link, and so it does for a reader of the site without JavaScript.
"""

from __future__ import annotations

import json
import re

from mkdocs.utils import get_relative_url

from streamlings.errors import LabError
from streamlings.paths import ROOT

SCRIPT = "assets/explorer/stream-explorer.js"
SCENARIOS = ROOT / "site" / "assets" / "explorer" / "scenarios.json"
LINK = re.compile(r"^(\[[^]]+\]\([^)\s]*explorer\.md)#scenario=([\w-]+)\)$", re.M)


def with_explorers(markdown: str) -> str:
    """The text with an explorer for each such link. Raises LabError for a scenario that there is not."""
    return LINK.sub(_element, markdown)


def with_script(page: str, address: str) -> str:
    """The page's HTML, with the explorer's script where it needs that. `address` is the page's own."""
    if "<stream-explorer" not in page:
        return page
    return f'{page}\n<script type="module" src="{get_relative_url(SCRIPT, address)}"></script>'


def _element(link: re.Match[str]) -> str:
    names = [scenario["name"] for scenario in json.loads(SCENARIOS.read_text(encoding="utf-8"))]
    if link[2] not in names:
        raise LabError(f"the stream explorer has no scenario {link[2]}", hint=f"one of {', '.join(names)}")
    return f'<stream-explorer scenario="{link[2]}">{link[1]})</stream-explorer>'
