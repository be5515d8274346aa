"""Portals in any number from one seed: every family, every shape that it can show."""

from __future__ import annotations

from collections.abc import Iterable

from demo.simulator.content import Publisher
from demo.simulator.families.aspnet import AspNet
from demo.simulator.families.epoint import Epoint
from demo.simulator.families.gkmlpt import Gkmlpt, Nfcms
from demo.simulator.families.hanweb import Hanweb, HanwebDisclosure
from demo.simulator.families.jpaas import Jpaas
from demo.simulator.families.plain import OddPager, Regional, UnknownJs
from demo.simulator.families.trs import Trs, TrsSearch
from demo.simulator.families.truecms import TrueCms
from demo.simulator.families.ucap import Ucap
from demo.simulator.families.vsb import Vsb
from demo.simulator.families.years import YearPages
from demo.simulator.shapes import MORE, SHAPES
from demo.simulator.site import Site

FAMILIES: tuple[type[Site], ...] = (
    Trs, Hanweb, HanwebDisclosure, Jpaas, Site, TrsSearch, TrueCms, Ucap, Vsb, Gkmlpt, Nfcms, Epoint, AspNet, Regional,
    OddPager, YearPages, UnknownJs,
)  # fmt: skip


def site(family: type[Site], shape: str, seed: int, last_year: int = 2024) -> Site:
    """One portal of a family, its columns laid out in a shape."""
    publisher = Publisher(seed, last_year=last_year)
    root, duties = (SHAPES | MORE)[shape](publisher)
    return family(f"{publisher.region()}人民政府", root, duties, seed)


def fleet(seed: int, count: int, families: Iterable[type[Site]] = FAMILIES) -> list[Site]:
    """So many portals; families and shapes take turns against each other, so that they meet in ever new pairs."""
    kinds = tuple(families)
    out = []
    for number in range(count):
        kind, turn = kinds[number % len(kinds)], number // len(kinds)
        shapes = kind.shapes or tuple(SHAPES)
        out.append(site(kind, shapes[(number + turn) % len(shapes)], seed * 1000 + number))
    return out
