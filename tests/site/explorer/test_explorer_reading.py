"""The explorer on a phone and on a desktop, in the light and in the dark, by axe, and without motion."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from explorer_reader import Reader
from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

TOO_WIDE = """root => [...root.shadowRoot.querySelectorAll("section, div, p, ol, table")]
    .filter((node) => node.getBoundingClientRect().right > root.getBoundingClientRect().right + 1).map((node) => node.className)"""
"""What of the element reaches beyond it."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_reads_well_and_axe_finds_nothing_serious(chromium: Browser, explorer: str, scheme: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    reader = Reader(context, explorer).open("#scenario=idle")
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width, "nothing to scroll sideways"
    assert reader.page.locator("stream-explorer").evaluate(TOO_WIDE) == []
    found = Axe().run(reader.page, context="stream-explorer").response["violations"]
    assert [(f["id"], f["nodes"][0]["html"][:200]) for f in found if f["impact"] in ("serious", "critical")] == []
    background = reader.page.locator(".explorer").evaluate("node => getComputedStyle(node).backgroundColor")
    light = sum(int(part) for part in background.removeprefix("rgb(").removesuffix(")").split(",")[:3]) > 3 * 128
    assert light == (scheme == "light"), background
    context.close()
    assert reader.wrong == []


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_by_itself_for_whoever_asks(chromium: Browser, explorer: str, motion: str) -> None:
    context = chromium.new_context(reduced_motion=motion)  # type: ignore[arg-type]
    reader = Reader(context, explorer).open()
    moves = reader.order("e0").locator(".shape").evaluate("node => getComputedStyle(node).transitionDuration") != "0s"
    assert moves == (motion == "no-preference")
    context.close()
