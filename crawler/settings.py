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
        # Ours stands in its place: a robots.txt that cannot be had means not now (crawler.robots).
        "ROBOTSTXT_OBEY": False,
        "NIANBAO_OBEY_ROBOTS": settings.obey_robots,
        # One request at a time to a host, and a pause between two; portals answer 412 to anything brisker. Both are the
        # budget's: Scrapy counts a pause when a request queues, and other sources' requests then break a Retry-After.
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "DOWNLOAD_DELAY": 0,
        "NIANBAO_DELAY": settings.crawl_delay,
        "DOWNLOAD_TIMEOUT": PAGE_TIMEOUT,
        "DOWNLOAD_MAXSIZE": MAX_BODY,
        "DOWNLOAD_WARNSIZE": 0,
        # Some portals redirect to the same address until a cookie comes back.
        "COOKIES_ENABLED": True,
        # The spider tries again by itself: it knows what an answer means and how long the host wants to be left alone.
        "RETRY_ENABLED": False,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        # Ours notes an answer that breaks off while it is unpacked.
        "COMPRESSION_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_HANDLERS": {"https": "crawler.tls.Handler"},
        "TWISTED_DNS_RESOLVER": "crawler.middlewares.GuardedResolver",
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.middlewares.GuardMiddleware": 50,
            "crawler.robots.RobotsMiddleware": 100,
            "crawler.middlewares.InflateMiddleware": 590,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "crawler.cookies.HostCookies": 700,
            "crawler.tls.TlsMiddleware": 900,
            "crawler.budget.BudgetMiddleware": 950,
        },
        "NIANBAO_PRIVATE_HOSTS": settings.allowed_private_hosts,
        "LOG_INSTALL_ROOT_HANDLER": False,  # the child sends logs in the form of the house
    }
