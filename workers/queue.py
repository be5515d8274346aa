"""The queue as people and programs see it. Its truth is the table of work; the broker only carries numbers of rows.

What is written down and not sent, lost by the broker, or left behind by a worker that died is found by ``sweep``.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from celery import Celery
from kombu.exceptions import OperationalError

from config import Settings
from models import base, leases, work
from workers import broker
from workers.app import QUEUES, TASKS, limits, sender

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

# Sending is tried for about two seconds; then the sweep does it. A worker must not stand still for a broker.
RETRY_POLICY = {"max_retries": 6, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.5}
# A message sent so long ago whose queue is empty was lost (about one in a hundred kills of a worker loses one).
LOST_AFTER = timedelta(seconds=10)
# A message whose queue is not empty may just wait for its turn; after this time another one is sent all the same.
PATIENCE = timedelta(hours=1)
WINDOW = (
    16  # messages of a queue that the broker holds, about: whoever gets one takes along what waits behind them, and
)
# what was sent goes one by one, at twice the cost
IDLE_WINDOW = 16  # of them for what is done only when nothing else is to be done
SEEN_SECONDS = 1.0  # how long a process trusts what it knows of a queue's length
TOP_UP_SECONDS = 2.0
IDLE_POLL = 0.2  # seconds between two questions to the queue
IDLE_SWEEP = 2.0  # seconds between two sweeps while somebody waits


class NotIdle(Exception):
    """Work was still open when the time was up; the message says how much."""


def publish(engine: Engine, settings: Settings, ids: Iterable[int]) -> int:
    """Send messages for these pieces of work, as far as the broker has room, and note the time. Returns how many were
    sent.

    Where the broker cannot be reached or is full the rows stay as they are, and the sweep sends them later."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return 0
    with base.transaction(engine) as session:
        pieces = work.open_pieces(session, wanted)
    sent = send(settings, admitted(settings, pieces))
    with base.transaction(engine) as session:
        work.mark_sent(session, sent, base.utcnow())
    return len(sent)


def admitted(settings: Settings, pieces: Sequence[work.Piece]) -> list[work.Piece]:
    """Those of these pieces that may be sent at once. The broker holds a window of each queue, so that its memory is
    bounded and that the order of what waits is decided as late as can be; the rest is sent by ``top_up`` in its order."""
    found = []
    for work_id, kind in pieces:
        name = QUEUES[kind]
        seen = _seen.get(name)
        if seen is None or time.monotonic() - seen[0] > SEEN_SECONDS:
            depth = _depths(settings, [name]).get(name, 0)
            seen = _seen[name] = (time.monotonic(), depth)
        if seen[1] < WINDOW:
            _seen[name] = (seen[0], seen[1] + 1)
            found.append((work_id, kind))
    return found


_seen: dict[str, tuple[float, int]] = {}  # queue -> when it was asked, and what it held then and was given since


def top_up(engine: Engine, settings: Settings, kind: str, now: datetime) -> int:
    """Send the next pieces where a queue has run half empty; asked for by whoever has just ended such work, and looked
    at once in a while only. Returns how many were sent."""
    name, moment = QUEUES[kind], time.monotonic()
    if moment - _topped.get(name, 0.0) < TOP_UP_SECONDS:
        return 0
    _topped[name] = moment
    depth = _depths(settings, [name]).get(name)
    if depth is None or depth > WINDOW // 2:
        return 0
    with base.transaction(engine) as session:
        pieces = _next(session, name, depth, now)
    return _send_marked(engine, settings, pieces)


_topped: dict[str, float] = {}


def _next(session: Session, name: str, depth: int, now: datetime) -> list[work.Piece]:
    """What a queue with that many messages is to get: what is done only when nothing else is to be done just keeps the
    workers busy."""
    pieces: list[work.Piece] = []
    for kind in (kind for kind, queue in QUEUES.items() if queue == name and kind in work.KINDS):
        for window, least in ((WINDOW, work.BACKGROUND - 1), (min(IDLE_WINDOW, WINDOW), work.BACKGROUND)):
            room = window - depth - len(pieces)
            if room > 0:
                found = work.unsent(session, kind, now, room, least)
                work.mark_sent(session, [number for number, _ in found], now)  # nobody else sends them meanwhile
                pieces += found
    return pieces


def _send_marked(engine: Engine, settings: Settings, pieces: Sequence[work.Piece]) -> int:
    """Send what is marked as sent already; what the broker does not take is unmarked. Returns how many were sent."""
    sent = send(settings, pieces)
    unsent = {number for number, _ in pieces} - set(sent)
    if unsent:
        with base.transaction(engine) as session:
            work.mark_sent(session, unsent, None)
    return len(sent)


def send(settings: Settings, pieces: Sequence[tuple[int, str]]) -> list[int]:
    """Hand (id, kind) to the broker as messages; returns the ids it took. A broker that is away is logged, not raised:
    what was not sent is found by the sweep."""
    sent: list[int] = []
    if not pieces:
        return sent
    try:
        client = sender(settings)
        with client.producer_pool.acquire(block=True, timeout=5) as producer:
            for work_id, kind in pieces:
                _send_one(client, producer, limits(kind, settings), kind, TASKS[kind], [work_id])
                sent.append(work_id)
    except (broker.BrokerFailed, OperationalError, OSError) as error:
        log.warning("%d of %d messages not sent, the sweep will: %s", len(pieces) - len(sent), len(pieces), error)
    return sent


