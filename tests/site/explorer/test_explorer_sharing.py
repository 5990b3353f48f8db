"""Streams are shared by address; other pages embed the explorer."""

from __future__ import annotations

import json

import pytest
from explorer_reader import Reader
from explorer_scenarios import PAGE
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.slow

SCENARIOS = {scenario["name"]: scenario for scenario in json.loads(PAGE.read_text(encoding="utf-8"))}


def test_a_stream_is_shared(reader: Reader) -> None:
    reader.open("#scenario=session")
    reader.slide("delay", 3)
    reader.slide("lateness", 7)
    reader.button("Copy link").click()
    expect(reader.button("Link copied")).to_be_visible()
    link = reader.page.evaluate("navigator.clipboard.readText()")
    rows, log = reader.page.locator(".results").inner_text(), reader.page.locator(".log").inner_text()
    reader.open(link.removeprefix(reader.address))
    assert reader.page.locator(".results").inner_text() == rows
    assert reader.page.locator(".log").inner_text() == log
    assert reader.page.locator(".slider", has_text="allowed lateness").locator("output").inner_text() == "7 s"


@pytest.mark.parametrize(
    ("behind", "says"),
    [
        ("#scenario=nonsense", 'there is no scenario "nonsense"'),
        ("#events=%E0%A4%A", "it cannot be read"),
        ("#events=<img src=x onerror=alert(1)>-0-1-2", "event 1 is of nobody we know"),
    ],
)
def test_a_bad_address_gets_a_clear_message_and_the_default(reader: Reader, behind: str, says: str) -> None:
    reader.open(behind)
    alert = reader.page.get_by_role("alert")
    expect(alert).to_contain_text(f"The stream in the address is not right: {says}")
    expect(alert).to_contain_text('This is "Too late" instead.')
    assert reader.tile("dropped") == "2"
    reader.page.get_by_label("Scenario").select_option("session")
    expect(alert).to_have_count(0)


def test_a_heading_in_the_address_is_no_stream(reader: Reader) -> None:
    reader.open("#how-to-read-it")
    expect(reader.page.get_by_role("alert")).to_have_count(0)


def test_a_lesson_embeds_it(reader: Reader) -> None:
    """Its address is left alone, and a link leads to the explorer's page. Several do not disturb each other."""
    lesson = f"{reader.site}lessons/06_event_time/"
    reader.page.goto(lesson)
    late, idle = (reader.page.locator(f"stream-explorer[scenario={name}]") for name in ("late", "idle"))
    expect(idle.locator(".chooser .text")).to_have_text(SCENARIOS["idle"]["text"])
    idle.locator('input[name="delay"]').fill("20")
    expect(late.locator(".chooser .text")).to_have_text(SCENARIOS["late"]["text"])
    assert reader.page.url == lesson
    expect(idle.locator(".results")).to_be_hidden()
    idle.locator("summary").click()
    rows = idle.locator(".results").inner_text()
    idle.get_by_role("link", name="Open in the explorer").click()
    reader.page.wait_for_url(f"{reader.address}#kind=tumbling**")
    expect(reader.page.locator(".picture")).to_be_visible()
    assert reader.page.locator(".results").inner_text() == rows


def test_a_page_without_it_loads_none_of_it(reader: Reader) -> None:
    reader.page.goto(f"{reader.site}performance/")
    assert reader.page.evaluate("customElements.get('stream-explorer') === undefined")


def test_without_a_script_its_text_is_read(chromium: Browser, explorer: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(explorer)
    expect(page.get_by_text("Here stands an interactive picture of a stream.")).to_be_visible()
    page.goto(explorer.removesuffix("explorer/") + "lessons/06_event_time/")
    page.get_by_role("link", name="Play it: one partition falls silent").click()
    assert page.url == explorer
    context.close()
