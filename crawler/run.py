"""Starting a crawl from another process. Imports no Scrapy."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import config
from processes import dying_with_parent

log = logging.getLogger(__name__)
DISCOVER = "--discover"
_GRACE = 10.0  # seconds between asking a child to stop and making it


class CrawlFailed(Exception):
    """The child ended without finishing what it was asked; the message says how."""


def crawl(source_ids: Sequence[int], settings: config.Settings) -> Iterator[dict[str, Any]]:
    """Crawl these sources in a child and yield its lines as they come: ``{"event": "version", "work_id", …}`` and
    ``{"event": "source", "source_id", "status", "items", …}``. The child is stopped after ``crawl_timeout`` seconds, and
    when the caller stops asking. Raises CrawlFailed if it died."""
    if source_ids:
        yield from _lines(list(map(str, source_ids)), settings)


def discover(agency_ids: Sequence[int], settings: config.Settings) -> Iterator[dict[str, Any]]:
    """Look for the report columns of these bodies in a child and yield a line for each as it comes: ``{"event":
    "discovery", "agency_id", "proposals", "requests", "reason"}``. Stopped as a crawl is. Raises CrawlFailed."""
    if agency_ids:
        yield from _lines([DISCOVER, *map(str, agency_ids)], settings)


def _lines(arguments: Sequence[str], settings: config.Settings) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "crawler.child", *arguments]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=config.child_environment(settings),
        text=True,
        encoding="utf-8",
        preexec_fn=dying_with_parent(),  # its work is taken up anew by another
    ) as child:
        assert child.stdout is not None
        timer = threading.Timer(settings.crawl_timeout, _stop, (child,))
        timer.daemon = True
        timer.start()
        try:
            for line in child.stdout:
                try:
                    yield json.loads(line)
                except ValueError:
                    log.warning("the crawl said what is no line of its protocol: %.200s", line)
            code = child.wait()
        finally:
            timer.cancel()
            _stop(child)
    if code != 0:
        raise CrawlFailed(f"the crawl of {len(arguments)} source(s) ended with status {code}")


def _stop(child: subprocess.Popen[str]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(_GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
