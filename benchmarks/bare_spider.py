"""What the crawl is measured against: a Scrapy spider that fetches the addresses named on standard input, one at a time a
host, and does nothing with them. ``python -m benchmarks.bare_spider`` prints how many came."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


class BareSpider(scrapy.Spider):
    """Fetches."""

    name = "bare"

    def __init__(self, urls: list[str]) -> None:
        super().__init__()
        self._urls = urls
        self.came = 0

    async def start(self) -> AsyncIterator[Any]:
        """Every address once."""
        for url in self._urls:
            yield scrapy.Request(url, callback=self.parse, dont_filter=True)

    def parse(self, response: Response) -> None:
        """Counts."""
        self.came += bool(response.body)


def main() -> int:
    """Fetch all."""
    urls = sys.stdin.read().split()
    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": False,
            "LOG_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "HTTPERROR_ALLOW_ALL": True,
        }
    )
    crawler = process.create_crawler(BareSpider)
    process.crawl(crawler, urls=urls)
    process.start()
    came = getattr(crawler.spider, "came", 0)
    print(came)
    return int(came != len(urls))


if __name__ == "__main__":
    sys.exit(main())
