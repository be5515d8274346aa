"""The narrative read as a whole: sections, identity and claims of a document, from its blocks."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports import claims as claims_
from reports import dates
from reports.blocks import Blocks
from reports.narrative.body import reporting_body, signature
from reports.narrative.kind import Tables, kind_of
from reports.narrative.outline import Outline, outline_of
from reports.narrative.paragraphs import lines_of
from reports.narrative.title import find_title
from reports.narrative.wholeness import broken_off, overprinted
from reports.narrative.year import report_year, stated_period, years_stated
from reports.report import Claim, Form, Heading, Kind, Period, Section, YearMention


@dataclass(slots=True)
class Narrative:
    """What the text of a document says of itself. See ``reports.report`` for the parts."""

    kind: Kind = "other"
    agency: str | None = None
    year: int | None = None
    published_on: str | None = None
    sections: list[Section] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    title: str = ""
    preface: str = ""
    body: str = ""
    signature: str = ""
    period: Period | None = None
    years: list[YearMention] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    incomplete: str = ""
    overprinted: bool = False


def narrate(blocks: Blocks, consumed: frozenset[int], form: Form | None, has_tables: bool, name: str) -> Narrative:
    """Read the narrative.

    ``consumed`` are the blocks that are table matter; ``form`` is the tables' form, None if there are none;
    ``has_tables`` says that figures stand in the tables (the form re-posted empty has none); ``name`` is the file's
    name, a title of last resort."""
    lines = lines_of(blocks, consumed)
    outline = outline_of(lines)
    title = find_title(lines, outline, blocks.meta.get("title", ""), name)
    out = Narrative(title=title.text, sections=outline.sections, headings=outline.headings)
    out.body = "\n".join(line.text for line in lines)
    out.preface = "\n".join(
        line.text for index, line in enumerate(lines[: len(outline.preface)]) if not title.first <= index <= title.last
    )
    out.incomplete = broken_off(blocks, consumed, lines, outline, title.classification.kind == "annual_report")
    out.overprinted = overprinted(blocks)
    out.period = stated_period(outline, out.preface, out.body)
    out.years = years_stated(title, out.period, outline, blocks, consumed)
    out.year = report_year(title, out.period, outline)
    out.kind = kind_of(title, outline, lines, Tables(blocks, consumed, form, has_tables), out.year)
    if (
        title.classification.kind is None
        and out.kind in {"annual_report", "legacy_report"}
        and not title.classification.year
    ):
        out.title = ""  # a line that does not call itself a report is not the title of one
    out.signature = signature(lines)
    out.agency = reporting_body(title, out.preface, out.body, out.signature, lines)
    texts = [line.text for line in lines]
    day = dates.published(texts, blocks.meta.get("published", ""), out.year, max(title.last, 0))
    out.published_on = day.isoformat() if day else None
    if out.kind in {"annual_report", "interpretation", "legacy_report"}:
        out.claims = _claims(outline, form, out.year, out.agency or "")
        out.warnings = _warnings(out)
    else:
        out.sections = []
        out.warnings = [out.incomplete] if out.incomplete and out.kind == "other" else []
    return out


def _warnings(out: Narrative) -> list[str]:
    missing = [what for what, value in (("report year", out.year), ("reporting body", out.agency)) if value is None]
    found = [f"the text names no {what}" for what in missing]
    titled = next((mention.year for mention in out.years if mention.where == "title"), None)
    ended = out.period.end[:4] if out.period is not None and out.period.end is not None else None
    if titled is not None and ended is not None and ended != str(titled):
        found.append(f"the title says {titled}, the statistics period says {ended}")
    if out.incomplete:
        found.append(out.incomplete)
    if out.overprinted:
        found.append("another text is printed over the lines (a watermark?): what is said of the text needs a look")
    return found


def _claims(outline: Outline, form: Form | None, year: int | None, agency: str) -> list[Claim]:
    """The claims of all parts but section 五, which speaks of faults and plans. Where section 一 was not found, what
    stands before the first heading takes its place."""
    out: list[Claim] = []
    if not outline.sections or all(section.number != 1 for section in outline.sections):
        out += claims_.claims("\n".join(outline.preface), 0, form, year, agency)
    for section in outline.sections:
        if section.number != 5:
            out += claims_.claims(section.text, section.number, form, year, agency)
    for text in outline.others:
        out += claims_.claims(text, 0, form, year, agency)
    return claims_.distinct(out)
