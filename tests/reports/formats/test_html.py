"""Pages to blocks: what is hidden, what is layout, what is a table."""

from __future__ import annotations

import base64
import quopri
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from reports.blocks import Block, Grid, Paragraph, Picture, Unreadable
from reports.formats.html.page import blocks
from reports.sniff import sniff


def read(body: str, head: str = "") -> list[Block]:
    return blocks(f"<html><head>{head}</head><body>{body}</body></html>".encode()).blocks


def texts(found: list[Block]) -> list[str]:
    return [block.text for block in found if isinstance(block, Paragraph)]


def tables(found: list[Block]) -> list[list[list[str]]]:
    return [[[cell.text for cell in row] for row in block.rows] for block in found if isinstance(block, Grid)]


PNG = b"\x89PNG\r\n\x1a\n"
ROW = "<tr><td>规章</td><td>0</td><td>1</td><td>2</td></tr>"


def test_paragraphs_and_tables_come_in_reading_order_with_their_places():
    found = read(f"<p>二、主动公开</p><table>{ROW}</table><p>三、收到</p><table>{ROW}</table>")
    assert [type(block) for block in found] == [Paragraph, Grid, Paragraph, Grid]
    assert isinstance(found[3], Grid)
    at = found[3].rows[0][2].at
    assert (at.table, at.row, at.column) == (2, 1, 3)


def test_text_is_joined_across_inline_tags_without_a_blank():
    assert texts(read("<p><span>20</span><span>21年</span><b>1</b>月<o:p></o:p></p>")) == ["2021年1月"]


def test_nothing_hidden_is_read_but_the_text_behind_it_is():
    body = (
        "<p>前<span style='display:none'>暗</span>后</p><div hidden>暗</div><div class='old'>暗</div>"
        "<script>暗</script><!-- 暗 --><p style='visibility:hidden'>暗</p><template><p>暗</p></template>"
    )
    assert texts(read(body, "<style>.old, .older {display: none}</style>")) == ["前后"]


def test_a_hidden_older_copy_of_a_table_is_no_table():
    assert tables(read(f"<table style='display:none'>{ROW}</table><table>{ROW}</table>")) == [[["规章", "0", "1", "2"]]]


def test_layout_tables_are_read_through_to_any_depth():
    body = f"<p>正文</p><table>{ROW}</table>"
    for _ in range(30):
        body = f"<table><tr><td>{body}</td></tr></table>"
    found = read(body)
    assert texts(found) == ["正文"]
    assert tables(found) == [[["规章", "0", "1", "2"]]]


def test_a_table_of_one_cell_within_a_cell_is_the_text_of_that_cell():
    inner = "<table><tr><td>规章</td></tr></table>"
    assert tables(read(f"<table><tr><td>{inner}</td><td>0</td></tr></table>")) == [[["规章", "0"]]]


def test_a_cell_of_prose_makes_its_row_text_and_not_table():
    prose = "我局认真落实条例要求，" * 20
    found = read(
        f"<table><tr><td colspan=4>一、总体情况</td></tr><tr><td colspan=4><p>{prose}</p></td></tr>{ROW}</table>"
    )
    assert texts(found) == ["一、总体情况", prose]
    assert tables(found) == [[["规章", "0", "1", "2"]]]


@pytest.mark.parametrize(
    "body",
    [
        "<div style='display:table'><div style='display:table-row'><div style='display:table-cell'>规章</div>"
        "<div style='display:table-cell'>0</div><div style='display:table-cell'>1</div></div></div>",
        "<div class=t><div class=r><p class=c>规章</p><p class=c>0</p><p class=c>1</p></div></div>",
        "<div style='display:flex'><span>规章</span><span>0</span><span>1</span></div>",
        "<ul><li>规章</li><li>0</li><li>1</li></ul>",
        "<div role=table><div role=row><span role=cell>规章</span><span role=cell>0</span><span role=cell>1</span></div></div>",
        "<pre>规章\t0\t1\n</pre>",
    ],
)
def test_boxes_that_lie_like_a_row_are_a_row(body):
    style = "<style>.t{display:table}.r{display:table-row}.c{display:table-cell}</style>"
    assert tables(read(body, style)) == [[["规章", "0", "1"]]]


def test_a_figure_cut_into_spans_is_one_figure():
    body = (
        "<table><tr><td>规章</td><td><p><span>2</span><span>6</span><span>1</span><span>1</span></p></td></tr></table>"
    )
    assert tables(read(body)) == [[["规章", "2611"]]]


def test_prose_cut_into_spans_is_prose():
    assert texts(read("<p><span>共收到</span><span>2</span><span>6</span><span>1</span></p>")) == ["共收到261"]


def test_an_absurd_span_costs_nothing():
    found = read("<table><tr><td colspan=1000000 rowspan=99999999>规章</td><td>0</td></tr></table>")
    assert tables(found) == [[["规章", "0"]]]


def test_a_figure_drawn_as_a_picture_is_no_blank():
    found = read("<table><tr><td>规章</td><td><img src='3.gif'></td></tr></table>")
    grid = next(block for block in found if isinstance(block, Grid))
    assert grid.rows[0][1].confidence == 0.0


def test_pictures_keep_their_address_and_embedded_ones_their_bytes():
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(200)).decode()
    found = read(f"<p>表</p><img src='W02.png'><img src='data:image/png;base64,{data}'><img src='x.gif' width=1>")
    pictures = [block for block in found if isinstance(block, Picture)]
    assert [(p.name, p.data is not None) for p in pictures] == [("W02.png", False), ("embedded-1", True)]


