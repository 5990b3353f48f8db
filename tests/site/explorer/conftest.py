"""The explorer's page of the built site, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from explorer_reader import Reader
from playwright.sync_api import Browser, Page


@pytest.fixture
def blank(chromium: Browser, address: str) -> Iterator[Page]:
    """A page without anything, which can import the explorer's modules from /assets/explorer/."""
    page = chromium.new_page()
    page.goto(f"{address}assets/explorer/scenarios.json")
    yield page
    page.close()


@pytest.fixture(scope="session")
def explorer(address: str) -> str:
    """The address of the explorer's page."""
    return f"{address}explorer/"


@pytest.fixture
def reader(chromium: Browser, explorer: str) -> Iterator[Reader]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    reader = Reader(context, explorer)
    yield reader
    context.close()
    assert reader.wrong == []
