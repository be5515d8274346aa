"""What a mail of the season says, item by item, read from its text as its recipient reads it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

REMINDER = re.compile(r"^(尚未公布|期限届满后仍未发现) \d+ 家（期限(\d+)年(\d+)月(\d+)日，(.+?)）：(.+)$")
RECALLED = re.compile(r"^([二三])、\S+ (\d+) 项(?:，涉及 \d+ 家：(.+))?$")
BODY = re.compile(r"^【(.+)】$")
ADDRESS = re.compile(r"https?://[!-~]+(?:…)?")


@dataclass(slots=True)
class Letter:
    """One mail: when it came, to whom, its subject, what it says."""

    at: datetime
    to: list[str]
    subject: str
    pending: dict[str, list[str]] = field(default_factory=dict)  # by how long there is still
    overdue: dict[str, list[str]] = field(default_factory=dict)  # by how long it is ago
    items: dict[str, list[str]] = field(default_factory=dict)  # by body
    standing: str = ""
    corrected: str = ""

    def lines(self) -> list[str]:
        """The mail as the list of expected mails has it."""
        out = [f"{self.at:%m-%d %H:%M} {'、'.join(self.to)}　{self.subject.split('：', 1)[-1]}"]
        out += [f"尚未公布（{when}）：{'、'.join(names)}" for when, names in self.pending.items()]
        out += [f"仍未发现（{when}）：{'、'.join(names)}" for when, names in self.overdue.items()]
        out += [f"{body}：{text}" for body, texts in self.items.items() for text in texts]
        out += [f"此前已告知：{self.standing}"] if self.standing else []
        out += [f"已更正：{self.corrected}"] if self.corrected else []
        return out


def letters(folder: Path) -> list[Letter]:
    """The mails that arrived, in order of time and recipient."""
    out = []
    for line in (folder / "mailbox").read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        moment = datetime.fromisoformat(said["at"]).astimezone(datetime.fromisoformat("2026-01-01T00:00+08:00").tzinfo)
        out.append(read(Letter(moment, sorted(said["to"]), said["subject"]), said["text"]))
    return sorted(out, key=lambda one: (one.at.date(), one.to, one.at))


def read(letter: Letter, text: str) -> Letter:
    """Fill in what the text says."""
    body = ""
    for line in text.splitlines():
        reminder, recalled, named = REMINDER.match(line), RECALLED.match(line), BODY.match(line)
        if reminder:
            part = letter.pending if reminder.group(1) == "尚未公布" else letter.overdue
            part[f"{reminder.group(3)}月{reminder.group(4)}日，{reminder.group(5)}"] = reminder.group(6).split("、")
        elif recalled and recalled.group(3):
            setattr(letter, "standing" if recalled.group(1) == "二" else "corrected", recalled.group(3))
        elif named:
            body = named.group(1)
        elif line.startswith("- "):
            letter.items.setdefault(body or "撤下", []).append(ADDRESS.sub("〔网址〕", line[2:].removeprefix(body)))
    return letter