def send_errand(settings: Settings, name: str, kind: str, expires: float) -> bool:
    """Ask a worker to run a task that is no row of work; the message is void after ``expires`` seconds, when the next one
    is due."""
    try:
        client = sender(settings)
        with client.producer_pool.acquire(block=True, timeout=5) as producer:
            _send_one(client, producer, limits(kind, settings), kind, name, [], expires=expires)
    except (broker.BrokerFailed, OperationalError, OSError) as error:
        log.warning("%s could not be sent: %s", kind, error)
        return False
    return True


def _send_one(
    client: Celery, producer: Any, seconds: tuple[int, int], kind: str, name: str, args: list[int], **more: Any
) -> None:
    soft, hard = seconds
    client.send_task(
        name,
        args=args,
        queue=QUEUES[kind],
        producer=producer,
        retry=True,
        retry_policy=RETRY_POLICY,
        soft_time_limit=soft,
        time_limit=hard,
        **more,
    )


def sweep(engine: Engine, settings: Settings, now: datetime) -> int:
    """Send again what got lost or was left behind by a worker that died, and what is due and was never sent, as far as
    the broker has room. Returns how many.

    Sending twice does no harm: who comes second finds the row taken or done."""
    depths = _depths(settings, dict.fromkeys(QUEUES[kind] for kind in work.KINDS))
    with base.transaction(engine) as session:
        pieces = work.left_behind(session, now - LOST_AFTER, now, WINDOW)
        for kind in work.KINDS:
            patience = PATIENCE if depths.get(QUEUES[kind], 0) else LOST_AFTER
            pieces += work.lost(session, kind, now - patience, now, WINDOW)
        work.mark_sent(session, [number for number, _ in pieces], now)
        again = Counter(QUEUES[kind] for _, kind in pieces)
        for name in dict.fromkeys(QUEUES[kind] for kind in work.KINDS):
            pieces += _next(session, name, depths.get(name, 0) + again[name], now)
    sent = _send_marked(engine, settings, pieces)
    if sent:
        log.info("swept: %d messages sent", sent)
    return sent


def _depths(settings: Settings, queues: Iterable[str]) -> dict[str, int]:
    """How many messages that nobody has taken yet the broker holds in each of the queues; nothing where it is away. Asked
    by the connection that messages are sent by: whoever ends a piece of work asks, and would open one each time."""
    found = {}
    try:
        client = sender(settings)
        with client.producer_pool.acquire(block=True, timeout=5) as producer:
            # One that broke meanwhile is opened anew.
            ask = producer.connection.ensure(producer, _depth, max_retries=1)
            for queue in queues:
                found[queue] = ask(producer, queue)
    except (broker.BrokerFailed, OperationalError, OSError) as error:
        log.warning("the broker does not say what it holds: %s", error)
    return found


def _depth(producer: Any, queue: str) -> int:
    try:
        return int(producer.channel.queue_declare(queue=queue, passive=True).message_count)
    except producer.connection.channel_errors:
        return 0  # nobody has declared it yet


def ping(settings: Settings) -> None:
    """Raises ``broker.BrokerFailed`` with one line if the broker does not answer."""
    try:
        with sender(settings).connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=5)
    except (OperationalError, OSError) as error:
        raise broker.BrokerFailed(f"the broker does not answer: {' '.join(str(error).split())}") from error


def figures(engine: Engine, now: datetime) -> dict[str, Any]:
    """Waiting, delayed, running, failed, the age of the oldest waiting in seconds, and failures by kind and reason."""
    with base.transaction(engine) as session:
        counts = work.counts(session, now)
        failed = leases.failures(session)
    names = ("kind", "error_kind", "error", "count")
    return counts | {"failed_by": [dict(zip(names, row, strict=True)) for row in failed]}


def retry(engine: Engine, settings: Settings, ids: Sequence[int] | None) -> int:
    """Put failed work back (if ``ids`` is None all but mails that are perhaps sent) and send it. Returns how many wait
    again."""
    now = base.utcnow()
    with base.transaction(engine) as session:
        count = work.retry(session, leases.repeatable_failures(session) if ids is None else ids, now)
    sweep(engine, settings, now)
    return count


def drop(engine: Engine, ids: Sequence[int]) -> int:
    """Give failed work up for good. Returns how many."""
    with base.transaction(engine) as session:
        return work.drop(session, ids, base.utcnow())


def wait_until_idle(
    engine: Engine,
    settings: Settings,
    timeout: float,
    on_progress: Callable[[dict[str, Any]], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Wait until nothing is due and nobody works, sweeping meanwhile. Raises NotIdle after ``timeout`` seconds.

    ``on_progress`` gets the queue's figures; ``check`` may raise if the services that do the work have died. Work that
    failed and waits for a later try is not waited for."""
    deadline = time.monotonic() + timeout
    next_sweep = time.monotonic()
    while True:
        check()
        now = base.utcnow()
        with base.transaction(engine) as session:
            counts = work.counts(session, now)
        on_progress(counts)
        if not counts["waiting"] and not counts["running"]:
            return
        if time.monotonic() >= deadline:
            raise NotIdle(f"{counts['waiting']} waiting and {counts['running']} running after {timeout:.0f} s")
        if time.monotonic() >= next_sweep:
            sweep(engine, settings, now)
            next_sweep = time.monotonic() + IDLE_SWEEP
        time.sleep(IDLE_POLL)
