"""Starting a crawl from another process. Imports no Scrapy."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import config
from models import base, hosts
from processes import dying_with_parent

log = logging.getLogger(__name__)
DISCOVER = "--discover"
POOL = 100  # sources that one child looks at side by side: most of them wait for a host's pause
_GRACE = 10.0  # seconds between asking a child to stop and making it
_SILENCE = 300.0  # seconds without a sign of life after which a child hangs: it gives one every twenty

More = Callable[[int], Sequence[int]]


class CrawlFailed(Exception):
    """The child ended without finishing what it was asked; the message says how."""


def crawl(source_ids: Sequence[int], settings: config.Settings, more: More | None = None) -> Iterator[dict[str, Any]]:
    """Crawl these sources in a child and yield its lines as they come: ``{"event": "version", "work_id", …}`` and
    ``{"event": "source", "source_id", "status", "items", …}``.

    It is a pool: whenever sources are done, ``more`` is asked for others, at most so many, and the crawl ends when all
    are done and it names none. A child that dies takes nobody along: what it had in hand is looked at again in halves,
    until the source is found on which it dies; of that one ``{"event": "failed", "source_id", "reason"}`` is said. The
    child is stopped when the caller stops asking."""
    groups = deque([list(dict.fromkeys(source_ids))] if source_ids else [])
    while groups:
        left = dict.fromkeys(groups.popleft())
        try:
            yield from _pool(left, settings, more)
        except CrawlFailed as error:
            if len(left) == 1:
                yield {"event": "failed", "source_id": next(iter(left)), "reason": str(error)}
            elif left:
                log.warning("%s; they are looked at again in two halves", error)
                rest = list(left)
                groups += [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
        more = more if not groups else None  # what may kill a child is looked at by itself


def discover(agency_ids: Sequence[int], settings: config.Settings) -> Iterator[dict[str, Any]]:
    """Look for the report columns of these bodies in a child and yield a line for each as it comes: ``{"event":
    "discovery", "agency_id", "proposals", "requests", "reason"}``. Stopped as a crawl is. Raises CrawlFailed."""
    if agency_ids:
        yield from _pool(dict.fromkeys(agency_ids), settings, None, (DISCOVER,), settings.crawl_timeout)


def _pool(
    left: dict[int, None],
    settings: config.Settings,
    more: More | None,
    options: Sequence[str] = (),
    silence: float = _SILENCE,
) -> Iterator[dict[str, Any]]:
    """One child; ``left`` are the sources that it has in hand, and that remain when it dies. Raises CrawlFailed."""
    command = [sys.executable, "-m", "crawler.child", *options, *map(str, left)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        env=config.child_environment(settings),
        text=True,
        encoding="utf-8",
        preexec_fn=dying_with_parent(),  # its work is taken up anew by another
    ) as child:
        assert child.stdout is not None
        watch = _Watch(child, silence)
        try:
            _feed(child, left, more)
            for line in child.stdout:
                watch.heard()
                event = _event(line)
                if event is not None and event["event"] != "alive":
                    yield event
                if event is not None and event["event"] == "source":
                    left.pop(event["source_id"], None)
                _feed(child, left, more)
            code = child.wait()
        finally:
            watch.end()
            _stop(child)
    if code != 0:
        _free_hosts(child.pid, settings)
        raise CrawlFailed(f"the crawl of {len(left)} source(s) ended with status {code}")


def _free_hosts(pid: int, settings: config.Settings) -> None:
    """What a dead child held is held by nobody."""
    engine = base.make_engine(settings.database_url)
    with base.transaction(engine) as session:
        quiet = timedelta(seconds=settings.crawl_delay)
        hosts.leave_all(session, hosts.process_name(pid), base.utcnow(), quiet)
    engine.dispose()


def _event(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if isinstance(found, dict) and "event" in found:
        return found
    log.warning("the crawl said what is no line of its protocol: %.200s", line)
    return None


def _feed(child: subprocess.Popen[str], left: dict[int, None], more: More | None) -> None:
    """Name further sources to a child that has room; let it end where nothing is left."""
    assert child.stdin is not None
    if child.stdin.closed:
        return
    room = POOL - len(left)
    fresh = list(more(room)) if more is not None and room > 0 else []
    left |= dict.fromkeys(fresh)
    try:
        if fresh:
            child.stdin.write("".join(f"{number}\n" for number in fresh))
            child.stdin.flush()
        if more is None or not left:
            child.stdin.close()
    except BrokenPipeError:
        pass  # it died: its end says how


class _Watch:
    """Stops a child that gives no sign of life."""

    def __init__(self, child: subprocess.Popen[str], silence: float) -> None:
        self._child, self._silence = child, silence
        self._timer = threading.Timer(0, lambda: None)
        self.heard()

    def heard(self) -> None:
        """It lives."""
        self._timer.cancel()
        self._timer = threading.Timer(self._silence, _stop, (self._child,))
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """It is over."""
        self._timer.cancel()


def _stop(child: subprocess.Popen[str]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(_GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
