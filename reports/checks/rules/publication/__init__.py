"""Publication: what the crawl's record shows (``record``), and what the document does beside its other copies (``content``)."""

from __future__ import annotations

from reports.checks.rules.publication import content, record

__all__ = ["content", "record"]
