"""The sentence of each trap of the note on portals (section 5), over HTTP on hand-made portals, on two days. Those that
the simulator's portals bear stand in ``test_traps.py``; ``test_every_trap_is_tested`` counts both and says what is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from crawler import links
from crawler.families import articles
from crawler.pages import Page
from demo.simulator.server import Network
from demo.simulator.traps import TRAPS as SIMULATED
from tests.crawler.handmade.looks import Day, Looks
from tests.crawler.handmade.trap_articles import ARTICLES, VIEWERS
from tests.crawler.handmade.trap_lists import LISTED, OUTSIDE

pytestmark = pytest.mark.slow

WHOLE = {"ok", "unchanged"}
Days = tuple[dict[str, Day], dict[str, Day]]


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    with Network() as network:
        network.add(OUTSIDE)
        looks = Looks(tmp_path_factory.mktemp("sentences"), network, [*LISTED, *ARTICLES])
        first = looks.look()
        looks.later()
        yield first, looks.look()
        looks.engine.dispose()


@pytest.fixture
def first(days: Days) -> dict[str, Day]:
    return days[0]


@pytest.fixture
def second(days: Days) -> dict[str, Day]:
    return days[1]


def whole(day: Day, *years: int) -> None:
    """A crawl that was whole, found these years once each, and calls none of them missing."""
    assert (day.status in WHOLE, day.years) == (True, list(years)), (day.status, day.reason, day.held)
    assert not set(day.missing) & set(years)


def test_T04_dates_in_every_form_are_days(first):
    whole(first["days-in-six-forms"], *range(2024, 2018, -1))
    assert {(one.published_on.month, one.published_on.day) for one in first["days-in-six-forms"].reports} == {(1, 16)}


def test_T05_an_index_number_a_telephone_and_a_document_number_are_no_dates(first):
    whole(first["T05"], 2024, 2023)
    assert [one.published_on for one in first["T05"].reports] == [None, None]


def test_T07_the_raw_bytes_are_kept_and_inline_elements_are_joined_without_a_separator(first):
    (report,) = first["T07"].reports
    assert b"<span>2024</span><b>" in report.data
    assert "2024年1月1日至2024年12月31日" in articles.article(Page("http://a.cn/", report.data)).text


def test_T08_the_title_is_the_attribute_where_that_is_longer_and_the_page_may_correct_it(first):
    whole(first["T08"], 2024, 2023)
    assert "凤冈县水务局2024年政府信息公开工作年度报告" in {one.title for one in first["T08"].held}


def test_T09_counters_weather_and_random_ids_make_no_version(second):
    assert [one.versions for one in second["T09"].held] == [1]


def test_T11_a_link_that_is_a_script_is_resolved_or_reported(first):
    assert first["T11"].years == [2024]
    assert first["T11"].status == "incomplete"
    assert "could not be resolved" in first["T11"].reason
    assert 2023 not in first["T11"].missing


def test_T12_slashes_fragments_and_noise_are_folded_and_what_names_a_document_is_kept(first):
    whole(first["T12"], 2024, 2023)


def test_T14_schemes_and_bare_hosts_are_one_address():
    # Loopback has no other names: by its key alone.
    assert (
        len(
            {
                links.key(f"{scheme}://{host}jia.gov.cn/nb/1.html")
                for scheme in ("http", "https")
                for host in ("", "www.")
            }
        )
        == 1
    )


def test_T15_mobile_twins_are_one_report_and_the_standard_page_is_preferred(first):
    whole(first["T15"], 2024, 2023)
    assert {one.url.rpartition("/")[2] for one in first["T15"].reports} == {"t20250116_7.html", "post_23.html"}


def test_T16_a_report_at_two_addresses_is_one_publication(first):
    assert set(first["T16"].years) == {2024}
    assert 2024 not in first["T16"].missing


def test_T18_queries_are_sent_in_the_charset_of_the_page_and_blanks_escaped(first):
    whole(first["T18"], 2024, 2023)


def test_T25_a_column_that_moved_away_is_no_empty_one_and_nobody_is_missing(second):
    assert second["T25"].status in {"gone", "moved"}
    assert second["T25"].years == [2024, 2023]
    assert second["T25"].missing == []


def test_T27_addresses_within_a_report_are_never_contacted(first):
    whole(first["T27"], 2024)
    assert OUTSIDE.asked == []


def test_T28_placeholders_break_nothing(first):
    assert first["T28"].years == [2024, 2023]
    assert not set(first["T28"].missing) & {2024, 2023}


@pytest.mark.parametrize("name", ["trs-countPage-date-in-link", "ucap-static"])
def test_T30_both_ways_to_count_pages_bring_every_item_once(first, name):
    whole(first[name], *range(2024, 2018, -1))


def test_T31_a_list_that_grows_while_it_is_read_loses_nothing(first):
    whole(first["vsb-growing"], *range(2024, 2018, -1))


def test_T36_a_shorter_answer_than_asked_for_is_not_the_end_before_the_total(first):
    whole(first["T36"], 2024, 2023, 2022, 2021, 2020)


def test_T39_a_column_of_the_new_year_under_an_odd_name_is_read_in_the_run_that_meets_it(first, second):
    assert first["T39"].years == [2023]
    whole(second["T39"], 2024, 2023)


def test_T40_a_report_in_another_years_column_counts_for_its_own_year(first):
    whole(first["T40"], 2024, 2023)


def test_T41_a_body_that_moved_between_groups_is_not_missing(first, second):
    whole(first["T41"], 2024, 2023)
    assert not set(second["T41"].missing) & {2024, 2023}
    assert set(second["T41"].years) == {2024, 2023}


def test_T42_the_column_page_is_the_report_of_the_year_that_its_text_tells(first, second):
    assert first["T42"].years == [2023]
    assert second["T42"].years == [2024, 2023]


def test_T43_a_page_of_a_year_counts_only_where_its_text_is_of_that_year(first):
    assert first["T43"].years == [2023, 2022]


def test_T44_expired_fields_begin_the_list_anew_once(first):
    whole(first["T44"], 2024, 2023, 2022, 2021)


def test_T45_calls_carry_their_column_and_a_page_in_place_of_data_is_a_fault(first):
    whole(first["T45"], 2024, 2023)
    assert first["T45-page"].status == "incomplete"
    assert first["T45-page"].missing == []


def test_T47_a_heavy_list_is_read(first):
    whole(first["T47"], 2024, 2023)


def test_T52_sentinel_days_are_none(first):
    whole(first["T52"], 2024, 2023)
    assert [one.published_on for one in first["T52"].reports] == [None, None]


def test_T55_times_within_ids_are_no_days_of_publication(first):
    whole(first["T55"], 2024, 2023)
    assert [one.published_on for one in first["T55"].reports] == [None, None]


def test_T56_each_labelled_date_is_its_own_fact(first):
    assert [one.published_on for one in first["T56"].reports] == [date(2025, 3, 17)]


def test_T57_an_edited_page_is_a_new_version_and_the_old_one_is_kept(second):
    assert sorted((one.year, one.versions) for one in second["T57"].reports) == [(2023, 1), (2024, 2)]


def test_T58_a_file_replaced_in_place_is_a_new_version(first, second):
    assert [one.versions for one in first["T58"].reports] == [1]
    assert [one.versions for one in second["T58"].reports] == [2]


def test_T59_the_directory_names_nobody(first):
    whole(first["T59"], 2024)


def test_T60_a_body_named_in_the_contact_paragraph_alone_is_not_missing(first):
    assert 2024 not in first["T60-contact"].missing


def test_T60_a_report_of_nobody_is_unassigned_and_blocks_missing(first):
    assert 2024 not in first["T60-nobody"].missing
    assert any(not one.mine and one.versions for one in first["T60-nobody"].held)


def test_T61_every_form_of_the_title_is_known_and_no_neighbour_is_one(first):
    whole(first["T61"], 2024, 2023, 2022, 2021, 2020, 2019)


def test_T62_an_interpretation_is_no_report(first):
    assert first["T62"].reports == []
    assert {one.kind for one in first["T62"].held} == {"interpretation"}


def test_T63_pictures_in_place_of_tables_are_fetched(first):
    (report,) = first["T63"].reports
    assert [kind for _, kind in report.files] == ["image/png"] * 3


@pytest.mark.parametrize("form", VIEWERS)
def test_T65_the_file_in_a_viewer_is_fetched_and_not_the_viewer(first, form):
    (report,) = first[f"T65-{form}"].reports
    assert [kind for _, kind in report.files] == ["application/pdf"]
    assert not any("viewer.html" in target for target in first[f"T65-{form}"].asked)


def test_T66_files_are_told_by_their_content(first):
    whole(first["T66"], 2024, 2023, 2022, 2021)


def test_T67_names_of_files_are_decoded_in_three_encodings(first):
    (report,) = first["T67"].reports
    assert {name for name, _ in report.files} == {"甲年报.pdf", "乙年报.pdf", "丙年报.pdf"}


def test_T68_a_page_in_place_of_a_file_is_a_failed_attachment(first):
    assert first["T68"].status == "incomplete"
    assert [one.files for one in first["T68"].held] == [[]]
    assert 2024 not in first["T68"].missing


def test_T70_a_captcha_before_a_file_is_for_a_person(first):
    assert 2024 not in first["T70"].missing
    assert "验证码" not in str(first["T70"].held)
    assert sum("download.jsp" in target for target in first["T70"].asked) <= 2


def test_T91_the_agent_says_who_it_is(first):
    whole(first["T91"], 2024, 2023)


# What neither the simulator nor these portals can lay, and why; and what is tested where it is decided.
ELSEWHERE = {
    "T53": "what is told of a bulk of past years is decided by alerts, and tested there",
    "T69": "archives are opened by the reader, and tested there",
    "T85": "servers of old TLS: tests/crawler/test_tls.py",
    "T86": "certificates at fault: tests/crawler/test_tls.py",
    "T87": "servers of one scheme: tests/crawler/test_tls.py",
    "T90": "validators are kept from look to look: tests/crawler/test_days.py",
    "T92": "521, 412 and 403 reach the classifier: T80, T81 and T82 of the simulator",
}
SPANS = ((1, 18), (20, 28), (30, 47), (50, 70), (80, 93))
EVERY = [f"T{number:02d}" for first, last in SPANS for number in range(first, last + 1)]


def test_every_trap_is_tested():
    here = set(re.findall(r"def test_(T\d\d)_", Path(__file__).read_text(encoding="utf-8")))
    simulated = {name[:3] for name in SIMULATED}
    assert [trap for trap in EVERY if trap not in here | simulated | ELSEWHERE.keys()] == []
