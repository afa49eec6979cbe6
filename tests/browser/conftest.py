"""A sandbox on a real socket, and Debian's Chromium that looks at it. Without Chromium these tests are skipped, and
with REQUIRE_BROWSER=1, as CI sets it, they fail.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from service.app import create_app
from service.hooks.running import running
from service.sandbox.fhir import PATH
from service.settings import Settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WAIT_MS = 30_000
expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        missing = "no Chromium on this machine (on Debian and Ubuntu: apt install chromium)"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def served(**settings: object) -> Iterator[str]:
    """The service on a real socket, by its base URL."""
    server = make_server("127.0.0.1", 0, lambda *given: app(*given), threaded=True)
    base = f"http://127.0.0.1:{server.port}"
    app = create_app(
        Settings(**{"mode": "sandbox", "fhir_servers": (base + PATH,), "fhir_deadline_seconds": 60, **settings})
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield base
    finally:
        server.shutdown()
        thread.join()
        running(app).client.close()


@pytest.fixture(scope="session")
def store_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store") / "feedback.db"


@pytest.fixture(scope="session")
def base(store_file: Path) -> Iterator[str]:
    with served(store=f"sqlite:///{store_file}") as url:
        yield url


@dataclass
class Watched:
    """What a page complained about, and every address it asked for."""

    console: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport=DESKTOP)
    made.set_default_timeout(WAIT_MS)
    yield made
    made.close()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def page(context: BrowserContext, watched: Watched, base: str) -> Iterator[Page]:
    """A page whose console stays free of errors and that asks nobody but the service."""
    made = context.new_page()
    watch(made, watched)
    yield made
    assert watched.console == []
    assert [url for url in watched.asked if not url.startswith((base, "data:", "blob:"))] == []


def watch(page: Page, watched: Watched) -> None:
    page.on("console", lambda message: message.type == "error" and watched.console.append(message.text))
    page.on("pageerror", lambda problem: watched.console.append(f"{problem.name}: {problem.message}"))
    page.on("request", lambda request: watched.asked.append(request.url))


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical: rule and place."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['target']}: {node.get('failureSummary', '')}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
