"""The site and the report of `verify`, in a real browser: on a wide and a narrow screen, by day and
by night. It needs the extra `browser` and Chromium or Chrome, and is skipped where there is none."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# One worker builds the site.
pytestmark = pytest.mark.xdist_group("site")

PAGES = ("", "manual/", "command-line/", "settings/", "suppressing/", "rules/", "rules/TL001/", "found/", "references/", "architecture/")
SCREENS = (1280, 400)
# Milliseconds, on a machine that has other things to do.
PATIENCE = 120_000
# Words that stand on more than one line, where lines are broken between words: in headings, links
# and cells, but not in blocks of code and long addresses.
BROKEN = """() => {
  const found = [];
  for (const each of document.querySelectorAll('h1, h2, h3, th, td, li > a')) {
    if (!each.checkVisibility()) continue;
    const walker = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      if (text.parentElement.closest('pre, .headerlink, .md-nav__link')) continue;
      for (const word of text.data.matchAll(/[A-Za-z0-9]{2,24}/g)) {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        const tops = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
        if (tops.size > 1) found.push(word[0]);
      }
    }
  }
  return found;
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# How light the page's ground is, from 0 to 255.
LIGHTNESS = """() => {
  const ground = [document.body, document.documentElement]
    .map(each => getComputedStyle(each).backgroundColor).find(each => each !== 'rgba(0, 0, 0, 0)');
  return Math.max(...(ground ?? 'rgb(255, 255, 255)').match(/[0-9]+/g).slice(0, 3).map(Number));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="no browser was tried: it needs playwright (extra `browser`)"
    )
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    program = os.environ.get("TRITONLINT_BROWSER") or next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("no browser was tried: there is neither Chromium nor Chrome on the search path")
    with sync_api.sync_playwright() as driver:
        # As root, in a container, Chromium cannot confine itself.
        opened = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture(scope="module")
def site_address(site: Path) -> Iterator[str]:
    yield from served(site)


@pytest.fixture(scope="module")
def report_address(report: Path) -> Iterator[str]:
    yield from served(report)


def opened(browser: Any, scheme: str) -> tuple[Any, list[str]]:
    """A page, and what goes wrong on it: errors, what fails to load, what another server is asked
    for."""
    page = browser.new_page(color_scheme=scheme)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    own = ("http://127.0.0.1:", "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(own) else wrong.append(r.url))
    page.set_default_timeout(PATIENCE)
    return page, wrong


def at_rest(page: Any) -> tuple[int, list[str]]:
    """By how much a page is wider than its screen, and which words are broken, once what moves when
    the screen changes has come to rest: how long that takes depends on how busy the machine is."""
    for _ in range(20):
        page.wait_for_timeout(300)
        found = page.evaluate(TOO_WIDE), page.evaluate(BROKEN)
        if found[0] <= 0 and not found[1]:
            break
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_its_screen_and_follows_the_system(
    browser: Any, site_address: str, report_address: str, scheme: str
) -> None:
    page, wrong = opened(browser, scheme)
    for address in (*(site_address + each for each in PAGES), report_address):
        page.goto(address, wait_until="load")
        assert (page.evaluate(LIGHTNESS) > 128) == (scheme == "light"), address
        for width in SCREENS:
            page.set_viewport_size({"width": width, "height": 900})
            too_wide, broken = at_rest(page)
            assert too_wide <= 0, f"{address} scrolls sideways at {width} pixels"
            assert broken == [], f"{address} at {width} pixels"
        assert wrong == [], address
    page.close()


def test_the_colours_of_the_site_can_be_chosen(browser: Any, site_address: str) -> None:
    page, wrong = opened(browser, "light")
    page.goto(site_address, wait_until="load")
    seen = [page.evaluate(LIGHTNESS) > 128]
    for title in ("Switch to light mode", "Switch to dark mode"):
        page.locator(f"label[title='{title}']:visible").click()
        page.wait_for_timeout(300)
        seen.append(page.evaluate(LIGHTNESS) > 128)
    assert seen == [True, True, False]
    page.goto(site_address + "rules/", wait_until="load")
    assert page.evaluate(LIGHTNESS) <= 128  # the choice is kept
    assert wrong == []
    page.close()
