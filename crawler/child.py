"""The crawl's own process: ``python -m crawler.child 17 23`` reads these sources, one JSON line for each version stored
and each source finished on standard output, logs on standard error. Scrapy's reactor cannot be started twice in a
process, so a crawl is a process."""

from __future__ import annotations

import json
import sys
from typing import Any

from scrapy.crawler import CrawlerProcess

import config
from crawler.settings import scrapy_settings
from crawler.spiders.annual import AnnualReportSpider


def say(line: dict[str, Any]) -> None:
    """One line for the parent, at once."""
    print(json.dumps(line, ensure_ascii=False), flush=True)


def main(arguments: list[str]) -> int:
    """Crawl the sources named by number."""
    settings = config.settings()
    process = CrawlerProcess(scrapy_settings(settings))
    process.crawl(AnnualReportSpider, source_ids=[int(text) for text in arguments], settings_=settings, say=say)
    process.start()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
