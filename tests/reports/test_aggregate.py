"""A government's tables added up from the bodies' reports: what counts, what does not, what is named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.aggregate import Found, Member, aggregate, form_of_year
from reports.duties import Duty, Sighting, Standing, State
from reports.form import forms
from reports.report import Cell, Details, Number, Report, Source

NOW = datetime(2027, 4, 2, tzinfo=UTC)
TOP = "甲县人民政府"
NEW = "applications.new.total"
FEES = "proactive.fees.amount"


def report(
    cells: dict[str, Cell] | None = None, agency: str = "甲县水利局", form: str | None = "2021", title: str = ""
) -> Report:
    every = {key: Cell(0, "0") for key in forms.keys("2019" if form == "2019" else "2021")}
    return Report(
        Source("a.html", "0" * 64, "text/html", 1, "html"), "annual_report", agency, 2026, form,  # type: ignore[arg-type]
        cells=every | (cells or {}), details=Details(title=title),
    )  # fmt: skip


def figure(value: Number) -> Cell:
    return Cell(value, str(value))


def member(
    name: str = "甲县水利局", *reports: Report, state: State = "published", heads: bool = False, parent: str = TOP,
    kind: str = "department", seen: str = "read", level: str = "county", **values: Any,
) -> Member:  # fmt: skip
    duty = Duty(1, name, kind, level, 2026, date(2027, 1, 31))
    url = f"http://a.gov.cn/{name}"
    sighting = (
        Sighting(1, "年报", url, "annual_report", seen, NOW)
        if state in {"published", "late"} or seen != "read"
        else None
    )
    stands = Standing(duty, state, values.pop("reason", ""), None, sighting, source_url="http://a.gov.cn/")
    return Member(stands, tuple(Found(r, f"{url}/{n}") for n, r in enumerate(reports)), heads, parent, **values)


def government(name: str = TOP, *reports: Report, heads: bool = True, parent: str = "") -> Member:
    return member(name, *reports, kind="government", heads=heads, parent=parent)


def of(*members: Member) -> Any:
    return aggregate(TOP, 2026, members, NOW)


def kinds(result: Any) -> dict[str, str]:
    return {remark.name: remark.kind for remark in result.remarks}


# ------------------------------------------------------------------ sums


money = st.decimals(0, 10**9, places=4)
printed = st.one_of(
    st.integers(0, 10**7).map(figure),
    money.map(figure),
    st.just(Cell(None, "")),
    st.just(Cell(None, "/")),
    st.just(Cell(None, "l2", 0.3)),
    st.integers(0, 99).map(lambda value: Cell(value, str(value), 0.5)),
)


@given(st.lists(st.fixed_dictionaries({NEW: printed, FEES: printed}), min_size=1, max_size=8))
def test_the_sum_of_the_parts_is_the_printed_sum_to_the_last_decimal(bodies: list[dict[str, Cell]]):
    result = of(*(member(f"甲县{n:02}局", report(cells)) for n, cells in enumerate(bodies)))
    for key in (NEW, FEES):
        values = [cells[key].value for cells in bodies if cells[key].value is not None]
        total = result.totals[key]
        assert (total.value is None) == (not values)
        assert Fraction(total.value or 0) == sum(map(Fraction, values))  # type: ignore[arg-type]
        assert [part.values[key] for part in result.parts] == [cells[key].value for cells in bodies]
        assert len(total.doubtful) == sum(cells[key].confidence < 0.9 for cells in bodies)
        assert len(total.blank) == sum(cells[key].raw in {"", "/"} for cells in bodies)


@given(
    st.lists(
        st.sampled_from(["read", "missing", "due", "cannot_tell", "unreadable", "other form", "no form", "nothing"]),
        max_size=12,
    )
)
def test_a_body_is_in_the_sums_or_named_with_a_reason_never_neither_never_both(states: list[str]):
    def made(name: str, state: str) -> Member:
        match state:
            case "read":
                return member(name, report({NEW: figure(1)}))
            case "missing" | "due" | "cannot_tell":
                return member(name, state=state)
            case "unreadable":
                return member(name, state="cannot_tell", seen="unreadable")
            case "other form":
                return member(name, report(form="2019"))
            case "no form":
                return member(name, report(form=None))
        return member(name, report(dict.fromkeys(forms.keys("2021"), Cell(None, "", 0.0))))

    names = [f"甲县{n:02}局" for n in range(len(states))]
    result = of(*map(made, names, states))
    counted, lacking = [part.name for part in result.parts], [remark.name for remark in result.lacking]
    assert sorted(counted + lacking) == sorted(names)
    assert counted == [name for name, state in zip(names, states, strict=True) if state == "read"]
    assert all(remark.reason and remark.url for remark in result.lacking)
    assert result.complete == (bool(states) and not lacking)
    if lacking and len(lacking) <= 10:
        assert all(name in result.headline() for name in lacking)
        assert f"{len(counted)}/{len(names)}" in result.headline()
    assert (result.totals[NEW].value or 0) == len(counted)


def test_money_has_no_noise_of_binary_fractions():
    result = of(*(member(f"甲县{n}局", report({FEES: figure(Decimal("0.1"))})) for n in range(3)))
    assert str(result.totals[FEES].value) == "0.3"
    whole = of(*(member(f"甲县{n}局", report({FEES: figure(Decimal("0.5"))})) for n in range(2)))
    assert repr(whole.totals[FEES].value) == "1"


def test_the_year_decides_the_form():
    assert [form_of_year(year) for year in (2019, 2020, 2021, 2026)] == ["2019", "2019", "2021", "2021"]
    old = aggregate(TOP, 2020, [member("甲县水利局", report(form="2019")), member("甲县林业局", report())], NOW)
    assert list(old.totals) == list(forms.keys("2019"))
    assert kinds(old)["甲县林业局"] == "other_form"
    with pytest.raises(ValueError, match="2019"):
        aggregate(TOP, 2018, [], NOW)


# ------------------------------------------------------------------ what is said


def test_the_headline_says_how_many_of_how_many_and_who_is_lacking():
    result = of(member("甲县水利局", report()), member("甲县林业局", state="missing"))
    assert result.headline() == "暂按已读取的 1/2 家计算，缺 甲县林业局。"
    assert of(member("甲县水利局", report())).headline() == "已读取全部1家，按1家计算。"
    assert "没有应当发布" in of().headline()


def test_a_long_list_of_lacking_bodies_is_cut_and_counted():
    result = of(*(member(f"甲县{n:02}局", state="missing") for n in range(30)))
    assert result.headline() == f"暂按已读取的 0/30 家计算，缺 {'、'.join(f'甲县{n:02}局' for n in range(10))}等30家。"
    assert all(total.value is None for total in result.totals.values())


def test_doubtful_and_blank_cells_are_named_with_their_places():
    result = of(member("甲县水利局", report({NEW: Cell(7, "7", 0.6), FEES: Cell(None, "")})))
    assert {remark.kind: remark.reason for remark in result.remarks} == {
        "doubtful": "1个单元格识读存疑：表三，第1行，总计",
        "blank": "1个单元格没有填写数字：表二，第6行，本年收费金额（单位：万元）",
    }
    assert "1家的部分数字识读存疑" in result.headline()


def test_a_report_that_does_not_balance_is_named_for_the_sums_will_not_either():
    result = of(member("甲县水利局", report({NEW: figure(3)})))
    (remark,) = [remark for remark in result.remarks if remark.kind == "unbalanced"]
    assert "表三，第1行，总计" in remark.reason
    assert not of(member("甲县水利局", report({NEW: Cell(3, "3", 0.5)}))).lacking
    assert "unbalanced" not in {r.kind for r in of(member("甲县水利局", report({NEW: Cell(3, "3", 0.5)}))).remarks}


def test_another_report_of_the_same_body_with_other_figures_is_mentioned_and_the_first_counts():
    result = of(member("甲县水利局", report({FEES: figure(1)}), report({FEES: figure(2)}), report({FEES: figure(1)})))
    assert result.totals[FEES].value == 1
    (remark,) = result.remarks
    assert (remark.kind, remark.reason.startswith("另有1份")) == ("several", True)


def test_why_a_file_could_not_be_read_is_told():
    result = of(member("甲县水利局", state="cannot_tell", seen="unreadable", reason="文件无法识读", why="文件加密"))
    assert [(r.kind, r.reason) for r in result.lacking] == [("unreadable", "文件无法识读（文件加密）")]


# ------------------------------------------------------------------ the series of a government are kept apart


def test_the_governments_aggregate_is_never_added():
    result = of(
        government(TOP, report({FEES: figure(100)}, TOP)),
        member("甲县人民政府办公室", report({FEES: figure(2)}, "甲县人民政府办公室")),
        member("甲县水利局", report({FEES: figure(3)})),
    )
    assert result.totals[FEES].value == 5
    assert kinds(result) == {TOP: "excluded"}
    assert result.complete


@pytest.mark.parametrize(
    "own",
    [
        report({FEES: figure(2)}, "甲县人民政府办公室"),
        report({FEES: figure(2)}, TOP, title="甲县人民政府本级2026年政府信息公开工作年度报告"),
    ],
    ids=["office", "level"],
)
def test_the_governments_own_offices_report_is_added_beside_its_aggregate(own: Report):
    area = report({FEES: figure(100)}, TOP, title="甲县2026年政府信息公开工作年度报告")
    result = of(government(TOP, area, own), member("甲县水利局", report({FEES: figure(3)})))
    assert result.totals[FEES].value == 5
    assert result.parts[0].name == TOP
    assert [(r.kind, r.url[-1]) for r in result.remarks] == [("excluded", "0")]


def test_a_report_of_the_governments_level_is_left_out_where_its_office_is_registered_by_itself():
    level = report({FEES: figure(2)}, TOP, title="甲县人民政府本级2026年政府信息公开工作年度报告")
    office = member("甲县人民政府办公室", report({FEES: figure(2)}, "甲县人民政府办公室"))
    result = of(government(TOP, level), office, member("甲县水利局", report({FEES: figure(3)})))
    assert result.totals[FEES].value == 5


def test_an_office_that_was_found_nowhere_is_told_on_the_head():
    result = of(government(TOP, report({}, TOP)), member("甲县水利局", report()))
    assert "不含甲县人民政府本机关（办公室）的数据" in result.headline()
    assert {r.kind for r in result.remarks} == {"excluded", "own"}


def test_a_lower_government_counts_by_its_bodies_where_they_are_registered_and_by_its_report_where_not():
    low = government("甲县乙区人民政府", report({FEES: figure(50)}, "甲县乙区人民政府"), parent=TOP)
    leaf = government("甲县丙区人民政府", report({FEES: figure(7)}, "甲县丙区人民政府"), parent=TOP, heads=False)
    town = member("丁镇人民政府", report({FEES: figure(1)}), kind="government", level="township", heads=True)
    bodies = [member("乙区水利局", report({FEES: figure(3)}), parent=low.name)]
    result = of(low, leaf, town, *bodies)
    assert result.totals[FEES].value == 11
    assert "甲县乙区人民政府" not in [part.name for part in result.parts]


def test_a_lower_governments_office_report_alone_is_no_report_of_its_area():
    leaf = government("甲县丙区人民政府", report({}, "甲县丙区人民政府办公室"), parent=TOP, heads=False)
    assert kinds(of(leaf)) == {leaf.name: "scope"}


def test_a_department_that_says_it_covers_its_registered_bodies_is_named_as_perhaps_counted_twice():
    covering = report({}, "甲县教育局", title="甲县教育局2026年年度报告（汇总所属单位数据）")
    result = of(member("甲县教育局", covering, heads=True), member("甲县一中", report(), parent="甲县教育局"))
    assert kinds(result)["甲县教育局"] == "scope"
