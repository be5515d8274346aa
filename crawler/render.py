"""Pages that a script draws, drawn by a real headless browser that has no network of its own.

Every request of a page (its document, its scripts, its calls for data) is answered by the crawl's own downloader, so it
passes the same guard, robots.txt, budget and cookie jar as any other; pictures, styles, fonts and media are not asked for.
What the browser would do past that (sockets, preconnects, workers) ends at a proxy that is not there. Off unless a
browser is configured (``NIANBAO_BROWSER``) and a source asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

import net
from crawler.pages import Page

if TYPE_CHECKING:
    from playwright.async_api import Browser, Route
    from playwright.async_api import Page as Tab

log = logging.getLogger(__name__)

SECONDS = 60.0  # for one page, all its requests and their pauses
QUIET = 1.5  # seconds without a request and without a change after which a page counts as drawn
MOST_REQUESTS = 40  # of one page
MOST_BYTES = 24 * 1024 * 1024  # that one page may load, all in all
LARGEST = 8 * 1024 * 1024  # bytes of a page as drawn
_ASKED_FOR = frozenset({"document", "script", "xhr", "fetch"})
_SENT = ("accept", "content-type", "referer", "x-requested-with")  # no cookie of the browser's leaves it
_KEPT = frozenset({"content-type", "access-control-allow-origin", "access-control-allow-credentials"})
_SWITCHES = (
    "--proxy-server=socks5://127.0.0.1:1",  # where nobody listens: what is not answered here goes nowhere
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pings",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
)

NOT_INSTALLED = "the group render is not installed: pip install --require-hashes -r requirements-render.lock"
Download = Callable[[Request], Awaitable[Response]]


class NotDrawn(Exception):
    """The page could not be drawn; the message says why, in one line."""


@dataclass(slots=True)
class _Loaded:
    """What one page has asked for so far."""

    requests: int = 0
    bytes: int = 0
    open: int = 0
    last: float = 0.0


class Renderer:
    """A browser, started with the first page and closed with the crawl; one page at a time."""

    def __init__(self, executable: str, download: Download) -> None:
        self._executable, self._download = executable, download
        self._turn = asyncio.Lock()
        self._stack = contextlib.AsyncExitStack()
        self._browser: Browser | None = None

    async def close(self) -> None:
        """End the browser, if one was started."""
        await self._stack.aclose()
        self._browser = None

    async def draw(self, page: Page, guard: net.Guard) -> tuple[Page, int]:
        """The page as a reader sees it, and how many requests that took. Raises NotDrawn."""
        async with self._turn:
            loaded = _Loaded()
            try:
                async with asyncio.timeout(SECONDS):
                    browser = await self._started()
                    html = await self._drawn(browser, page, guard, loaded)
            except TimeoutError:
                raise NotDrawn(f"{page.url} was not drawn within {SECONDS:g} seconds") from None
            except NotDrawn:
                raise
            except Exception as error:  # noqa: BLE001  whatever became of the browser, the page is not drawn
                raise NotDrawn(f"the browser could not draw {page.url}: {_one_line(error)}") from None
        if len(html) > LARGEST:
            raise NotDrawn(f"{page.url} is larger than what is taken once it is drawn")
        return Page(page.url, html.encode("utf-8", "replace"), "text/html; charset=utf-8"), loaded.requests

    async def _started(self) -> Browser:
        if self._browser is not None and self._browser.is_connected():
            return self._browser
        try:
            library = importlib.import_module("playwright.async_api")  # a group of its own, with a driver of 50 MB
        except ImportError:
            raise NotDrawn(NOT_INSTALLED) from None
        await self._stack.aclose()
        driver = await self._stack.enter_async_context(library.async_playwright())
        home = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="nianbao-browser-"))
        started: Browser = await driver.chromium.launch(
            executable_path=self._executable,
            args=list(_SWITCHES),
            env={"HOME": home, "PATH": "/usr/bin:/bin", "LANG": "zh_CN.UTF-8"},  # none of our secrets
            chromium_sandbox=os.geteuid() != 0,  # its own sandbox does not work for root
            timeout=30_000,
        )
        self._stack.push_async_callback(started.close)
        self._browser = started
        return started

    async def _drawn(self, browser: Browser, page: Page, guard: net.Guard, loaded: _Loaded) -> str:
        context = await browser.new_context(
            accept_downloads=False, service_workers="block", locale="zh-CN", ignore_https_errors=False
        )
        try:
            tab = await context.new_page()
            context.on("page", lambda other: asyncio.ensure_future(_close(other)) if other is not tab else None)
            await context.route("**/*", lambda route: self._answer(route, page, guard, loaded))
            await context.route_web_socket("**/*", lambda socket: socket.close())
            await tab.goto(page.url, wait_until="domcontentloaded", timeout=SECONDS * 1000)
            await _quiet(tab, loaded)
            # Where its own scripts led the reader, on the portal, is still that page.
            if urlsplit(tab.url).hostname != urlsplit(page.url).hostname:
                raise NotDrawn(f"{page.url} leads its reader to {tab.url[:200]}")
            return await tab.content()
        finally:
            with contextlib.suppress(Exception):
                await context.close()

    # -------------------------------------------------------------- the page's requests

    async def _answer(self, route: Route, page: Page, guard: net.Guard, loaded: _Loaded) -> None:
        """One request of the page, answered by the crawl's downloader or not at all."""
        request = route.request
        loaded.requests += 1
        loaded.last = asyncio.get_running_loop().time()
        if request.resource_type not in _ASKED_FOR or loaded.requests > MOST_REQUESTS or loaded.bytes > MOST_BYTES:
            await _refuse(route)
            return
        if request.is_navigation_request() and request.url == page.url and request.method == "GET":
            await route.fulfill(body=page.body, content_type=page.content_type or "text/html")
            return
        loaded.open += 1
        try:
            guard.check_url(request.url)
            response = await self._download(_as_ours(request, guard))
        except (net.NotAllowed, IgnoreRequest) as error:
            log.info("the page %s asks for %s: %s", page.url, request.url[:300], error)
            await _refuse(route)
        except Exception as error:  # noqa: BLE001  whatever the network did, the page has no answer
            log.info("the page %s asks for %s: %s", page.url, request.url[:300], _one_line(error))
            await _refuse(route)
        else:
            loaded.bytes += len(response.body)
            await _fulfil(route, response)
        finally:
            loaded.open -= 1
            loaded.last = asyncio.get_running_loop().time()


