"""Portal families: one module and one fingerprint each (``fingerprints.yaml``); the protocol stands in ``base``.

A family is found by its marks in the order of the fingerprints; more specific marks come first. Modules that offer a
``FAMILY``, or several as ``FAMILIES``, are found by lying here."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import yaml

from crawler.families import regional
from crawler.families.base import Family
from crawler.pages import Page

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The marks of one family."""

    family: str
    page: tuple[re.Pattern[str], ...] = ()
    address: tuple[re.Pattern[str], ...] = ()
    without: tuple[re.Pattern[str], ...] = ()

    def fits(self, page: Page) -> bool:
        """Whether a page bears the marks; a fingerprint without any fits every page."""
        if any(mark.search(page.searchable) for mark in self.without):
            return False
        if not self.page and not self.address:
            return True
        return any(mark.search(page.url) for mark in self.address) or any(
            mark.search(page.searchable) for mark in self.page
        )


def _one(module: ModuleType) -> list[Family]:
    return [module.FAMILY] if hasattr(module, "FAMILY") else []


def _found() -> dict[str, Family]:
    modules = (importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules([str(_HERE)]))
    families = [one for module in modules for one in [*_one(module), *getattr(module, "FAMILIES", ())]]
    return {family.name: family for family in families}


def _fingerprints() -> tuple[Fingerprint, ...]:
    out = []
    for entry in yaml.safe_load((_HERE / "fingerprints.yaml").read_text(encoding="utf-8")):
        if entry["family"] == "regional":  # each tells itself by its addresses
            out += [Fingerprint(family.name) for family in regional.FAMILIES]
            continue
        marks = {
            name: tuple(re.compile(text) for text in entry.get(name, ())) for name in ("page", "address", "without")
        }
        out.append(Fingerprint(entry["family"], **marks))
    return tuple(out)


BY_NAME: dict[str, Family] = _found()
FINGERPRINTS: tuple[Fingerprint, ...] = _fingerprints()


def recognise(page: Page, given: str = "") -> Family | None:
    """The family of a list page; None (``unknown-js`` to the watcher) if it shows neither rows nor a known mark. What a
    person has set for the source (``given``) comes first, where it can read the page."""
    family = BY_NAME.get(given)
    if family is not None and family.claims(page):
        return family
    for fingerprint in FINGERPRINTS:
        family = BY_NAME[fingerprint.family]
        if fingerprint.fits(page) and family.claims(page):
            return family
    return None
