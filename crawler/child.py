"""The crawl's own process: ``python -m crawler.child 17 23`` reads these sources and those whose numbers come on standard
input, a line each, until that ends; one JSON line for each version stored and each source finished on standard output,
logs on standard error. Scrapy's reactor cannot be started twice in a process, so a crawl is a process.
``python -m crawler.child --discover 5 8`` looks for the columns of these bodies."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from scrapy.crawler import CrawlerProcess
from twisted.web._newclient import HTTPParser

import config
import logs
from crawler.run import DISCOVER
from crawler.settings import scrapy_settings
from crawler.spiders.annual import AnnualReportSpider
from crawler.spiders.discovery import DiscoverySpider

# Bytes of one header line: some portals send a policy or a stack of cookies of 20 kB, and every browser reads them.
LONGEST_HEADER = 256 * 1024


def say(line: dict[str, Any]) -> None:
    """One line for the parent, at once."""
    print(json.dumps(line, ensure_ascii=False), flush=True)


def main(arguments: list[str]) -> int:
    """Crawl the sources named by number, or look for the columns of bodies."""
    settings = config.settings()
    HTTPParser.MAX_LENGTH = LONGEST_HEADER  # Twisted offers no other way to say it
    process = CrawlerProcess(scrapy_settings(settings))
    logs.setup(settings.log_format, settings.log_level)
    for name in ("scrapy", "asyncio", "twisted", "charset_normalizer"):
        logging.getLogger(name).setLevel(logging.WARNING)  # what they say below that, our own rows say better
    # Certificates at fault are kept with the source (crawler.tls).
    logging.getLogger("scrapy.core.downloader.tls").setLevel(logging.ERROR)
    # A portal that does not answer is told as the source's status, not as a fault with a traceback.
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
    ids = [int(text) for text in arguments if text != DISCOVER]
    if DISCOVER in arguments:
        process.crawl(DiscoverySpider, agency_ids=ids, settings_=settings, say=say)
    else:
        process.crawl(AnnualReportSpider, source_ids=ids, settings_=settings, say=say)
    process.start()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
