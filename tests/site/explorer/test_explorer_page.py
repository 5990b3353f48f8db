"""The explorer's page in a real Chromium: moved by pointer and keyboard, played, shared, and read on a phone, in the dark, by axe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from explorer_scenarios import PAGE
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

pytestmark = pytest.mark.slow

RECORDED = Path(__file__).parent / "recorded"
SCENARIOS = {scenario["name"]: scenario for scenario in json.loads(PAGE.read_text(encoding="utf-8"))}


@dataclass
class Reader:
    """Somebody at the explorer's page. What goes wrong behind the scenes is noted, and no test may end with any of it."""

    context: BrowserContext
    address: str
    page: Page = field(init=False)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.wrong.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: None if request.url.startswith(self.site) else self.wrong.append(request.url))

    @property
    def site(self) -> str:
        return self.address.removesuffix("explorer.html")

    def open(self, behind: str = "") -> Reader:
        self.page.goto("about:blank")
        self.page.goto(self.address + behind)
        expect(self.page.locator("stream-explorer .picture")).to_be_visible()
        return self

    def tile(self, name: str) -> str:
        return self.page.locator(".tile", has=self.page.get_by_text(name, exact=True)).locator("dd").inner_text()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def order(self, event: str) -> Locator:
        return self.page.locator(f'[role="option"][data-id="{event}"]')

    def orders(self) -> Locator:
        return self.page.locator('[role="option"]')

    def slide(self, name: str, value: int) -> None:
        self.page.locator(f'input[type="range"][name="{name}"]').fill(str(value))

    def newest(self) -> str:
        return " ".join(self.page.locator(".log li.newest").inner_text().split())

    def said(self) -> Locator:
        return self.page.locator(".live")


@pytest.fixture
def reader(browser: Browser, explorer: str) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    reader = Reader(context, explorer)
    yield reader
    context.close()
    assert reader.wrong == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_shows_what_flink_did(reader: Reader, name: str) -> None:
    """Chosen from the list; numbers and rows are those of the recording."""
    reader.open().page.get_by_label("Scenario").select_option(name)
    expect(reader.page.locator(".chooser .text")).to_have_text(SCENARIOS[name]["text"])
    recording = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    observed = recording.get("datastream") or recording["sql"]
    assert int(reader.tile("dropped")) == sum(each["late"] for each in observed)
    assert reader.page.locator(".results tbody tr").count() == sum(len(each["fired"]) for each in observed)
    assert reader.page.url.endswith(f"#scenario={name}")


def test_the_log_says_each_step_in_words(reader: Reader) -> None:
    reader.open("#scenario=late")
    for _ in range(3):
        reader.button("Back").click()
    assert reader.newest() == "12:00:57 bob on partition 0, placed 12:00:33: watermark stays at 12:00:47"
    reader.button("Step").click()
    says = "12:01:08 ada on partition 0, placed 12:01:07: watermark 12:01:02; window 12:00:30–12:01:00 fires: ada 1, bob 3"
    assert reader.newest() == says
    expect(reader.said()).to_have_text(says)
    reader.button("Step").click()
    assert "dropped as late: 12:00:30–12:01:00 is closed" in reader.newest()


def test_play_step_back_and_reset(reader: Reader) -> None:
    reader.page.clock.install()
    reader.open("#scenario=late")
    count = reader.page.locator(".count")
    expect(count).to_have_text("11 / 11")
    reader.button("Play").click()
    expect(count).to_have_text("0 / 11")
    reader.page.clock.run_for(3400)
    expect(count).to_have_text("3 / 11")
    reader.button("Pause").click()
    reader.page.clock.run_for(5000)
    expect(count).to_have_text("3 / 11")
    reader.button("Back").click()
    reader.button("Step").click()
    reader.button("Step").click()
    expect(count).to_have_text("4 / 11")
    assert reader.page.locator(".results tbody tr").count() == 2
    reader.button("Play").click()
    reader.page.clock.run_for(20_000)
    expect(count).to_have_text("11 / 11")
    reader.button("Reset").click()
    expect(count).to_have_text("0 / 11")
    expect(reader.page.locator(".results .none")).to_be_visible()


def test_an_order_is_dragged(reader: Reader) -> None:
    """Ada's order of 12:00:22 is dropped; dragged to before 12:00:38 it counts, and the address says so."""
    reader.open("#scenario=late")
    assert reader.tile("dropped") == "2"
    order = reader.order("e4")
    order.scroll_into_view_if_needed()
    box = order.locator(".hit").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    reader.page.mouse.move(x, y)
    reader.page.mouse.down()
    reader.page.mouse.move(x + 5, y - 20, steps=4)
    expect(order.locator(".places")).to_contain_text("arrives 12:00:3")
    reader.page.mouse.move(x, y - 40, steps=4)
    reader.page.mouse.up()
    assert reader.tile("dropped") == "1"
    assert "ada-0-22-3" in reader.page.url
    expect(order).to_have_attribute("aria-label", "ada, partition 0, placed 12:00:22, arrives 12:00:35: counted")
    expect(reader.said()).to_contain_text("ada is put down. 12:00:35 ada on partition 0")


