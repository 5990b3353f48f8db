"""The site in a real Chromium: every page, on a phone and on a desktop, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from streamlings.course import Course
from streamlings.pages.course_pages import lessons

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # a hundred pages; on a busy machine each may take seconds

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


def pages_of(site: Path) -> list[str]:
    """Addresses of all pages, below the site's own."""
    return sorted(page.parent.relative_to(site).as_posix().removesuffix(".") for page in site.rglob("index.html"))


@pytest.fixture
def opened(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page, given its path below the site's address."""
    contexts = []

    def open_(path: str, *, viewport: ViewportSize = DESKTOP, dark: bool = False) -> Page:
        context = chromium.new_context(viewport=viewport, color_scheme="dark" if dark else "light", base_url=address)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()


def test_every_page_loads_by_itself_and_fits_a_phone(site: Path, address: str, opened: Callable[..., Page]) -> None:
    """Without an error on its console, without a request that fails or goes to another host, and not wider than the screen."""
    page = opened("", viewport=PHONE)
    faults: list[str] = []
    page.on("console", lambda said: faults.append(f"{page.url}: {said.text}") if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("response", lambda answer: faults.append(f"{answer.url}: {answer.status}") if answer.status >= 400 else None)
    page.on("request", lambda asked: None if asked.url.startswith((address, "data:", "blob:")) else faults.append(asked.url))
    for path in pages_of(site):
        page.goto(path)
        expect(page.locator("pre.mermaid")).to_have_count(0)  # all are drawn
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            faults.append(f"{path}: {width} pixels wide")
        if page.locator("h1").count() != 1:
            faults.append(f"{path}: not one title")
    assert faults == []


def one_of_each(lesson: str) -> list[str]:
    """A lesson, an exercise and its solution."""
    exercise = next(e for e in Course().exercises if e.id.startswith(f"{lesson}/"))
    page = f"lessons/{exercise.place.as_posix()}"
    return [page.rpartition("/")[0], page, f"{page}/solution"]


def test_axe_finds_no_serious_fault(site: Path, opened: Callable[..., Page]) -> None:
    page = opened("")
    paths = [path for path in pages_of(site) if not path.startswith("lessons/")]
    standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
    assert serious(page, [*paths, *one_of_each("windows")], {"runOnly": standards}) == []


def test_everything_can_be_read_in_the_dark(opened: Callable[..., Page]) -> None:
    page = opened("", dark=True)
    paths = ["", "install", "concepts/watermarks", "reference/result", *one_of_each("event_time")]
    rules = ["color-contrast", "link-in-text-block"]
    assert serious(page, paths, {"runOnly": {"type": "rule", "values": rules}}) == []


def serious(page: Page, paths: list[str], options: dict[str, object]) -> list[str]:
    """What axe finds on these pages."""
    faults = []
    for path in paths:
        page.goto(path)
        for found in Axe().run(page, options=options | {"resultTypes": ["violations"]}).response["violations"]:
            if found["impact"] in ("serious", "critical"):
                faults.append(f"{path}: {found['id']}: {found['nodes'][0]['html'][:200]} ({len(found['nodes'])} times)")
    return faults


def test_the_search_finds_watermark(opened: Callable[..., Page]) -> None:
    page = opened("")
    page.keyboard.press("/")
    page.keyboard.type("watermark")
    first = page.locator(".md-search-result__link").first
    expect(first).to_contain_text("Watermark", ignore_case=True)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("article")).to_contain_text("watermark")
    assert page.url.rstrip("/") != opened("").url.rstrip("/")


def test_the_navigation_follows_the_order_of_the_folders(opened: Callable[..., Page], address: str) -> None:
    wanted = ["lessons/"]
    for lesson, exercises in lessons().items():
        wanted += [lesson.removesuffix("README.md"), *(f"lessons/{e.place.as_posix()}/" for e in exercises)]
    page = opened("lessons/")
    links = page.locator(".md-nav--primary a[href]").evaluate_all("all => all.map(a => a.href.split('#')[0])")
    told = [link.removeprefix(address) for link in links if link.startswith(f"{address}lessons/")]
    assert list(dict.fromkeys(told)) == wanted
    page.locator(".md-footer__link--next").click()
    assert page.url == address + wanted[1]


def test_a_solution_is_shown_to_those_who_ask(opened: Callable[..., Page]) -> None:
    exercise = Course().find("event_time/watermark")
    page = opened(f"lessons/{exercise.place.as_posix()}/")
    anyway = page.get_by_role("link", name="Show it anyway")
    expect(anyway).to_be_hidden()
    page.get_by_text("Show the solution").click()
    expect(page.locator("details")).to_contain_text("opens after the pass")
    anyway.click()
    expect(page.locator("article")).to_contain_text("INTERVAL '5' SECOND")


def test_the_dark_is_followed_and_can_be_chosen(opened: Callable[..., Page]) -> None:
    page = opened("", dark=True)
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.get_by_title("Switch to light mode").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
