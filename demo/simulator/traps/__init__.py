"""The traps of section 5 of the note on portals, each laid on a portal that is otherwise in order.

A trap says what may be concluded while it stands: the states in which a right reader leaves the source, and whether the
reports can be found behind it."""

from __future__ import annotations

from demo.simulator.traps import listed, network, pages
from demo.simulator.traps.base import CHALLENGED, DOUBT, TRAPS, WHOLE, Trap

__all__ = ["CHALLENGED", "DOUBT", "TRAPS", "WHOLE", "Trap", "listed", "network", "pages"]
