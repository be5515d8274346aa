"""The Celery application: queues, and settings each of which a measurement asked for.

The database is the queue's truth (``models.work``); a message carries only the number of a row, so that a message lost
or delivered twice changes nothing. No task is sent with a distant date and no result is kept in the broker: dates and
results live in the database. Importing this module loads no task and no reader: ``send_task`` needs names only.
"""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import celeryd_init

import config
from workers import broker

# Each kind of work has its task, and the queue that the task waits in. Reading may be long and plentiful; mails and
# decisions must not stand behind it: a worker takes from its queues in turn.
TASKS = {
    "crawl": "workers.tasks.crawl",
    "read": "workers.tasks.read",
    "check": "workers.tasks.check",
    "decide": "workers.tasks.decide",
    "tell": "workers.tasks.tell",
    "mail": "workers.tasks.mail",
    "summary": "workers.tasks.summary",
}
SWEEP = "workers.tasks.sweep"
BOUNCES = "workers.tasks.bounces"
QUEUES = {
    "crawl": "crawl",
    "read": "read",
    "check": "check",
    "decide": "mail",
    "tell": "mail",
    "mail": "mail",
    "summary": "mail",
    "sweep": "sweep",
    "bounces": "mail",
}
CRAWL_QUEUES = ("crawl",)
WORK_QUEUES = ("read", "check", "mail", "sweep")

NOWHERE = "redis://127.0.0.1:1/0"

SOFT_LIMIT = 540  # seconds: the task is told
HARD_LIMIT = 600  # seconds: its process is killed


def limits(kind: str, settings: config.Settings) -> tuple[int, int]:
    """Seconds after which a task of that kind is told to end, and after which its process is killed."""
    if kind == "crawl":
        # A pool takes sources for crawl_timeout, and a crawl may last as long; this is for when that fails.
        return 2 * settings.crawl_timeout + 360, 2 * settings.crawl_timeout + 420
    soft = max(SOFT_LIMIT, settings.read_timeout + 60) if kind == "read" else SOFT_LIMIT
    return soft, soft + HARD_LIMIT - SOFT_LIMIT


def options(settings: config.Settings, broker_url: str) -> dict[str, Any]:
    """Celery's configuration. The numbers were measured with workers and brokers killed at random."""
    longest = max(limits(kind, settings)[1] for kind in TASKS)
    return {
        "broker_url": broker_url,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,  # kill -9 of a child: its message comes back
        "worker_prefetch_multiplier": 1,
        # True would lose tasks: they are marked revoked and acknowledged when the broker goes away (2 of 4 lost).
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_retry": True,
        "broker_connection_max_retries": None,
        "task_ignore_result": True,  # results live in the database
        "task_store_errors_even_if_ignored": False,
        "task_time_limit": HARD_LIMIT,
        "task_soft_time_limit": SOFT_LIMIT,
        "broker_transport_options": {
            # Longer than the longest task, or it would be run a second time beside the first. What a dead worker
            # held comes back sooner, by the lease on its row and the sweep.
            "visibility_timeout": max(1800, longest + 600),
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,  # 10 by default: sweeps only every 100 s
            "unacked_mutex_expire": 15,  # 300 by default: a worker that dies in mid-sweep blocks it so long
            "socket_keepalive": True,
        },
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_create_missing_queues": True,
        "task_default_queue": "check",
        "timezone": "UTC",
        "enable_utc": True,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": False,
        "worker_max_tasks_per_child": 2000,  # a leak in a library must not grow for months
    }


def _configuration() -> dict[str, Any]:
    settings = config.settings()
    try:
        url = broker.address(settings.broker_url, settings.data_dir)
    except broker.BrokerFailed:
        url = NOWHERE  # tasks may be called in this process without any broker; a worker refuses to start with it
    return options(settings, url)


def _refuse_without_broker(**_: Any) -> None:
    settings = config.settings()
    try:
        broker.address(settings.broker_url, settings.data_dir)
    except broker.BrokerFailed as error:
        raise SystemExit(f"nianbao: {error}") from None


app = Celery("nianbao", include=["workers.tasks"], set_as_current=True)
app.add_defaults(_configuration)  # asked for when first needed, not at import
celeryd_init.connect(_refuse_without_broker)


_senders: dict[str, Celery] = {}


def sender(settings: config.Settings) -> Celery:
    """An application that only sends, by names, to the broker of these settings (which need not be the environment's).

    Raises ``broker.BrokerFailed`` where no broker is configured and the embedded one does not run."""
    url = broker.address(settings.broker_url, settings.data_dir)
    if url not in _senders:
        client = Celery("nianbao-sender", set_as_current=False)
        client.conf.update(options(settings, url))
        _senders[url] = client
    return _senders[url]
