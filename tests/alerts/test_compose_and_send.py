"""The mail itself, over a real SMTP conversation."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import config
from alerts.compose import LONGEST, brief, compose, compose_refusals, subject
from alerts.digest import Digest
from alerts.notice import Notice
from alerts.run import send_test
from alerts.send import Outgoing, SendFailed, Server, as_email, deliver, probe
from tests.mailbox import free_port, mailbox

NOTICE = Notice(
    "k1", "error", "甲县统计局", 2026, "APP-SUM-ROW",
    "甲县统计局2026年“本年新收”一行：各类申请人相加为26，总计填报为25。",
    "表三，第1行，总计", "26", "25", "表式（总计列）", "http://a.gov.cn/1?a=1&b=2",
)  # fmt: skip
DIGEST = Digest("office", 5, 2026, date(2027, 2, 3), [NOTICE], due=7, published=5, late=0, missing=1, cannot_tell=1)


def outgoing(**changes) -> Outgoing:
    message = compose(DIGEST, "甲县政务公开办")
    values: dict[str, Any] = {
        "message_id": "<digest-1@nianbao.test>",
        "recipients": ("office@a.gov.cn",),
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "queued_at": datetime(2027, 2, 3, 1, 0, tzinfo=UTC),
    }
    return Outgoing(**(values | changes))


def test_both_parts_carry_body_place_figures_and_address():
    message = compose(DIGEST, "甲县政务公开办")
    for part in (message.text, message.html):
        for fact in ("甲县政务公开办", "甲县统计局", "表三，第1行，总计", "26", "25", "http://a.gov.cn/1?a=1"):
            assert fact in part
    assert "&amp;b=2" in message.html
    assert message.subject == "【年报监测】2026年度 2027-02-03：数据问题1项"


def test_the_subject_counts_bodies_and_the_season_alone_and_names_what_is_of_other_years():
    missing = replace(NOTICE, group="missing", rule="PUB-MISSING")
    notices = [
        replace(missing, key="a"),
        replace(missing, key="b", rule="INT-ONLY"),
        replace(missing, key="c", agency="甲县水利局"),
        *(replace(missing, key=f"old{year}", year=year) for year in (2021, 2022, 2023)),
    ]
    said = subject(Digest("office", 5, 2026, date(2027, 2, 3), notices))
    assert said == "【年报监测】2026年度 2027-02-03：未发现2家，往年报告3项"


def crowded(count: int) -> Digest:
    late = replace(NOTICE, key="late", group="late", rule="PUB-LATE", expected="2027-01-31", actual="2027-02-02")
    many = [replace(NOTICE, key=f"k{n}", message=f"第{n}项：" + NOTICE.message * 4) for n in range(count)]
    older = replace(NOTICE, key="older", year=2023)
    hostile = replace(NOTICE, key="hostile", message='=HYPERLINK("http://evil.example","x")', url="javascript:alert(1)")
    return Digest("office", 5, 2026, date(2027, 2, 3), [late, *many, older, hostile], [NOTICE], [NOTICE])


def test_three_parts_stand_in_both_texts_and_lateness_in_its_own_words():
    message = compose(crowded(3), "甲县政务公开办")
    for part in (message.text, message.html):
        for words in ("本次新发现 6 项", "往年报告 1 项", "尚未解决 1 项", "已更正 1 项", "2027-02-02", "逾期", "2天"):
            assert words in part
        assert "第2项" in part


def test_every_notice_stands_in_the_attached_sheet_and_none_runs_as_a_formula():
    (file,) = compose(crowded(40), "甲县政务公开办").attachments
    page = openpyxl.load_workbook(io.BytesIO(file.data)).worksheets[0]
    rows = list(page.iter_rows(min_row=2))
    assert [row[0].value for row in rows].count("新发现") == 43
    assert {row[0].value for row in rows} == {"新发现", "尚未解决", "已更正"}
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert [row[10].hyperlink for row in rows if str(row[10].value).startswith("javascript")] == [None]
    assert (page.freeze_panes, page.auto_filter.ref) == ("C2", page.dimensions)


def test_a_digest_of_two_hundred_matters_stays_below_a_hundred_kilobytes():
    message = compose(crowded(200), "甲县政务公开办")
    whole = outgoing(text=message.text, html=message.html, attachments=message.attachments)
    assert len(as_email(whole, "nianbao@a.gov.cn").as_bytes()) < 100_000


def test_an_attachment_arrives_as_it_was_made_under_its_chinese_name():
    message = compose(crowded(1), "甲县政务公开办")
    with mailbox() as box:
        deliver(outgoing(attachments=message.attachments), box.url, "nianbao@a.gov.cn")
    (file,) = box.mails[0].iter_attachments()
    assert file.get_filename() == "年报监测事项-2026年度-2027-02-03.xlsx"
    assert file.get_content() == message.attachments[0].data


def test_hostile_text_from_a_page_is_escaped_and_cannot_break_a_line_or_a_header():
    evil = Notice(
        "k", "missing", '<img src=x onerror="alert(1)">', 2026, "PUB-MISSING", "第一行\r\nBcc: all@a.gov.cn",
        url="javascript:alert(1)",
    )  # fmt: skip
    digest = Digest("office", 5, 2026, date(2027, 2, 3), [evil])
    message = compose(digest, "甲县\r\nX-Evil: 1")
    assert "<img" not in message.html
    assert "javascript:" not in message.html + message.text
    assert "\nBcc:" not in message.text
    assert "\n" not in subject(digest)


def test_a_mail_arrives_whole_with_a_stable_message_id():
    with mailbox() as box:
        deliver(outgoing(), box.url, "年报监测 <nianbao@a.gov.cn>")
    (mail,) = box.mails
    assert mail["Message-ID"] == "<digest-1@nianbao.test>"
    assert mail["Subject"] == "【年报监测】2026年度 2027-02-03：数据问题1项"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "各类申请人相加为26" in text.get_content()
    assert "各类申请人相加为26" in html.get_content()
    assert box.recipients == [["office@a.gov.cn"]]


@pytest.mark.parametrize(("answer", "kind"), [("451 try later", "retry"), ("554 refused as spam", "person")])
def test_a_refusal_for_now_is_tried_again_and_a_refusal_for_good_needs_a_person(answer, kind):
    with mailbox() as box:
        box.answer = answer
        with pytest.raises(SendFailed) as failure:
            deliver(outgoing(), box.url, "nianbao@a.gov.cn")
    assert (failure.value.kind, failure.value.perhaps_sent) == (kind, False)
    assert box.mails == []


def test_an_unknown_recipient_needs_a_person():
    with mailbox() as box, pytest.raises(SendFailed) as failure:
        deliver(outgoing(recipients=("nobody@a.gov.cn",)), box.url, "nianbao@a.gov.cn")
    assert failure.value.kind == "person"


def test_one_refused_recipient_keeps_the_mail_from_nobody_else():
    with mailbox() as box:
        delivery = deliver(outgoing(recipients=("nobody@a.gov.cn", "office@a.gov.cn")), box.url, "nianbao@a.gov.cn")
    assert box.recipients == [["office@a.gov.cn"]]
    assert delivery.delivered == ["office@a.gov.cn"]
    assert list(delivery.refused) == ["nobody@a.gov.cn"]


def test_a_recipient_put_off_for_now_is_deferred_and_the_others_get_the_mail():
    with mailbox() as box:
        box.busy = {"b@a.gov.cn"}
        delivery = deliver(outgoing(recipients=("a@a.gov.cn", "b@a.gov.cn")), box.url, "nianbao@a.gov.cn")
    assert (delivery.delivered, list(delivery.deferred), delivery.refused) == (["a@a.gov.cn"], ["b@a.gov.cn"], {})


def test_a_chinese_local_part_is_refused_by_name_where_the_server_cannot_take_it_and_sent_where_it_can():
    recipients = ("office@a.gov.cn", "张三@a.gov.cn")
    with mailbox() as box:
        delivery = deliver(outgoing(recipients=recipients), box.url, "nianbao@a.gov.cn")
        assert box.recipients == [["office@a.gov.cn"]]
    assert "张三@a.gov.cn is not ASCII" in delivery.refused["张三@a.gov.cn"]
    with mailbox(utf8=True) as box:
        delivery = deliver(outgoing(recipients=recipients), box.url, "nianbao@a.gov.cn")
        assert box.recipients == [list(recipients)]
    assert delivery.delivered == list(recipients)


def test_a_chinese_domain_needs_no_utf8():
    with mailbox() as box:
        deliver(outgoing(recipients=("office@政务.cn",)), box.url, "nianbao@a.gov.cn")
    assert box.recipients == [["office@" + "政务.cn".encode("idna").decode()]]


def test_a_sender_that_may_no_longer_send_is_asked_before_the_text_leaves():
    def gone() -> None:
        raise RuntimeError("somebody else has the work")

    with mailbox() as box, pytest.raises(RuntimeError):
        deliver(outgoing(), box.url, "nianbao@a.gov.cn", gone)
    assert box.mails == []


def test_the_mail_about_refused_recipients_names_each_and_escapes_what_the_server_said():
    message = compose_refusals("年报监测", {"left@a.gov.cn": "550 <b>unknown</b>"}, date(2027, 2, 3))
    assert "1个收件地址未能送达" in message.subject
    assert "left@a.gov.cn" in message.text
    assert "<b>" not in message.html


def test_an_answer_lost_after_the_text_counts_as_perhaps_sent():
    with mailbox() as box:
        box.hang_up_after_text = True
        with pytest.raises(SendFailed) as failure:
            deliver(outgoing(), box.url, "nianbao@a.gov.cn")
    assert failure.value.perhaps_sent


def test_a_server_that_is_not_there_is_tried_again():
    with pytest.raises(SendFailed) as failure:
        deliver(outgoing(), f"smtp://127.0.0.1:{free_port()}", "nianbao@a.gov.cn")
    assert (failure.value.kind, failure.value.perhaps_sent) == ("retry", False)


def test_a_wrong_smtp_address_is_named_without_its_password():
    with pytest.raises(ValueError, match="SMTP_URL must look like") as error:
        Server.parse("http://user:geheim@mail.a.gov.cn")
    assert "geheim" not in str(error.value)


def test_one_cause_stands_once_with_its_evidence_in_both_texts_and_the_sheet():
    cause = replace(
        NOTICE,
        certain=True,
        evidence=("甲县统计局2026年各类申请人相加为26。", "甲县统计局2026年正文称26件。"),
        others=("a", "b"),
    )
    message = compose(replace(DIGEST, notices=[cause]), "甲县政务公开办")
    for part in (message.text, message.html):
        for words in ("填报", "应为", "佐证1", "相加为26", "佐证2", "正文称26件"):
            assert words in part
    page = openpyxl.load_workbook(io.BytesIO(message.attachments[0].data)).worksheets[0]
    values = [cell.value for cell in page[2]]
    assert "应为" in values
    assert any("正文称26件" in str(value) for value in values)


def test_two_figures_that_differ_are_said_to_differ():
    for part in (compose(DIGEST, "甲县政务公开办").text, compose(DIGEST, "甲县政务公开办").html):
        assert "25、26，不一致" in part
        assert "应为" not in part


def test_a_mail_says_how_to_leave_and_with_which_others_it_stands():
    message = as_email(outgoing(thread="<thread@a>"), "年报监测 <nianbao@a.gov.cn>")
    assert message["List-Unsubscribe"].startswith("<mailto:nianbao@a.gov.cn?subject=")
    assert (message["References"], message["In-Reply-To"]) == ("<thread@a>", "<thread@a>")
    assert as_email(outgoing(), "nianbao@a.gov.cn")["References"] is None


def test_the_way_of_a_mail_is_walked_without_sending_one():
    with mailbox() as box:
        said = probe(box.url, "nianbao@a.gov.cn", ("office@a.gov.cn", "ops@a.gov.cn"))
        assert "no TLS; no login; takes the sender and 2 recipient(s)" in said
        assert probe(box.url, "nianbao@a.gov.cn", ()).endswith("0 recipient(s)")
        with pytest.raises(SendFailed, match="nobody@a") as failed:
            probe(box.url, "nianbao@a.gov.cn", ("office@a.gov.cn", "nobody@a.gov.cn"))
        assert list(failed.value.refused) == ["nobody@a.gov.cn"]
        assert box.mails == []
    with pytest.raises(SendFailed, match="cannot be reached"):
        probe(f"smtp://127.0.0.1:{free_port()}", "nianbao@a.gov.cn", (), timeout=1)


def test_a_test_mail_arrives_and_tells_of_no_body(tmp_path: Path):
    with mailbox() as box:
        settings = config.Settings(data_dir=tmp_path, smtp_url=box.url, _env_file=None)
        delivery = send_test(settings, ["wang@a.gov.cn"], datetime(2027, 2, 3, 1, 0, tzinfo=UTC))
    assert delivery.delivered == ["wang@a.gov.cn"]
    assert box.mails[0]["Subject"] == "【年报监测】2027-02-03：测试邮件"
    text = box.mails[0].get_body(("plain",))
    assert text is not None
    assert "2027年2月3日 09:00" in text.get_content()


def test_a_long_address_in_a_message_is_shortened_and_what_is_said_of_it_stays_whole():
    address = "http://www.jia.gov.cn/" + "zwgk/" * 40 + "t20260120_1.html"
    message = f"甲县统计局已发布2025年度报告解读（{address}），但未发现年度报告原文，请核实发布情况。"
    assert (
        brief(message)
        == "甲县统计局已发布2025年度报告解读（http://www.jia.gov.cn/…），但未发现年度报告原文，请核实发布情况。"
    )
    within = f"截至2026年2月1日，未在{address}发现甲县统计局2025年度报告。"
    assert brief(within) == "截至2026年2月1日，未在http://www.jia.gov.cn/…发现甲县统计局2025年度报告。"
    short = "截至2026年2月1日，未在http://www.jia.gov.cn/nb/发现甲县统计局2025年度报告。"
    assert brief(short) == short
    assert len(brief(f"http://{'a' * 300}.cn/{'页' * 200}" + "很长" * 200)) <= LONGEST