def test_an_order_is_moved_by_keyboard_alone(reader: Reader) -> None:
    reader.open("#scenario=partitions")
    while reader.page.evaluate("document.activeElement?.shadowRoot?.activeElement?.getAttribute('role')") != "option":
        reader.page.keyboard.press("Tab")
    for key in ("End", "Home", "ArrowRight", "ArrowRight"):
        reader.page.keyboard.press(key)
    order = reader.order("e2")
    expect(order).to_be_focused()
    expect(order).to_have_attribute("aria-label", "bob, partition 1, placed 12:00:05, arrives 12:00:27: counted")
    reader.page.keyboard.press("Enter")
    expect(reader.said()).to_contain_text("bob is picked up")
    for key in ("Shift+ArrowUp", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowLeft", "p"):
        reader.page.keyboard.press(key)
    expect(reader.said()).to_have_text("bob, partition 0, placed 12:00:06, arrives 12:00:21")
    reader.page.keyboard.press("Enter")
    expect(reader.said()).to_contain_text("bob is put down. 12:00:21 bob on partition 0, placed 12:00:06")
    assert "bob-0-6-21" in reader.page.url
    expect(order).to_be_focused()
    reader.page.keyboard.press("Space")
    reader.page.keyboard.press("Shift+ArrowDown")
    reader.page.keyboard.press("Escape")
    expect(reader.said()).to_have_text("Put back where it was.")
    assert "bob-0-6-21" in reader.page.url
    reader.page.keyboard.press("Delete")
    expect(reader.orders()).to_have_count(len(SCENARIOS["partitions"]["events"]) - 1)


def test_what_has_the_focus_is_seen(reader: Reader) -> None:
    reader.open()
    reader.page.keyboard.press("Tab")
    width = lambda: reader.page.evaluate(  # noqa: E731
        "getComputedStyle(document.activeElement?.shadowRoot?.activeElement ?? document.body).outlineWidth"
    )
    for button in ("Reset", "Play"):
        reader.button(button).focus()
        reader.page.keyboard.press("Shift+Tab")
        reader.page.keyboard.press("Tab")
        assert width() == "3px", button
    reader.order("e0").focus()
    stroke = "node => getComputedStyle(node).strokeWidth"
    assert reader.order("e0").locator(".halo").evaluate(stroke) == "3px"


def test_settings_decide(reader: Reader) -> None:
    """A delay of 25 s loses nothing; fields move an order as well; what is not possible is said, and nothing changes."""
    reader.open("#scenario=late")
    reader.slide("delay", 25)
    assert reader.tile("dropped") == "0"
    reader.page.get_by_text("hopping", exact=True).click()
    reader.slide("slide", 8)
    expect(reader.page.locator(".slider", has_text="size").locator("output")).to_have_text("32 s")
    reader.page.get_by_text("cumulating", exact=True).click()
    expect(reader.page.locator('input[name="lateness"]')).to_have_count(0)
    reader.page.get_by_text("session", exact=True).click()
    reader.slide("gap", 60)
    assert reader.page.locator(".window").count() == 2, "one session for each customer"
    arrives = reader.page.get_by_label("arrives", exact=True)
    arrives.fill("12:00:09.5")
    arrives.press("Enter")
    assert "ada-0-6-9.5" in reader.page.url
    arrives.fill("noon")
    arrives.press("Enter")
    expect(reader.said()).to_have_text("Not possible: the arrival of event 1 must be within 600 s after 12:00:00.")
    expect(arrives).to_have_value("12:00:09.500")
    before = reader.orders().count()
    reader.button("Add an order").click()
    expect(reader.orders()).to_have_count(before + 1)
    reader.button("Remove it").click()
    expect(reader.orders()).to_have_count(before)


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


def test_another_page_embeds_it(reader: Reader) -> None:
    """Without `share` the address is left alone, and a link leads to the explorer's page. Two of them do not disturb each other."""
    reader.page.goto(f"{reader.site}performance.html")
    element = "<stream-explorer scenario={}>no script</stream-explorer>"
    both = element.format("hopping") + element.format("late")
    reader.page.locator("article").evaluate("(article, both) => article.insertAdjacentHTML('beforeend', both)", both)
    hopping, late = (reader.page.locator("stream-explorer").nth(n) for n in (0, 1))
    expect(hopping.locator(".chooser .text")).to_have_text(SCENARIOS["hopping"]["text"])
    hopping.locator('input[name="delay"]').fill("20")
    expect(late.locator(".chooser .text")).to_have_text(SCENARIOS["late"]["text"])
    assert reader.page.url == f"{reader.site}performance.html"
    rows = hopping.locator(".results").inner_text()
    hopping.get_by_role("link", name="Open in the explorer").click()
    reader.page.wait_for_url(f"{reader.address}#kind=hopping**")
    expect(reader.page.locator(".picture")).to_be_visible()
    assert reader.page.locator(".results").inner_text() == rows


def test_without_a_script_its_text_is_read(browser: Browser, explorer: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(explorer)
    expect(page.get_by_text("Here stands an interactive picture of a stream.")).to_be_visible()
    context.close()


TOO_WIDE = """root => [...root.shadowRoot.querySelectorAll("section, div, p, ol, table")]
    .filter((node) => node.getBoundingClientRect().right > root.getBoundingClientRect().right + 1).map((node) => node.className)"""
"""What of the element reaches beyond it."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_reads_well_and_axe_finds_nothing_serious(browser: Browser, explorer: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
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
def test_nothing_moves_by_itself_for_whoever_asks(browser: Browser, explorer: str, motion: str) -> None:
    context = browser.new_context(reduced_motion=motion)  # type: ignore[arg-type]
    reader = Reader(context, explorer).open()
    moves = reader.order("e0").locator(".shape").evaluate("node => getComputedStyle(node).transitionDuration") != "0s"
    assert moves == (motion == "no-preference")
    context.close()
