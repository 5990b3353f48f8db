"""How to write exercises and checks, as CONTRIBUTING.md says it."""

from __future__ import annotations

from streamlings.errors import LabError
from streamlings.pages.markdown import section
from streamlings.paths import ROOT


def guide() -> str:
    """The part of CONTRIBUTING.md about exercises. Raises LabError when its headings have changed."""
    try:
        return section((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), "## A new exercise", "## Decisions")
    except ValueError as e:
        raise LabError(f"CONTRIBUTING.md has another heading: {e}", hint="name it in src/streamlings/pages/writing.py") from e
