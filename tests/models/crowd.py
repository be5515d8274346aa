"""Several processes that do the same thing to one database at the same moment: ``python -m tests.models.crowd``."""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from models import base, documents, findings, mails, readings, work
from reports.subject import Subject
from tests.conftest import ROOT
from tests.models import rows

NOW = rows.NOW


def _claim(engine: Engine, me: str, ids: list[int]) -> list[int]:
    got = []
    for work_id in ids:
        with base.transaction(engine) as session:
            if work.claim(session, work_id, me, NOW, timedelta(minutes=5)) is not None:
                got.append(work_id)
    return got


def _add(engine: Engine, _me: str, subjects: list[int]) -> list[int]:
    out = []
    for subject in subjects:
        with base.transaction(engine) as session:
            out.append(work.add(session, "read", subject, NOW).id)
    return out


def _record(engine: Engine, _me: str, given: list[int]) -> list[int]:
    """List a document and store a version of each of its contents; the numbers of the reading work made by us."""
    source_id, agency_id, count = given
    made = []
    for number in range(count):
        with base.transaction(engine) as session:
            url = f"http://www.jia.gov.cn/nb/{number}.html"
            document = documents.record_listing(
                session,
                documents.Item(
                    source_id=source_id,
                    key=url,
                    url=url,
                    title="年报",
                    kind=None,
                    year=None,
                    agency_id=agency_id,
                    listed_on=None,
                ),
                NOW,
            )
            for content in ("a", "b"):
                _, work_id = rows.fetched(session, document, f"{content}{number}")
                made += [work_id] if work_id is not None and content == "b" else []
    return made


def _read(engine: Engine, _me: str, versions: list[int]) -> list[int]:
    for version_id in versions:
        with base.transaction(engine) as session:
            readings.save(session, readings.Result(version_id, rows.report()), rows.READER, NOW)
    return []


def _find(engine: Engine, _me: str, agencies: list[int]) -> list[int]:
    out = []
    for agency_id in agencies:
        with base.transaction(engine) as session:
            said = [rows.finding(), rows.finding("STR-TITLE", cells=())]
            out += findings.save(session, findings.Outcome(Subject(agency_id, 2026), "report", said), NOW)
    return out


def _mail(engine: Engine, me: str, days: list[int]) -> list[int]:
    out = []
    for number in days:
        with base.transaction(engine) as session:
            notices = [f"n{number}", "n"] if number == 1 else [f"n{number}"]
            draft = mails.Draft(
                f"digest:{number}", f"<{number}@example.cn>", "office", "digest", NOW.date(), ["a@example.cn"], "s", "t",
                "h", notices,
            )  # fmt: skip
            queued = mails.queue(session, draft, NOW)
            out += [queued.id] if queued is not None else []
    for mail_id in range(1, len(days) + 1):
        with base.transaction(engine) as session:
            if mails.take(session, mail_id) is not None:
                mails.mark(session, mail_id, "sent", None, NOW)
                out.append(-mail_id)
    return out


def _upgrade(engine: Engine, _me: str, _given: list[int]) -> list[int]:
    base.upgrade(engine.url.render_as_string(hide_password=False))
    base.check_revision(engine)
    return []


WAYS = {
    "upgrade": _upgrade,
    "claim": _claim,
    "add": _add,
    "record": _record,
    "read": _read,
    "find": _find,
    "mail": _mail,
}


class Crowd:
    """Processes that wait for something to do, then do it at the same moment."""

    def __init__(self, size: int) -> None:
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.models.crowd", str(number)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(size)
        ]

    def run(self, url: str, way: str, given: Any) -> list[list[int]]:
        """Let all of them do it; returns what each of them got. Raises if one of them fails."""
        for order in (json.dumps([url, way, given]), "go"):
            self._tell(order)
            answers = self._hear()
        wrong = [answer for answer in answers if isinstance(answer, str)]
        if wrong:
            raise AssertionError("\n".join(wrong))
        return answers

    def _tell(self, order: str) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{order}\n")
            process.stdin.flush()

    def _hear(self) -> list[Any]:
        return [json.loads(process.stdout.readline()) for process in self._processes if process.stdout is not None]

    def close(self) -> None:
        """Send them home."""
        for process in self._processes:
            process.communicate()


def main() -> None:
    """Read an order, say that we are ready, wait for the word, do it, say what we got; until the input ends."""
    me = f"p{sys.argv[1]}"
    for order in sys.stdin:
        url, way, given = json.loads(order)
        engine = base.make_engine(url)
        with engine.connect():
            print(json.dumps("ready"), flush=True)
        sys.stdin.readline()
        try:
            answer: Any = WAYS[way](engine, me, given)
        except Exception:  # noqa: BLE001  told to the test, which fails with it
            answer = traceback.format_exc()
        print(json.dumps(answer), flush=True)
        engine.dispose()


if __name__ == "__main__":
    main()
