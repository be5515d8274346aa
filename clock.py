"""What time it is: the machine's time, or that of a rehearsal (``NIANBAO_CLOCK``).

A rehearsal plays a season on another day: a file holds the moment (ISO 8601, with its zone) that it was when the file was
written, and time goes on from there. All processes of the service read the same file.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import config


def utcnow() -> datetime:
    """Now, aware, in UTC: for the doors and the tasks; the core takes time as an argument."""
    path = config.settings().clock
    return _rehearsed(Path(path)) if path else datetime.now(UTC)


def _rehearsed(path: Path) -> datetime:
    """Raises BadSettings where the file is none or holds no moment: a service must not fall back to another day."""
    try:
        moment = datetime.fromisoformat(path.read_text(encoding="utf-8").strip())
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError) as error:
        raise config.BadSettings(f"{config.PREFIX}CLOCK: {path} holds no moment: {error}") from None
    if moment.tzinfo is None:
        raise config.BadSettings(f"{config.PREFIX}CLOCK: {path} holds a moment without a zone; write …+08:00")
    return moment.astimezone(UTC) + (datetime.now(UTC) - written)
