"""Scrapy's settings, made from ours; each number with its reason."""

from __future__ import annotations

from typing import Any

from config import Settings

MAX_BODY = 64 * 1024 * 1024  # bytes: the largest report the reader takes; a list or page is far smaller
PAGE_TIMEOUT = 30.0  # seconds for a page, all in all: district portals take up to 20 when they answer at all
FILE_TIMEOUT = 300.0  # seconds for a file, all in all: a scan of 30 MB from a slow host


def scrapy_settings(settings: Settings) -> dict[str, Any]:
    """The settings of one crawl: polite by default, nothing kept between runs (the database is the frontier)."""
    return {
        "BOT_NAME": "nianbao",
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": settings.obey_robots,
        # One request at a time to a host, and a pause between two; portals answer 412 to anything brisker.
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": settings.crawl_delay,
        "DOWNLOAD_DELAY_JITTER": 0.0,
        "DOWNLOAD_TIMEOUT": PAGE_TIMEOUT,
        "DOWNLOAD_MAXSIZE": MAX_BODY,
        "DOWNLOAD_WARNSIZE": 0,
        # Some portals redirect to the same address until a cookie comes back.
        "COOKIES_ENABLED": True,
        # The spider tries again by itself: it knows what an answer means and how long the host wants to be left alone.
        "RETRY_ENABLED": False,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "TWISTED_DNS_RESOLVER": "crawler.middlewares.GuardedResolver",
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.middlewares.GuardMiddleware": 50,
            "crawler.middlewares.BudgetMiddleware": 60,
        },
        "NIANBAO_PRIVATE_HOSTS": settings.allowed_private_hosts,
        "LOG_INSTALL_ROOT_HANDLER": False,  # the child sends logs in the form of the house
    }
