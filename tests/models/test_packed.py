"""Reports packed: nothing lost, at most 15 kB a report with its cells, old rows brought over and back."""

from __future__ import annotations

import json
import random
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from models import base
from models.packed import WORDS, pack, pack_text, unpack
from models.readings import Reading
from reports import reader
from reports.compact import compact
from reports.report import number_as_json
from tests.models import rows
from tests.test_faults import report_of


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"error": "encrypted", "warnings": []},
        {"cells": {}, "a": None},
        {"b": {str(n): {"v": n, "raw": "〇"} for n in range(9)}, "a": [1, {"x": {"y": 1.5}}]},
        {"cells": {str(n): {"v": n} | ({"more": [n]} if n % 3 else {}) for n in range(9)}, "": {"": {}}},
        {"cells": {str(n): {} if n else {"v": 1} for n in range(9)}},
        {"cells": {"a": {"v": 1}, "b": 2, "c": {}, "d": {}}},
    ],
    ids=lambda value: json.dumps(value, ensure_ascii=False)[:40],
)
def test_what_is_packed_comes_back_equal_and_in_its_order(value: dict[str, Any]):
    back = unpack(pack(value))
    assert back == value
    assert list(back) == list(value)


def test_bytes_of_no_known_format_are_refused():
    with pytest.raises(ValueError, match="unknown format"):
        unpack(b"\x09abc")


def test_what_was_packed_without_the_forms_words_is_still_read_and_what_is_cut_off_is_refused():
    value = {"cells": {str(n): {"v": n} for n in range(9)}}
    assert unpack(pack(value, words=False)) == value
    for packed in (pack(value), pack(value, words=False)):
        with pytest.raises(ValueError, match="cut off"):
            unpack(packed[:-5])


def test_the_words_that_stored_reports_are_packed_with_are_never_changed():
    assert sha256(WORDS).hexdigest() == "5dad7bc24324a45dfc321c1f6f98c5662798bf3a50e4350133bbb38f3eff004b"


def test_a_whole_report_with_its_cells_takes_at_most_fifteen_kilobytes(sqlite_engine: Engine):
    report = reader.read(report_of("甲县统计局", random.Random(1), 2026), "1.html")
    with base.transaction(sqlite_engine) as session:
        agency = rows.body(session)
        document = rows.listed(session, rows.column(session, agency), agency)
        rows.read(session, rows.fetched(session, document)[0], report)
    with base.transaction(sqlite_engine) as session:
        sizes = session.execute(sa.text("SELECT length(report), length(CAST(cells AS BLOB)) FROM readings")).one()
        first = next(key for key, cell in (report.cells or {}).items() if cell.value == 0)
        assert session.scalar(sa.select(Reading.cells[first].as_integer())) == 0  # cells stay queryable
        assert session.scalars(sa.select(Reading)).one().report == json.loads(json.dumps(report.as_dict(details=True)))
    assert sum(sizes) <= 15_000


def test_reports_stored_as_text_are_packed_in_place_and_unpacked_again(engine: Engine, database_url: str):
    with base.transaction(engine) as session:
        agency = rows.body(session)
        source = rows.column(session, agency)
        for number in (1, 2, 3):
            document = rows.listed(session, source, agency, number)
            said = rows.report({"applications.new.total": number}, agency="甲县〇局")
            rows.read(session, rows.fetched(session, document, str(number))[0], said)
        cells = {key: number_as_json(cell.value) for key, cell in (said.cells or {}).items()}
    with base.transaction(engine) as session:
        before = {r.id: r.report for r in session.scalars(sa.select(Reading))}
    base.downgrade(database_url, "0011")
    with engine.connect() as connection:
        texts = connection.execute(sa.text("SELECT id, CAST(report AS TEXT) FROM readings")).all()
        assert {id_: json.loads(text) for id_, text in texts} == before
    base.upgrade(database_url)
    with base.transaction(engine) as session:
        after = {r.id: r for r in session.scalars(sa.select(Reading))}
        assert {id_: r.report for id_, r in after.items()} == before
        assert after[3].cells == cells


def test_the_way_back_leaves_reports_as_the_version_before_reads_them(engine: Engine, database_url: str):
    with base.transaction(engine) as session:
        agency = rows.body(session)
        source = rows.column(session, agency)
        for number in (1, 2):
            document = rows.listed(session, source, agency, number)
            rows.read(session, rows.fetched(session, document, str(number))[0])
        before = {r.id: r.report for r in session.scalars(sa.select(Reading))}
    base.downgrade(database_url, "0023")
    with engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT id, report FROM readings")).all()
    assert {bytes(packed)[:1] for _, packed in stored} == {b"\x01"}
    assert {id_: unpack(bytes(packed)) for id_, packed in stored} == before
    base.upgrade(database_url)
    with base.transaction(engine) as session:
        assert {r.id: r.report for r in session.scalars(sa.select(Reading))} == before


def test_text_that_is_laid_out_already_is_packed_as_it_is_and_what_no_database_takes_is_replaced():
    value: dict[str, Any] = {"a": "甲\x00乙", "cells": {str(n): {"v": n} for n in range(9)}}
    assert unpack(pack_text(compact(value))) == value | {"a": "甲\ufffd乙"}
    plain = value | {"a": "甲乙"}
    assert pack_text(compact(plain)) == pack(plain)