def _as_ours(request: Any, guard: net.Guard) -> Request:
    headers = {name: value for name, value in request.headers.items() if name in _SENT}
    body = request.post_data_buffer or b""
    meta = {"guard": guard, "download_timeout": 30.0}
    return Request(request.url, method=request.method, headers=headers, body=body, meta=meta, dont_filter=True)


async def _fulfil(route: Route, response: Response) -> None:
    headers = {
        name.decode("latin-1").lower(): values[-1].decode("latin-1")
        for name, values in response.headers.items()
        if values
    }
    kept = {name: value for name, value in headers.items() if name in _KEPT}
    with contextlib.suppress(Exception):  # the page is gone by now
        await route.fulfill(status=response.status, headers=kept, body=response.body)


async def _refuse(route: Route) -> None:
    with contextlib.suppress(Exception):
        await route.abort("blockedbyclient")


async def _close(tab: Tab) -> None:
    with contextlib.suppress(Exception):
        await tab.close()


async def _quiet(tab: Tab, loaded: _Loaded) -> None:
    """Wait until nothing is asked for and nothing changes any more."""
    before, since = -1, asyncio.get_running_loop().time()
    while True:
        await asyncio.sleep(0.25)
        now = asyncio.get_running_loop().time()
        size = int(await tab.evaluate("document.documentElement ? document.documentElement.outerHTML.length : 0"))
        if size != before or loaded.open:
            before, since = size, now
        if now - max(since, loaded.last) >= QUIET and not loaded.open:
            return


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:200]
