"""Mermaid, which draws the lessons' diagrams: served by the site itself, and only to pages that have some."""

from __future__ import annotations

import html
import zipfile
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File
from mkdocs.utils import get_relative_url

from streamlings import jars

MERMAID = "assets/mermaid.min.js"
SCRIPTS = (MERMAID, "assets/diagrams.js")
CLASS = 'class="mermaid"'


def script(config: MkDocsConfig) -> File:
    """The file, out of its archive. Raises `LabError` when that cannot be downloaded."""
    (archive,) = jars.fetch("site")
    with zipfile.ZipFile(archive) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith("/dist/mermaid.min.js"))
        file = File.generated(config, MERMAID, content=packed.read(name))
    return file


def fence(source: str, language: str, css_class: str, options: dict[str, Any], md: Any, **_: Any) -> str:
    """How a fenced block of Mermaid becomes HTML: a wide one scrolls by itself, with the keyboard too."""
    drawn = f"<pre {CLASS}><code>{html.escape(source)}</code></pre>"
    return f'<div class="diagram" tabindex="0" role="group" aria-label="diagram" data-search-exclude>{drawn}</div>'


def with_scripts(page: str, address: str) -> str:
    """The page's HTML, with the scripts where it needs them. Material for MkDocs would otherwise load Mermaid from another host."""
    if CLASS not in page:
        return page
    return "\n".join([page, *(f'<script src="{get_relative_url(script, address)}"></script>' for script in SCRIPTS)])
