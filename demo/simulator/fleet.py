"""Portals in any number from one seed: every family, every shape that it can show."""

from __future__ import annotations

from collections.abc import Iterable

from demo.simulator.content import Publisher
from demo.simulator.families.hanweb import Hanweb, HanwebDisclosure
from demo.simulator.families.jpaas import Jpaas
from demo.simulator.families.trs import Trs, TrsSearch
from demo.simulator.shapes import SHAPES
from demo.simulator.site import Site

FAMILIES: tuple[type[Site], ...] = (Trs, Hanweb, HanwebDisclosure, Jpaas, Site, TrsSearch)


def site(family: type[Site], shape: str, seed: int, last_year: int = 2024) -> Site:
    """One portal of a family, its columns laid out in a shape."""
    publisher = Publisher(seed, last_year=last_year)
    root, duties = SHAPES[shape](publisher)
    return family(f"{publisher.region()}人民政府", root, duties, seed)


def fleet(seed: int, count: int, families: Iterable[type[Site]] = FAMILIES) -> list[Site]:
    """So many portals; families and shapes take turns against each other, so that they meet in ever new pairs."""
    kinds, shapes = tuple(families), tuple(SHAPES)
    return [
        site(kinds[n % len(kinds)], shapes[(n + n // len(kinds)) % len(shapes)], seed * 1000 + n) for n in range(count)
    ]
