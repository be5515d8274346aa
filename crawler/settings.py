"""Scrapy's settings, made from ours; each number with its reason."""

from __future__ import annotations

from typing import Any

from config import Settings

MAX_BODY = 60_000_000  # bytes: scans of 100 pages stay below; a list or page is far smaller
TIMEOUT = 20  # seconds for one request; district portals take up to 20 when they answer at all


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
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "DOWNLOAD_TIMEOUT": TIMEOUT,
        "DOWNLOAD_MAXSIZE": MAX_BODY,
        "DOWNLOAD_WARNSIZE": 0,
        "COOKIES_ENABLED": True,
        "RETRY_ENABLED": True,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 503, 504, 522, 524, 408],
        "REDIRECT_MAX_TIMES": 5,
        "TELNETCONSOLE_ENABLED": False,
        "DNS_RESOLVER": "crawler.middlewares.GuardedResolver",
        "TWISTED_DNS_RESOLVER": "crawler.middlewares.GuardedResolver",
        "DOWNLOADER_MIDDLEWARES": {"crawler.middlewares.GuardMiddleware": 50},
        "NIANBAO_PRIVATE_HOSTS": settings.allowed_private_hosts,
        "LOG_LEVEL": "WARNING",
        "LOG_FORMAT": "%(asctime)s %(levelname)s %(name)s %(message)s",
    }
