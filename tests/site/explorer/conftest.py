"""A real Chromium, and the explorer's files and page served to it on the loopback address."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from explorer_reader import Reader
from playwright.sync_api import Browser, Page, sync_playwright

from streamlings.paths import ROOT


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, or the one that `playwright install chromium` has put in place. CI must have one."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        found = installed or playwright.chromium.executable_path
        if not Path(found).exists() and "CI" not in os.environ:
            pytest.skip("there is no Chromium on this machine: .venv/bin/playwright install chromium")
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root it has none
        browser = playwright.chromium.launch(executable_path=found, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def files() -> Iterator[str]:
    """The folder site/ as it lies there: its modules need no build."""
    with served(ROOT / "site") as address:
        yield address


@pytest.fixture
def blank(browser: Browser, files: str) -> Iterator[Page]:
    """A page without anything, which can import the explorer's modules from /assets/explorer/."""
    page = browser.new_page()
    page.goto(f"{files}/assets/explorer/scenarios.json")
    yield page
    page.close()


@pytest.fixture(scope="session")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the explorer's page, as the site builds it."""
    folder = tmp_path_factory.mktemp("site")
    config = folder / "mkdocs.yml"
    config.write_text(f"INHERIT: {ROOT}/mkdocs.yml\ndocs_dir: {ROOT}/site\nsite_dir: {folder}/built\nexclude_docs: ''\n", encoding="utf-8")
    build = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(config)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    with served(folder / "built") as address:
        yield f"{address}/explorer.html"


@pytest.fixture
def reader(browser: Browser, explorer: str) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    reader = Reader(context, explorer)
    yield reader
    context.close()
    assert reader.wrong == []