def test_menus_crumbs_and_footers_are_not_the_report():
    body = (
        "<div class='nav-bar'><a href='/'>首页</a></div><p><a href='/x'>2019年政府信息公开工作年度报告</a></p>"
        "<p>正文</p><div id=footer>备案号</div><p><a href='a.pdf'>附件：2023年年度报告.pdf</a></p>"
    )
    assert texts(read(body)) == ["正文", "附件：2023年年度报告.pdf"]


def test_the_pages_head_states_title_and_date():
    head = "<title>年报</title><meta name='PubDate' content='2024-01-05 09:00'>"
    found = blocks(f"<html><head>{head}</head><body>发布机构：某市统计局</body></html>".encode())
    assert found.meta == {"title": "年报", "published": "2024-01-05"}


def test_the_encoding_is_tried_and_not_believed():
    page = "<meta charset='gb2312'><p>螅镇〔2021〕政府信息公开</p>"
    assert texts(blocks(page.encode("gb18030")).blocks) == texts(blocks(page.encode()).blocks)


def test_a_saved_web_archive_is_opened():
    page = base64.encodebytes("<p>正文</p>".encode()).decode()
    archive = (
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html; '
        f'charset="utf-8"\nContent-Transfer-Encoding: base64\n\n{page}\n--b--\n'
    )
    assert texts(blocks(archive.encode()).blocks) == ["正文"]


@pytest.mark.parametrize(
    ("data", "limit"),
    [
        (b"<div>" * 5000 + b"x", "depth"),
        (b"<p>" + b"x" * (11 << 20), "bytes"),
        (b"<table>" + b"<tr><td>1" * 200_000, "cells"),
    ],
)
def test_a_page_beyond_a_limit_names_it(data, limit):
    with pytest.raises(Unreadable) as caught:
        blocks(data)
    assert caught.value.limit == limit


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><p>a</p></body></html><table><tr><td>规章</td><td>1</td></tr></table>",
        "<html><body><div><html><body><p>a</p></body></html></div><table><tr><td>规章</td><td>1</td></tr></table></body></html>",
    ],
)
def test_what_stands_behind_the_end_of_a_pasted_page_is_read(page):
    assert [cell.text for grid in blocks(page.encode()).grids() for row in grid.rows for cell in row] == [
        "规章",
        "1",
    ]


@pytest.mark.parametrize(
    ("outer", "name", "value"),
    [
        (
            "<html><frameset cols='20%,*'><frame src='nav.htm'><frame src='main.htm'></frameset></html>",
            "Content-Location",
            "https://a.example/2023/main.htm",
        ),
        ('<html><body><p>一、总体情况</p><iframe src="cid:f1@x"></iframe></body></html>', "Content-ID", "<f1@x>"),
        (
            "<html><body><p>一、总体情况</p><iframe src='../a/b.htm?x=1&amp;y=2'></iframe></body></html>",
            "Content-Location",
            "https://a.example/a/b.htm?x=1&y=2",
        ),
        (
            "<html><link id=shLink href='a.files/sheet001.htm'><frameset><frame src='a.files/sheet001.htm'></frameset></html>",
            "Content-Location",
            "file:///C:/a.files/sheet001.htm",
        ),
    ],
)
def test_a_page_in_a_frame_of_a_web_archive_is_read_where_it_is_shown(outer, name, value):
    whole = MIMEMultipart("related", type="text/html")
    for markup, head, said in (
        (outer + f"<!-- {'x' * 900} -->", "Content-Location", "https://a.example/2023/index.htm"),
        (
            f"<html><head><title>a</title></head><body><p>二、主动公开</p><table>{ROW}</table></body></html>",
            name,
            value,
        ),
    ):
        part = MIMEText(markup, "html", "gb18030")
        part[head] = said
        whole.attach(part)
    found = blocks(whole.as_bytes()).blocks
    assert texts(found) == ["一、总体情况"] * ("总体" in outer) + ["二、主动公开"]
    assert tables(found) == [[["规章", "0", "1", "2"]]]


def _archived(encoding: str, first: str) -> bytes:
    markup = f"<html><body><p>二、主动公开</p><table>{ROW}</table><img src='cid:t1'></body></html>"
    page = MIMEText(markup, "html", "utf-8")
    if encoding == "quoted-printable":
        del page["Content-Transfer-Encoding"]
        page["Content-Transfer-Encoding"] = encoding
        page.set_payload(quopri.encodestring(markup.encode()).decode())
    picture = MIMEImage(PNG * 20, "png")
    picture["Content-ID"] = "<t1>"
    whole = MIMEMultipart("related", type="text/html")
    whole.attach(MIMEText("<p>目录</p>", "html", "utf-8"))
    whole.attach(page)
    whole.attach(picture)
    return first.encode() + whole.as_bytes()


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
@pytest.mark.parametrize(
    "first",
    ["", "From: <Saved by Blink>\nSnapshot-Content-Location: https://a.example/a.html\nSubject: =?utf-8?Q?a?=\n"],
)
def test_a_web_archive_is_its_page_with_its_pictures_however_its_parts_are_coded(encoding, first):
    data = _archived(encoding, first)
    assert sniff(data, "年报.mht").format == "html"
    found = blocks(data).blocks
    assert texts(found) == ["二、主动公开"]
    assert tables(found) == [[["规章", "0", "1", "2"]]]
    assert [block.data for block in found if isinstance(block, Picture)] == [PNG * 20]
