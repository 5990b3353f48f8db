"""Somebody who reads the explorer's page, for the tests of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Locator, Page, expect


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
        return self.address.removesuffix("explorer/")

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
