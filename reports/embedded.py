"""Articles that a page keeps as a JSON string in a script and draws by it (the disclosure platform of Guangdong and others):
put into the markup, where a browser would show them."""

from __future__ import annotations

import json
import re

from reports.form.titles import telling

_KEPT = re.compile(r'"(?:content|contentHtml|content_html|body|articleContent|htmlContent)"\s*:\s*("(?:[^"\\]|\\.)*")')
_TAG = re.compile(r"<(?:p|div|table|span|section|h\d|img|a)\b", re.IGNORECASE)
_END = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_ENOUGH = 3  # headings of a report's sections that make a text one


def shown(markup: str) -> str:
    """The page with its article in the markup; unchanged where the markup holds a report already, or no script does.

    Of several texts the one that reads like a report is the article; a lone one is it in any case."""
    if '"content' not in markup and '"body"' not in markup and '"articleContent"' not in markup:
        return markup
    scripts, rest = _parted(markup)
    if _reads_like_a_report(rest):
        return markup
    kept = [text for script in scripts for literal in _KEPT.findall(script) if (text := _text(literal))]
    reports = [text for text in kept if _reads_like_a_report(text)]
    chosen = max(reports, key=len) if reports else (kept[0] if len(kept) == 1 else "")
    if not chosen:
        return markup
    end = _END.search(markup)
    at = end.start() if end else len(markup)
    return f"{markup[:at]}<div>{chosen}</div>{markup[at:]}"


def _parted(markup: str) -> tuple[list[str], str]:
    """The page's scripts, and what is left without them; one pass, whatever is left open."""
    lowered = markup.lower()
    scripts, rest, at = [], [], 0
    while (start := lowered.find("<script", at)) >= 0 and (end := lowered.find("</script", start)) >= 0:
        rest.append(markup[at:start])
        scripts.append(markup[start:end])
        at = end
    rest.append(markup[at:])
    return scripts, "".join(rest)


def _text(literal: str) -> str:
    """The markup that a JSON string holds; empty where it holds none."""
    try:
        text = json.loads(literal, strict=False)
    except ValueError:
        return ""
    return text if isinstance(text, str) and _TAG.search(text) else ""


def _reads_like_a_report(text: str) -> bool:
    bare = re.sub(r"<[^>]*>|\s+", "", text)
    return sum(head in bare for head in telling()) >= _ENOUGH
