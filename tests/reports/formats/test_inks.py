"""What is printed beside a figure and is no part of it: raised, struck out, deleted, hidden, in every format."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Sequence

import pytest
import xlwt
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import CellIsRule, DataBarRule, FormulaRule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from reports.blocks import Block, Grid, GridCell, Paragraph, SheetLayout
from reports.formats.html.page import blocks as html
from reports.formats.sheet.book import blocks as read_sheet
from reports.formats.word.doc import blocks as read_doc
from reports.formats.word.docx import blocks as read_docx
from reports.formats.word.odt import blocks as read_odt
from reports.formats.word.rtf import blocks as read_rtf
from reports.tables.layout import analysed
from tests.makers.ole import word
from tests.makers.small import WORD, ods_members, zipped


def cell_of(found: Sequence[Block]) -> GridCell:
    """The second cell of the first row of the only table."""
    grids = [block for block in found if isinstance(block, Grid)]
    assert len(grids) == 1
    return grids[0].rows[0][1]


def page(cell: str, css: str = "", attributes: str = "") -> GridCell:
    head = f"<style>{css}</style>" if css else ""
    body = f"<table><tr><td>规章</td><td{attributes}>{cell}</td><td>7</td></tr><tr><td>甲</td><td>1</td><td>2</td></tr></table>"
    return cell_of(html(f"<html><head>{head}</head><body>{body}</body></html>".encode()).blocks)


@pytest.mark.parametrize(
    ("cell", "css"),
    [
        ("6<sup>1</sup>", ""),
        ("6<sup>[1]</sup>", ""),
        ("6<sub>2</sub>", ""),
        ("6<sup><a href='#n1'>1</a></sup>", ""),
        ("6<span style='vertical-align:super'>1</span>", ""),
        ("6<span style='vertical-align:super;font-size:70%'>注1</span>", ""),
        ("6<span style='position:relative;top:-5px;font-size:60%'>1</span>", ""),
        ("6<span class=fn>1</span>", ".fn {vertical-align: super; font-size: 8px}"),
        ("6<i class='a fn'>1</i>", "table td > i.fn { vertical-align: sub }"),
        ("6<a href='#x'>1</a>", "td a[href^='#'] { vertical-align: super }"),
        ("6<b>1</b>", "@media screen { td b { vertical-align: super } }"),
        ("6<span style='display:none'>1</span>", ""),
        ("6<span style='font-size:0'>1</span>", ""),
        ("6<span style='font:0/0 a'>1</span>", ""),
        ("6<span style='visibility:hidden'>1</span>", ""),
        ("6<span style='opacity:0'>1</span>", ""),
        ("6<span style='position:absolute;left:-9999px'>1</span>", ""),
        ("6<span style='color:transparent'>1</span>", ""),
        ("6<span style='mso-hide:all'>1</span>", ""),
        ("6<i class=x>1</i>", ".x{display:inline} td .x{font-size:0px}"),
        ("6<i class=x>1</i>", ".x{display:none!important} td i.x{display:inline}"),
        ("6<i class=x>1</i>", "@media print{.x{display:inline}} .x{visibility:hidden}"),
        ("6<span style='font-size:0'><b style='font-size:2em'>1</b></span>", ""),
        ("6<ruby><rb></rb><rt>1</rt></ruby>", ""),
        ("6<template>1</template><input type=hidden value=1>", ""),
        ("6<span style='font-variant-position:super'>1</span>", ""),
        ("6<span style='zoom:0'>1</span>", ""),
        ("6<span style='content-visibility:hidden'>1</span>", ""),
        ("6<span style='color:#00000000'>1</span>", ""),
        ("6<span style='color:rgb(0 0 0 / 0%)'>1</span>", ""),
        ("6<span style='-webkit-text-fill-color:transparent'>1</span>", ""),
        ("6<span style='filter:opacity(0)'>1</span>", ""),
        ("6<span style='opacity:1%'>1</span>", ""),
        ("6<span style='transform:scaleX(0)'>1</span>", ""),
        ("6<i class=x>1</i>", "@media (min-width:768px){.x{display:none}}"),
        ("6<i class=x>1</i>", "td i:is(.x, .y) { vertical-align: super }"),
    ],
)
def test_a_raised_or_hidden_piece_of_a_page_is_no_part_of_a_figure(cell, css):
    read = page(cell, css)
    assert (read.text, read.confidence) == ("6", 1.0)


@pytest.mark.parametrize(
    ("cell", "css"),
    [
        ("<s>9</s>6", ""),
        ("<del>9</del>6", ""),
        ("<strike>9</strike><ins>6</ins>", ""),
        ("<span style='text-decoration:line-through'>9</span>6", ""),
        ("<span style='text-decoration-line: underline line-through'><b>9</b></span>6", ""),
        ("<span class=old>9</span>6", ".old { color: red; text-decoration: line-through }"),
        ("<em><span>9</span></em>6", "td em span { text-decoration: line-through }"),
        ("9\u03366", ""),
        ("<i class=x>9</i>6", ":is(.x,.y) { text-decoration: line-through }"),
        ("<i class=x>9</i>6", "td { color: red } @layer a { .x { text-decoration: line-through } }"),
    ],
)
def test_a_struck_out_piece_of_a_page_is_left_out_and_the_figure_in_doubt(cell, css):
    read = page(cell, css)
    assert read.text == "6"
    assert read.confidence == 0.5


@pytest.mark.parametrize(
    ("cell", "css", "text"),
    [
        ("6<span style='color:#fff'>1</span>", "", "61"),
        ("6<span class=hidden>1</span>", "", "61"),
        ("6<span style='vertical-align:5px'>1</span>", "", "61"),
        ("<sup>6</sup>", "", "6"),
        ("6<sup>123</sup>", "", "6123"),
        ("<select><option>6<option>7</select>", "", "6"),
        ("<math><mn>6</mn></math>", "", "6"),
        ("<span style='display:none'>6</span>", "", ""),
        ("<span style='font-size:0'>6</span>", "", ""),
        ("<i class=x></i>", ".x::before { content: '6' }", ""),
        ("<input>", "", ""),
        ("<x-figure value=6></x-figure>", "", ""),
        ("<span v-text='row.n'></span>", "", ""),
        ("<canvas></canvas>", "", ""),
        ("<svg><path d='M0 0'/></svg>", "", ""),
        ("<iframe src='a.html'></iframe>", "", ""),
        ("<s>6</s>", "", ""),
        ("6<a href='#n1'>1</a>", "", "61"),
        ("6<small>1</small>", "", "61"),
        ("6<span style='display:inline-block;transform:translateY(-4px)'>1</span>", "", "61"),
        ("<span style='float:right'>1</span><span>6</span>", "", "16"),
        ("<span style='position:relative;left:8px'>1</span>6", "", "16"),
        ("<span style='display:flex;flex-direction:row-reverse'><b>1</b><b>6</b></span>", "", "16"),
        ("<bdo style='unicode-bidi:bidi-override;direction:rtl'>16</bdo>", "", "16"),
        ("<bdo dir=rtl>16</bdo>", "", "16"),
        ("<font color=#ffffff>9</font>6", "", "96"),
        ("<ol><li>6</li></ol>", "", "6"),
        ("<span class=x>6</span>", ".x {-webkit-text-security: disc}", "6"),
        ("<span style='background:#000;color:#000'>9</span>6", "", "96"),
        ("<b>9</b>6", "td b:first-child { display: none }", "96"),
        ("<b class=o>9</b>6", "b:not(.n) { display: none }", "96"),
        ("<b>9</b>6", "td:has(b) b { text-decoration: line-through }", "96"),
        ("6", "td:nth-child(2) { visibility: hidden }", "6"),
        ("", "td:empty::before { content: '6' }", ""),
        ("<script>document.write(6)</script>", "", ""),
        ("<b id=n></b><script>document.getElementById('n').innerHTML = 6;</script>", "", ""),
        ("<b id=n></b><script>$('#n').text(6)</script>", "", ""),
        ("<b data-value=6></b>", "", ""),
        ("6<span style='font-size:8px'>1</span>", "", "61"),
        ("6<i class=x>1</i>", ".x { font-size: 60% }", "61"),
        ("6<font size=1>1</font>", "", "61"),
        ("<i class=x>9</i>6", ":root { --d: line-through } .x { text-decoration: var(--d) }", "96"),
        ("6<i class=x>1</i>", ".x { display: var(--shown) }", "61"),
        (
            "<i class=x>9</i>6",
            ".x { background: linear-gradient(transparent 45%, red 45%, red 55%, transparent 55%) }",
            "96",
        ),
        (
            "<i class=x>9</i>6",
            ".x::after { content: ''; position: absolute; left: 0; top: 50%; border-top: 1px solid }",
            "96",
        ),
        ("6<span style='letter-spacing:-1em'>1</span>", "", "61"),
        ("6<span style='mask-image:linear-gradient(transparent,transparent)'>1</span>", "", "61"),
        ("<b>1</b><b>6</b>", "b { float: right }", "16"),
    ],
)
def test_what_a_page_does_not_tell_is_in_doubt_and_no_blank(cell, css, text):
    read = page(cell, css)
    assert read.text == text
    assert read.confidence <= 0.5


@pytest.mark.parametrize(
    ("cell", "css"),
    [
        ("<select><option>7<option selected>6</select>", ""),
        ("<select><option>6</select>", ""),
        ("<textarea>6</textarea>", ""),
        ("<input value=6>", ""),
        ("<span style='font-size:0'><b style='font-size:14px'>6</b></span>", ""),
        ("<span style='visibility:hidden'>1<b style='visibility:visible'>6</b></span>", ""),
        ("<s style='text-decoration:none'>6</s>", ""),
        ("<i class=x>6</i>", "@media print{.x{display:none}} .x:hover{display:none}"),
        ("<b class=y>6</b>", ".x .y{display:none} .z>.y{display:none} div + .y{display:none}"),
        ("<i class=x>6</i>", ".x::after { content: '.' } .x:before { content: '\\e601' }"),
        ("<span style='vertical-align:middle;font-size:small'>6</span>", ""),
        ("<a href='a.html'>6</a>", ""),
        ("<small>6</small>", ""),
        ("<b data-value=6 data-v-7ba5bd90>6</b>", ""),
        ("<ul><li>6</li></ul>", ""),
        ("<b data-row=3></b>6<script>a(e.dataset.col)</script>", ""),
        ("<ol style='list-style:none'><li>6</li></ol>", ""),
        ("<ol><li>6</li></ol>", "li {list-style-type: none}"),
        ("<span id=n>6</span><script>var n = $('#n').text();</script>", "b:first-child { color: red }"),
        ("<b style='font-size:14px'>6</b>", "td { font-size: 12px }"),
        ("<i class=x>6</i>", "@media (min-width:1600px){.x{display:none}} @media (max-width:600px){.x{display:none}}"),
        ("<i class=x>6</i>", ".x { letter-spacing: 2px; opacity: .9; background: url(a.png); color: var(--text) }"),
        ("6", "li:first-child { display: none } td:not(:hover) { width: 0 } a:hover { display: none }"),
    ],
)
def test_what_a_page_shows_is_read_for_sure(cell, css):
    read = page(cell, css)
    assert (read.text, read.confidence) == ("6", 1.0)


@pytest.mark.parametrize(
    "script",
    ["e.textContent = e.dataset.x", "$(this).text($(this).data('x'))", "e.innerText = e.getAttribute('data-x')"],
)
def test_an_empty_element_whose_data_a_script_asks_for_is_no_blank(script):
    assert page(f"<span data-x=6></span><script>{script}</script>").confidence < 0.9


def test_a_number_that_a_list_prints_in_a_cell_is_no_blank():
    assert page("<ol start=6><li></li></ol>").confidence < 0.9


def test_a_figure_in_two_pieces_of_one_size_is_one_figure():
    read = page("<b style='font-size:12pt'>6</b><i style='font-size:16px'>1</i>")
    assert (read.text, read.confidence) == ("61", 1.0)


def test_white_figures_on_a_coloured_ground_are_seen():
    assert page("<span style='color:#fff'>6</span>", attributes=" style='background:#0057a8'").confidence == 1.0
    assert page("<font style='color:white'>6</font>", attributes=" bgcolor=navy").confidence == 1.0


@pytest.mark.parametrize(
    ("cell", "css", "attributes"),
    [
        ("<span style='color:#0057a8'>6</span>", "", " style='background:#0057a8'"),
        ("<span style='color:rgb(0, 87, 168)'>6</span>", "td {background-color: #0057A8}", ""),
        ("<b class=x>6</b>", ".x {color: #000080}", " bgcolor=navy"),
        ("6", "", " style='background:#000'"),
        ("<span style='background:black'>6</span>", "", ""),
        ("<span style='color:#fefefe'>6</span>", "", ""),
        ("<b style='color:#eee'>6</b>", "tr {background: #f0f0f0}", ""),
    ],
)
def test_a_figure_in_the_colour_of_what_lies_behind_it_is_in_doubt(cell, css, attributes):
    read = page(cell, css, attributes)
    assert (read.text, read.confidence) == ("6", 0.5)


@pytest.mark.parametrize(
    "ground", ["#fff", "transparent", "url(a.png)", "#eef3fa", "none", "linear-gradient(#000, #111)"]
)
def test_a_figure_on_another_ground_is_seen(ground):
    assert page("6", attributes=f" style='background:{ground}'").confidence == 1.0


@pytest.mark.parametrize(
    ("cell", "css", "text", "confidence"),
    [
        ("6<span style='display:inline-block;margin-left:-9px'>1</span>", "", "61", 0.5),
        ("<span style='display:inline-block;margin-right:-.6em'>9</span><b>6</b>", "", "96", 0.5),
        ("<b class=x>9</b>6", ".x {display:inline-block; margin: 0 -10px 0 0}", "96", 0.5),
        ("<p style='margin-left:-80px'>6</p>", "", "6", 0.5),
        ("<div style='margin:-40px 0 0'>6</div>", "", "6", 0.5),
        ("<p style='margin-right:-5.4pt'>6</p>", "", "6", 1.0),  # as Word writes it
        ("<span style='margin-left:-1px'>6</span>", "", "6", 1.0),
        ("<span style='margin:0 auto'>6</span>", "table {margin-left: -15px} td {margin: -40px}", "6", 1.0),
    ],
)
def test_a_figure_that_a_margin_draws_over_another_is_in_doubt(cell, css, text, confidence):
    read = page(cell, css)
    assert (read.text, read.confidence) == (text, confidence)


def test_raised_letters_of_a_unit_stay_in_prose():
    found = html(
        "<p>面积5km<sup>2</sup>，排放CO<sub>2</sub>，公开71<sup>[1]</sup>条，<s>共9条</s>共6条</p>".encode()
    ).blocks
    assert [block.text for block in found if isinstance(block, Paragraph)] == ["面积5km2，排放CO2，公开71条，共6条"]


def docx(
    cell: str, styles: str = "", properties: str = "", numbering: str = "", ground: str = "", table: str = ""
) -> GridCell:
    filled = ground if "=" in ground else f'w:val="clear" w:fill="{ground}"'
    shading = f"<w:tcPr><w:shd {filled}/></w:tcPr>" if ground else ""

    def row(*cells: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc>{shading}{text}</w:tc>" for text in cells) + "</w:tr>"

    def plain(text: str) -> str:
        return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"

    table += row(plain("规章"), f"<w:p>{properties}{cell}</w:p>", plain("7")) + row(*map(plain, "甲12"))
    names = f'xmlns:w="{WORD}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    names += ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    names += ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    members = {
        "word/document.xml": f"<w:document {names}><w:body><w:tbl>{table}</w:tbl></w:body></w:document>".encode()
    }
    if styles:
        members["word/styles.xml"] = f"<w:styles {names}>{styles}</w:styles>".encode()
    if numbering:
        members["word/numbering.xml"] = f"<w:numbering {names}>{numbering}</w:numbering>".encode()
    return cell_of(read_docx(zipped(members)).blocks)


def run(text: str, *properties: str) -> str:
    return f"<w:r><w:rPr>{''.join(f'<w:{name}/>' for name in properties)}</w:rPr><w:t>{text}</w:t></w:r>"


def style(name: str, kind: str, *properties: str, based_on: str = "") -> str:
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    said = "".join(f"<w:{entry}/>" for entry in properties)
    return f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{name}"/>{base}<w:rPr>{said}</w:rPr></w:style>'


def field(code: str, result: str = "") -> str:
    """A field with its code; ``separate`` and a result only where there is one."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    shown = mark.format("separate") + run(result) if result else ""
    return f"{mark.format('begin')}<w:r><w:instrText>{code}</w:instrText></w:r>{shown}{mark.format('end')}"


RAISED = 'vertAlign w:val="superscript"'
IN_STYLE = 'rStyle w:val="b"'
OF_B = '<w:pPr><w:pStyle w:val="b"/></w:pPr>'


@pytest.mark.parametrize(
    ("cell", "styles", "properties"),
    [
        (run("6") + run("1", RAISED), "", ""),
        (run("6") + run("[1]", 'vertAlign w:val="subscript"'), "", ""),
        (run("6") + run("1", IN_STYLE), style("b", "character", RAISED), ""),
        (run("6") + run("1", IN_STYLE), style("b", "character", based_on="c") + style("c", "character", "vanish"), ""),
        (run("6") + run("1", "vanish"), "", ""),
        (run("6") + run("1", 'sz w:val="1"'), "", ""),
        (run("6", 'vanish w:val="0"') + run("1"), style("b", "paragraph", "vanish"), OF_B),
        (run("6") + f"<w:del>{run('1').replace('w:t>', 'w:delText>')}</w:del>", "", ""),
        (run("6") + f"<w:moveFrom>{run('1')}</w:moveFrom>", "", ""),
        ("<w:ins>" + run("6") + "</w:ins>" + run("1", RAISED), "", ""),
        ("<m:oMath><m:sSup><m:e><m:r><m:t>6</m:t></m:r></m:e><m:sup><m:r><m:t>1</m:t></m:r></m:sup></m:sSup></m:oMath>", "", ""),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="1"/>'
            '<w:listEntry w:val="6"/></w:ddList></w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "",
            "",
        ),
    ],
)  # fmt: skip
def test_a_raised_hidden_or_deleted_run_of_a_docx_is_no_part_of_a_figure(cell, styles, properties):
    read = docx(cell, styles, properties)
    assert (read.text, read.confidence) == ("6", 1.0)


@pytest.mark.parametrize(
    ("cell", "styles", "properties"),
    [
        (run("9", "strike") + run("6"), "", ""),
        (run("9", "dstrike") + run("6"), "", ""),
        (run("9", IN_STYLE) + run("6"), style("b", "character", based_on="c") + style("c", "character", "strike"), ""),
        (run("9") + run("6", 'strike w:val="false"'), style("b", "paragraph", "strike"), OF_B),
        (run("9") + run("6", 'rStyle w:val="c"'), style("b", "paragraph", "strike") + style("c", "character", "strike"), OF_B),
    ],
)  # fmt: skip
def test_a_struck_out_run_of_a_docx_is_left_out_and_the_figure_in_doubt(cell, styles, properties):
    read = docx(cell, styles, properties)
    assert (read.text, read.confidence) == ("6", 0.5)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (run("6") + run("1", 'position w:val="8"'), "61"),
        (run("6") + run("1", 'color w:val="FFFFFF"'), "61"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F08C"/></w:r>', ""),
        ("<w:r><w:drawing><wp:inline><a:blip/></wp:inline></w:drawing></w:r>", ""),
        ("<m:oMath><m:f><m:num><m:r><m:t>6</m:t></m:r></m:num></m:f></m:oMath>", "6"),
        (run("6", "strike"), ""),
        (run("6", "vanish"), ""),
        (field(" =SUM(ABOVE) "), ""),
        (field(" DOCPROPERTY 件数 ") + run("6"), "6"),
        ('<w:fldSimple w:instr=" REF a "/>', ""),
        ('<w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office"/></w:object></w:r>', ""),
        ('<w:r><w:drawing><wp:inline><a:graphicData uri="http://a/chart"/></wp:inline></w:drawing></w:r>', ""),
        (run("6", 'sz w:val="24"') + run("1", 'sz w:val="16"'), "61"),
        (run("61", 'spacing w:val="-200"'), "61"),
        (run("61", 'w w:val="5"'), "61"),
        (run("6", 'color w:val="C00000"', 'shd w:val="clear" w:fill="C00000"'), "6"),
        (run("6", 'color w:val="FFFF00"', 'highlight w:val="yellow"'), "6"),
    ],
)
def test_what_a_docx_does_not_tell_is_in_doubt_and_no_blank(cell, text):
    read = docx(cell)
    assert read.text == text
    assert read.confidence <= 0.5


@pytest.mark.parametrize(
    "cell", [field(" XE 规章 ") + run("6"), field(" =SUM(ABOVE) ", "6"), field(" TC a ") + run("6")]
)
def test_a_field_with_its_result_or_that_prints_nothing_leaves_the_figure_sure(cell):
    read = docx(cell)
    assert (read.text, read.confidence) == ("6", 1.0)


@pytest.mark.parametrize(("first", "second"), [(24, 24), (21, 32), (None, 20)])
def test_a_figure_in_runs_of_one_size_or_of_a_larger_one_behind_is_sure(first, second):
    sizes = [f'sz w:val="{size}"' if size else "b" for size in (first, second)]
    read = docx(run("6", sizes[0]) + run("1", sizes[1]))
    assert (read.text, read.confidence) == ("61", 1.0)


def test_a_blank_field_to_fill_in_is_blank():
    assert docx(field(" FORMTEXT ")).confidence == 1.0


@pytest.mark.parametrize(("start", "text"), [(6, "6"), (17, "17")])
def test_a_cell_that_holds_a_lists_number_alone_is_no_blank(start, text):
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    level = f'<w:lvl w:ilvl="0"><w:start w:val="{start}"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/></w:lvl>'
    lists = f'<w:abstractNum w:abstractNumId="0">{level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    read = docx("", properties=numbered, numbering=lists)
    assert (read.text, read.confidence) == (text, 0.5)


@pytest.mark.parametrize(
    ("cell", "ground", "confidence"),
    [
        (run("6", 'color w:val="1F4E79"'), "1F4E79", 0.5),
        (run("6", 'color w:val="000000"'), "000000", 0.5),
        (run("6"), "000000", 1.0),  # of itself the colour is one that is seen
        (run("6", 'color w:val="FFFFFF"'), "1F4E79", 1.0),
        (run("6", 'color w:val="FF0000"'), "1F4E79", 1.0),
        (run("6", 'color w:val="1F4E79"'), 'w:val="solid" w:color="1F4E79" w:fill="auto"', 0.5),
        (run("6", 'color w:val="FFFFFF"'), 'w:val="solid" w:color="1F4E79" w:fill="auto"', 1.0),
        (run("6", 'color w:val="1F4E79"'), 'w:val="pct20" w:color="1F4E79" w:fill="FFFFFF"', 1.0),
        (run("6", 'color w:val="FFFFFF"', 'shd w:val="clear" w:fill="FFFFFF"'), "1F4E79", 0.5),
    ],
)
def test_a_figure_in_the_colour_of_its_cell_is_in_doubt(cell, ground, confidence):
    assert docx(cell, ground=ground).confidence == confidence


@pytest.mark.parametrize(
    ("color", "ground", "styles", "table", "confidence"),
    [
        ("1F4E79", "", "<w:tcPr>{}</w:tcPr>", "", 0.5),
        ("1F4E79", "", '<w:tblStylePr w:type="band2Horz"><w:tcPr>{}</w:tcPr></w:tblStylePr>', "", 0.5),
        ("1F4E79", "FFFFFF", "<w:tcPr>{}</w:tcPr>", "", 1.0),
        ("FF0000", "", "<w:tcPr>{}</w:tcPr>", "", 1.0),
        ("1F4E79", "", "", "{}", 0.5),
        ("FFFFFF", "", "", "{}", 1.0),
        ("FFFFFF", "FFFFFF", "", "{}", 0.5),
    ],
)
def test_a_figure_in_a_colour_that_its_table_lays_behind_it_is_in_doubt(color, ground, styles, table, confidence):
    shading = '<w:shd w:val="clear" w:fill="1F4E79"/>'
    style = f'<w:style w:type="table" w:styleId="T">{styles.format(shading)}</w:style>'
    properties = f'<w:tblPr><w:tblStyle w:val="T"/>{table.format(shading)}</w:tblPr>'
    cell = run("6", f'color w:val="{color}"')
    assert docx(cell, style, ground=ground, table=properties).confidence == confidence


def odt(
    cell: str,
    styles: str = "",
    common: str = "",
    attributes: str = "",
    table: str = "",
    row: str = "",
    columns: str = "",
) -> GridCell:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{rest}"'
        for name, rest in (("office", "office:1.0"), ("text", "text:1.0"), ("table", "table:1.0"), ("style", "style:1.0"),
                           ("fo", "xsl-fo-compatible:1.0"))
    )  # fmt: skip
    rows = "".join(
        f"<table:table-row{row}>"
        + "".join(f"<table:table-cell{attributes}>{text}</table:table-cell>" for text in texts)
        + "</table:table-row>"
        for texts in (("<text:p>规章</text:p>", cell, "<text:p>7</text:p>"), [f"<text:p>{text}</text:p>" for text in "甲12"])
    )  # fmt: skip
    content = (
        f"<office:document-content {names}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:text><table:table{table}>{columns}{rows}</table:table></office:text></office:body></office:document-content>"
    )
    members = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()}
    if common:
        members["styles.xml"] = (
            f"<office:document-styles {names}><office:styles>{common}</office:styles></office:document-styles>".encode()
        )
    return cell_of(read_odt(zipped(members)).blocks)


def odf_ground(name: str, family: str, color: str) -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}"><style:{family}-properties'
        f' fo:background-color="{color}"/></style:style>'
    )


def odf_style(name: str, properties: str, family: str = "text", parent: str = "") -> str:
    above = f' style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" style:family="{family}"{above}><style:text-properties {properties}/></style:style>'


SPAN = '<text:p>6<text:span text:style-name="T">1</text:span></text:p>'
STRUCK = '<text:p><text:span text:style-name="T">9</text:span>6</text:p>'


@pytest.mark.parametrize(
    ("cell", "styles", "common", "confidence"),
    [
        (SPAN, odf_style("T", 'style:text-position="super 58%"'), "", 1.0),
        (SPAN, odf_style("T", 'style:text-position="-33% 58%"'), "", 1.0),
        (SPAN, odf_style("T", "", parent="U"), odf_style("U", 'style:text-position="super"'), 1.0),
        (SPAN, odf_style("T", 'text:display="none"'), "", 1.0),
        (SPAN, odf_style("T", 'fo:font-size="0pt"'), "", 1.0),
        ("<text:p>6<text:note>1</text:note><text:hidden-text>1</text:hidden-text></text:p>", "", "", 1.0),
        ('<text:p><text:hidden-text text:is-hidden="false">6</text:hidden-text></text:p>', "", "", 1.0),
        (STRUCK, odf_style("T", 'style:text-line-through-style="solid"'), "", 0.5),
        (STRUCK, odf_style("T", 'style:text-line-through-type="double"'), "", 0.5),
        (STRUCK, odf_style("T", "", parent="U"), odf_style("U", 'style:text-line-through-style="solid"'), 0.5),
    ],
)
def test_what_the_styles_of_an_odt_raise_hide_or_strike_out_is_no_part_of_a_figure(cell, styles, common, confidence):
    read = odt(cell, styles, common)
    assert (read.text, read.confidence) == ("6", confidence)


@pytest.mark.parametrize(
    "cell",
    [
        "<text:p><text:expression/></text:p>",
        '<text:p><draw:frame xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><draw:object/></draw:frame></text:p>',
        '<text:p><text:span text:style-name="T">6</text:span>1</text:p>',
    ],
)
def test_a_sum_an_object_or_a_smaller_digit_of_an_odt_is_in_doubt(cell):
    styles = odf_style("T", 'fo:font-size="20pt"') + odf_style("P", 'fo:font-size="12pt"', "paragraph")
    assert odt(cell.replace("<text:p>", '<text:p text:style-name="P">'), styles).confidence <= 0.5


@pytest.mark.parametrize(
    ("color", "cell", "table", "confidence"),
    [
        ("#1f4e79", "#1F4E79", "", 0.5),
        ("#1f4e79", "", "#1f4e7a", 0.5),
        ("#ffffff", "#1f4e79", "", 1.0),
        ("#ffffff", "#1f4e79", "#ffffff", 1.0),
        ("#ff0000", "#1f4e79", "", 1.0),
        ("#ffffff", "", "", 0.5),
    ],
)
def test_a_figure_in_the_colour_of_its_cell_or_table_is_in_doubt_in_an_odt(color, cell, table, confidence):
    styles = odf_style("T", f'fo:color="{color}"')
    styles += odf_ground("C", "table-cell", cell) if cell else ""
    styles += odf_ground("B", "table", table) if table else ""
    read = odt(
        SPAN, styles, attributes=' table:style-name="C"' * bool(cell), table=' table:style-name="B"' * bool(table)
    )
    assert (read.text, read.confidence) == ("61", confidence)


@pytest.mark.parametrize(
    ("cell", "text", "confidence"),
    [
        ('<text:section text:display="none"><text:p>6</text:p></text:section>', "", 0.5),
        ('<text:p>6</text:p><text:section text:display="none"><text:p>1</text:p></text:section>', "6", 0.5),
        (
            '<text:section text:display="condition" text:is-hidden="true"><text:p>6</text:p></text:section>',
            "",
            0.5,
        ),
        ('<text:section text:name="a"><text:p>6</text:p></text:section>', "6", 1.0),
        ('<text:section text:display="none"><text:p/></text:section><text:p>6</text:p>', "6", 1.0),
        ("<text:list><text:list-item><text:p/></text:list-item></text:list>", "", 0.5),
        ("<text:list><text:list-item><text:p>6</text:p></text:list-item></text:list>", "6", 0.5),
        ("<text:list><text:list-item><text:p>六件</text:p></text:list-item></text:list>", "六件", 1.0),
        ('<text:p>6<text:hidden-paragraph text:is-hidden="true"/></text:p>', "6", 0.5),
    ],
)
def test_what_an_odt_hides_or_counts_in_a_cell_is_in_doubt(cell, text, confidence):
    read = odt(cell)
    assert (read.text, read.confidence) == (text, confidence)


@pytest.mark.parametrize(
    ("cell", "row", "column", "confidence"),
    [("", "", "C", 0.5), ("", "C", "", 0.5), ("W", "C", "C", 1.0), ("", "W", "C", 1.0), ("", "", "", 1.0)],
)
def test_a_cell_of_odf_without_a_style_has_that_of_its_row_or_column(cell, row, column, confidence):
    styles = odf_style("T", 'fo:color="#1f4e79"')
    styles += odf_ground("C", "table-cell", "#1F4E79") + odf_ground("W", "table-cell", "#ffffff")
    default = "table:default-cell-style-name"
    columns = f'<table:table-column table:number-columns-repeated="3" {default}="{column}"/>'
    own = f' table:style-name="{cell}"' if cell else ""
    read = odt(SPAN, styles, attributes=own, columns=columns, row=f' {default}="{row}"')
    assert (read.text, read.confidence) == ("61", confidence)
    members = ods_members()
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{rest}"'
        for name, rest in (("style", "style:1.0"), ("fo", "xsl-fo-compatible:1.0"))
    )
    content = (
        members["content.xml"].decode().replace("<office:document-content", f"<office:document-content {names}", 1)
    )
    content = content.replace(
        "<office:body>", f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>", 1
    )
    content = re.sub(r"(<table:table\b[^>]*>)(?:<table:table-column[^>]*/>)*", rf"\1{columns}", content, count=1)
    content = content.replace("<table:table-row>", f'<table:table-row {default}="{row}">')
    content = content.replace("<table:table-cell><text:p>0</text:p>", f"<table:table-cell{own}>{SPAN}", 1)
    members["content.xml"] = content.encode()
    grids = [block for block in analysed(read_sheet(zipped(members))).blocks if isinstance(block, Grid)]
    assert (grids[0].rows[1][1].text, grids[0].rows[1][1].confidence) == ("61", confidence)


def test_a_figure_inside_a_struck_paragraph_or_in_white_is_in_doubt():
    cell = '<text:p text:style-name="P">6</text:p>'
    assert odt(cell, odf_style("P", 'style:text-line-through-style="solid"', "paragraph")).confidence == 0.5
    assert odt(SPAN, odf_style("T", 'fo:color="#FFFFFF"')).confidence == 0.5
    assert odt(SPAN, odf_style("T", 'fo:letter-spacing="-0.2cm"')).confidence == 0.5
    assert odt(SPAN, odf_style("T", 'style:text-scale="5%"')).confidence == 0.5
    assert odt(SPAN, odf_style("T", 'fo:letter-spacing="-0.01cm"')).confidence == 1.0


@pytest.mark.parametrize(
    ("properties", "text", "confidence"),
    [
        (struct.pack("<HB", 0x2A48, 1), "6x1", 1.0),
        (struct.pack("<HB", 0x2A48, 2), "6x1", 1.0),
        (struct.pack("<HB", 0x083C, 1), "6x1", 1.0),
        (struct.pack("<HB", 0x0800, 1), "6x1", 1.0),
        (struct.pack("<HH", 0x4A43, 1), "6x1", 1.0),
        (struct.pack("<HH", 0x4A30, 10), "6x1", 1.0),
        (struct.pack("<HB", 0x0837, 1), "9x6", 0.5),
        (struct.pack("<HB", 0x2A53, 1), "9x6", 0.5),
        (struct.pack("<HH", 0x4A30, 11), "9x6", 0.5),
        (struct.pack("<HHHB", 0x4A30, 11, 0x0837, 0x80), "9x6", 0.5),
    ],
)
def test_what_the_properties_of_a_doc_raise_hide_or_strike_out_is_no_part_of_a_figure(properties, text, confidence):
    before, _, behind = text.partition("x")
    marked = behind if confidence == 1.0 else before
    styles = [struct.pack("<HB", 0x2A48, 1), struct.pack("<HB", 0x0837, 1)]
    data = word(["甲"], [["规章", before + behind, "7"], ["甲", "3", "2"]], {marked: properties}, styles)
    read = cell_of(read_doc(data).blocks)
    assert (read.text, read.confidence) == ("6", confidence)


@pytest.mark.parametrize(
    ("properties", "confidence"),
    [
        (struct.pack("<HH", 0x4A43, 14), 0.5),
        (struct.pack("<HH", 0x4A43, 20), 1.0),
        (struct.pack("<HH", 0x4A43, 28), 1.0),
        (struct.pack("<HB", 0x2A42, 8), 1.0),  # white on the cell's colour
        (struct.pack("<HI", 0x6870, 0x00FFFFFF), 1.0),
        (struct.pack("<HI", 0x6870, 0x00794E1F), 0.5),
        (struct.pack("<HI", 0x6870, 0x000000FF), 1.0),
        (struct.pack("<Hh", 0x8840, -200), 0.5),
        (struct.pack("<Hh", 0x8840, -10), 1.0),
        (struct.pack("<HI", 0x6870, 0xFF000000), 1.0),
        (struct.pack("<HBHB", 0x2A42, 7, 0x2A0C, 7), 0.5),
        (struct.pack("<HBHB", 0x2A42, 8, 0x2A0C, 7), 1.0),
        (struct.pack("<HBHB3I", 0x2A42, 8, 0xCA71, 10, 0, 0, 0)[:16], 1.0),
    ],
)
def test_a_smaller_figure_or_one_in_the_colour_of_its_ground_is_in_doubt_in_a_doc(properties, confidence):
    shaded = struct.pack("<HB", 0xD612, 20) + bytes(8) + b"\0\0" + struct.pack("<2IH", 0, 0x00794E1F, 0)
    read = cell_of(
        read_doc(word(["甲"], [["规章", "69", "7"], ["甲", "3", "2"]], {"9": properties}, behind=shaded)).blocks
    )
    assert (read.text, read.confidence) == ("69", confidence)


NAVY, WHITE_PRINT = struct.pack("<HI", 0x6870, 0x00794E1F), struct.pack("<HB", 0x2A42, 8)
CLEAR = bytes(3) + b"\xff" + bytes(3) + b"\xff" + bytes(2)
ON_NAVY = CLEAR[:4] + struct.pack("<IH", 0x00794E1F, 0)
SOLID = struct.pack("<I", 0x00794E1F) + CLEAR[4:8] + b"\1\0"


@pytest.mark.parametrize(
    ("print_", "shades", "laid", "confidence"),
    [
        (NAVY, [CLEAR, ON_NAVY], b"", 0.5),
        (NAVY, [ON_NAVY, CLEAR], b"", 1.0),  # the colour of another cell
        (WHITE_PRINT, [CLEAR, ON_NAVY], b"", 1.0),
        (WHITE_PRINT, [ON_NAVY, CLEAR], b"", 0.5),
        (NAVY, [CLEAR, SOLID], b"", 0.5),
        (NAVY, [], struct.pack("<HB", 0xD687, 10) + ON_NAVY, 0.5),
        (NAVY, [], struct.pack("<HBHHB", 0xD688, 15, 1, 0xD687, 10) + ON_NAVY, 0.5),
        (struct.pack("<HI", 0x6870, 0x000000FF), [CLEAR, ON_NAVY], struct.pack("<HB", 0xD687, 10) + ON_NAVY, 1.0),
    ],
)
def test_a_figure_of_a_doc_is_in_doubt_by_the_ground_of_its_own_cell(print_, shades, laid, confidence):
    behind = struct.pack("<HB", 0xD612, 10 * len(shades)) + b"".join(shades) if shades else b""
    data = word(["甲"], [["规章", "69", "7"], ["甲", "3", "2"]], {"9": print_}, behind=behind, laid=laid)
    read = cell_of(read_doc(data).blocks)
    assert (read.text, read.confidence) == ("69", confidence)


def test_a_struck_style_that_its_run_undoes_is_not_struck_in_a_doc():
    properties = struct.pack("<HHHB", 0x4A30, 10, 0x0837, 0x81)
    data = word(["甲"], [["规章", "96", "7"], ["甲", "3", "2"]], {"9": properties}, [struct.pack("<HB", 0x0837, 1)])
    assert cell_of(read_doc(data).blocks).text == "96"


@pytest.mark.parametrize(
    ("cell", "text", "confidence"),
    [
        (r"6{\super 1}", "6", 1.0),
        (r"6\sub [1]\nosupersub", "6", 1.0),
        (r"6{\v 1}", "6", 1.0),
        (r"6{\deleted 1}", "6", 1.0),
        (r"6{\fs1 1}", "6", 1.0),
        (r"6{\*\footnote 1}", "6", 1.0),
        (r"{\strike 9}6", "6", 0.5),
        (r"\striked1 9\striked0 6", "6", 0.5),
        (r"{\strike 9\plain 6}", "6", 0.5),
        (r"6{\up8 1}", "61", 0.5),
        (r"{\expndtw-200 61}", "61", 0.5),
        (r"{\charscalex5 61}", "61", 0.5),
        (r"{\expndtw-10\charscalex90 61}", "61", 1.0),
        (r"{\upr{6}{\*\ud{6}}}", "6", 1.0),
        (r"6{\shp{\*\shpinst{\sp{\sn a}{\sv 9}}{\shptxt \pard 1\par}}}", "6\n1", 1.0),
        (r"{\strike 6}", "", 0.5),
        (r"{\fs24 6}{\fs12 1}", "61", 0.5),
        (r"{\fs12 6}{\fs24 1}", "61", 1.0),
        (r"6{\cf2 1}", "61", 1.0),  # white on the cell's colour
        (r"{\cf1 6}", "6", 0.5),
        (r"{\cf1\chcbpat2 6}", "6", 1.0),
        (r"{\cf3\highlight3 6}", "6", 0.5),
        (r"{\cf3 6}\plain{\cf0 1}", "61", 1.0),
        (r"{\field{\*\fldinst =SUM(ABOVE)}{\fldrslt }}", "", 0.0),
        (r"{\field{\*\fldinst =SUM(ABOVE)}{\fldrslt 6}}", "6", 1.0),
        (r"{\object{\*\objdata 00}}", "", 0.0),
        (r"{\object{\*\objdata 00}{\result 6}}", "6", 1.0),
    ],
)
def test_what_an_rtf_raises_hides_or_strikes_out_is_no_part_of_a_figure(cell, text, confidence):
    colours = r"{\colortbl;\red31\green78\blue121;\red255\green255\blue255;\red255\green0\blue0;}"
    shape = r"\trowd\cellx1000\clcbpat1\cellx2000\cellx3000\pard\intbl "
    body = shape + rf"\u35268?\u31456?\cell {cell}\cell\plain 7\cell\row" + shape + r"\u30002?\cell 1\cell 2\cell\row"
    read = cell_of(read_rtf((r"{\rtf1\ansi\ansicpg936 " + colours + body + "}").encode()).blocks)
    assert (read.text, read.confidence) == (text, confidence)


@pytest.mark.parametrize(
    ("shape", "cell", "confidence"),
    [
        (r"\clcbpat1\cellx1000\cellx2000\cellx3000", r"{\cf1 6}", 1.0),  # the colour of another cell
        (r"\clcbpat1\cellx1000\cellx2000\cellx3000", r"{\cf2 6}", 0.5),
        (r"\trcbpat1\cellx1000\cellx2000\cellx3000", r"{\cf1 6}", 0.5),
        (r"\cellx1000\clcfpat1\clcbpat2\clshdng10000\cellx2000\cellx3000", r"{\cf1 6}", 0.5),
        (r"\cellx1000\clcfpat1\clcbpat2\clshdng2000\cellx2000\cellx3000", r"{\cf1 6}", 1.0),
        (r"\cellx1000\cellx2000\cellx3000", r"\cbpat1{\cf1 6}", 0.5),
        (r"\cellx1000\cellx2000\clcbpat1\cellx3000", r"\itap2{\cf1 6}\itap1", 0.5),  # in a table within a cell
    ],
)
def test_a_figure_of_an_rtf_is_in_doubt_by_the_ground_of_its_own_cell(shape, cell, confidence):
    colours = r"{\colortbl;\red31\green78\blue121;\red255\green255\blue255;}"
    row = r"\trowd" + shape + r"\pard\intbl "
    body = (
        row
        + rf"\u35268?\u31456?\cell {cell}\cell\pard\intbl 7\cell\row\trowd\cellx1000\cellx2000\cellx3000\pard\intbl "
    )
    body += r"\u30002?\cell 1\cell 2\cell\row"
    assert (
        cell_of(read_rtf((r"{\rtf1\ansi\ansicpg936 " + colours + body + "}").encode()).blocks).confidence == confidence
    )


def xlsx(fill: Callable[[Worksheet], None]) -> GridCell:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (("规章", 6, 7), ("甲", 1, 2)):
        sheet.append(row)
    fill(sheet)
    out = io.BytesIO()
    book.save(out)
    return cell_of(analysed(read_sheet(out.getvalue())).blocks)


def rich(*pieces: tuple[str, InlineFont], size: float = 11) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        sheet["B1"].font = Font(sz=size)
        sheet["B1"] = CellRichText(*(TextBlock(font, text) for text, font in pieces))

    return fill


def styled(
    value: float | str, font: Font | None = None, form: str = "General", ground: str = ""
) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        sheet["B1"] = value
        sheet["B1"].number_format = form
        if font is not None:
            sheet["B1"].font = font
        if ground:
            sheet["B1"].fill = PatternFill("solid", fgColor=ground)

    return fill


PLAIN = InlineFont()


@pytest.mark.parametrize(
    ("fill", "text", "confidence"),
    [
        (rich(("6", PLAIN), ("1", InlineFont(vertAlign="superscript"))), "6", 1.0),
        (rich(("6", PLAIN), ("[1]", InlineFont(vertAlign="subscript"))), "6", 1.0),
        (rich(("6", PLAIN), ("1", InlineFont(sz=1))), "6", 1.0),
        (rich(("6", PLAIN), ("1", InlineFont(sz=8))), "61", 0.5),
        (rich(("6", InlineFont(sz=14)), ("1", InlineFont(sz=10))), "61", 0.5),
        (rich(("6", InlineFont(sz=10)), ("1", InlineFont(sz=10, b=True))), "61", 1.0),
        (rich(("6", InlineFont(sz=8)), ("1", InlineFont(sz=11))), "61", 1.0),
        (rich(("6", InlineFont(sz=14)), ("1", PLAIN), size=14), "61", 1.0),
        (rich(("6", PLAIN), ("1", InlineFont(sz=12)), size=18), "61", 0.5),
        (rich(("6", PLAIN), ("1", InlineFont(sz=9)), size=9), "61", 1.0),
        (rich(("9", InlineFont(strike=True)), ("6", PLAIN)), "6", 0.5),
        (rich(("6", PLAIN), ("1", InlineFont(color=Color("FFFFFFFF")))), "61", 0.5),
        (styled(6, Font(strike=True)), "", 0.5),
        (styled(6, form=";;;"), "", 0.5),
        (styled(6, Font(color="FFFFFFFF")), "6", 0.5),
        (styled(6, Font(bold=True)), "6", 1.0),
        (styled(6, Font(color=Color(theme=0))), "6", 0.5),
        (styled(6, Font(color=Color(indexed=9))), "6", 0.5),
        (styled(6, Font(color="FFFEFEFE")), "6", 0.5),
        (styled(6, Font(color=Color(theme=0)), ground="FF1F4E79"), "6", 1.0),
        (styled(6, Font(color="FF1F4E79"), ground="FF1F4E7A"), "6", 0.5),
        (rich(("6", PLAIN), ("1", InlineFont(color=Color(theme=0)))), "61", 0.5),
        (styled(0, form='#,##0;-#,##0;""'), "", 0.5),
        (styled(0, form="0;-0;;@"), "", 0.5),
        (styled(0, form="0;-0;[White]0"), "", 0.5),
        (styled(6, form="0;-0;;@"), "6", 1.0),
        (styled(0, form='_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ '), "0", 1.0),
        (styled(6, ground="FF000000"), "6", 0.5),
        (styled(6, Font(color="FF000000"), ground="FF000000"), "6", 0.5),
        (styled(6, Font(color="FFC00000"), ground="FFC00000"), "6", 0.5),
        (styled(6, Font(color="FFFFFFFF"), ground="FF1F4E79"), "6", 1.0),
        (styled(6, ground="FFFFFF00"), "6", 1.0),
        (styled(6, form='0"件"'), "6", 1.0),
        (styled(6, form='_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '), "6", 1.0),
        (styled(6, form="G/通用格式"), "6", 1.0),
        (styled(1.6, form="0"), "2", 1.0),
        (styled(258.456, form="#,##0.00"), "258.46", 1.0),
        (styled(258.456, form="#,##0.00_);[Red]-0"), "258.46", 1.0),
        (styled(258.456), "258.456", 1.0),
        (styled(0.06, form="0%"), "0.06", 0.5),
        (styled(6000, form="0,"), "6000", 0.5),
        (styled(6, form='[=6]"9";0'), "6", 0.5),
        (styled(6, form='"无"'), "6", 0.5),
        (styled(6, form='0"0"'), "6", 0.5),
        (styled("#REF!"), "", 0.3),
        (styled("=3+3"), "", 0.3),
    ],
)
def test_what_the_runs_and_formats_of_an_xlsx_raise_hide_or_strike_out_is_no_part_of_a_figure(fill, text, confidence):
    read = xlsx(fill)
    assert (read.text, read.confidence) == (text, confidence)


WHITE = Font(color="FFFFFFFF")
NOUGHT = CellIsRule(operator="equal", formula=["0"], font=WHITE)


@pytest.mark.parametrize(
    ("value", "rule", "confidence"),
    [
        (0, NOUGHT, 0.5),
        (6, NOUGHT, 1.0),
        (6, CellIsRule(operator="lessThan", formula=["9"], font=WHITE), 0.5),
        (6, CellIsRule(operator="lessThan", formula=["9"], font=Font(strike=True)), 0.5),
        (6, FormulaRule(formula=["B1=6"], font=Font(color="FF123456"), fill=PatternFill(bgColor="FF123456")), 0.5),
        (6, FormulaRule(formula=["B1=6"], font=WHITE, fill=PatternFill(bgColor="FF123456")), 1.0),
        (6, FormulaRule(formula=["B1=6"], font=Font(color="FFFF0000")), 1.0),
        (6, DataBarRule("min", None, "max", None, color="FF638EC6", showValue=False), 0.5),
    ],
)
def test_a_figure_of_an_xlsx_that_a_condition_may_hide_is_in_doubt(value, rule, confidence):
    def fill(sheet: Worksheet) -> None:
        sheet["B1"] = value
        sheet.conditional_formatting.add("A1:B1 D4", rule)

    read = xlsx(fill)
    assert (read.text, read.confidence) == (str(value), confidence)


def test_a_nought_that_a_sheet_shows_as_a_blank_is_in_doubt():
    def fill(sheet: Worksheet) -> None:
        sheet["B1"] = 0
        sheet.sheet_view.showZeros = False

    def write(sheet: xlwt.Worksheet) -> None:
        sheet.write(0, 1, 0)
        sheet.show_zero_values = False

    assert [(read.text, read.confidence) for read in (xlsx(fill), xls(write))] == [("", 0.5)] * 2


def xls(write: Callable[[xlwt.Worksheet], None], filler: int = 0) -> GridCell:
    book = xlwt.Workbook()
    sheet = book.add_sheet("年报")
    for r, row in enumerate((("规章", None, 7), ("甲", 1, 2))):
        for c, value in enumerate(row):
            if value is not None:
                sheet.write(r, c, value)
    write(sheet)
    for n in range(filler):  # the table of strings goes on over several records
        sheet.write_rich_text(
            9 + n, 0, (("说明" * 60 + str(n), xlwt.easyfont("")), ("注" * 50, xlwt.easyfont("struck_out on")))
        )
    out = io.BytesIO()
    book.save(out)
    found = [block for block in analysed(read_sheet(out.getvalue())).blocks if isinstance(block, Grid)]
    return found[0].rows[0][1]


@pytest.mark.parametrize("filler", [0, 120])
@pytest.mark.parametrize(
    ("pieces", "text", "confidence"),
    [
        ((("6", ""), ("1", "escapement superscript")), "6", 1.0),
        ((("6", ""), ("(2)", "escapement subscript")), "6", 1.0),
        ((("9", "struck_out on"), ("6", "")), "6", 0.5),
        ((("6", "height 220"), ("1", "height 140")), "61", 0.5),
        ((("6", "height 220"), ("1", "height 220, bold on")), "61", 1.0),
    ],
)
def test_what_the_runs_of_an_xls_raise_or_strike_out_is_no_part_of_a_figure(pieces, text, confidence, filler):
    read = xls(
        lambda sheet: sheet.write_rich_text(0, 1, [(part, xlwt.easyfont(font)) for part, font in pieces]), filler
    )
    assert (read.text, read.confidence) == (text, confidence)


@pytest.mark.parametrize(("height", "confidence"), [(280, 1.0), (140, 1.0), (360, 0.5)])
def test_a_run_of_an_xls_that_states_no_size_has_that_of_its_cell(height, confidence):
    def write(sheet: xlwt.Worksheet) -> None:
        pieces = ["6", ("1", xlwt.easyfont("height 280"))]
        sheet.write_rich_text(0, 1, pieces, xlwt.easyxf(f"font: height {height}"))

    read = xls(write)
    assert (read.text, read.confidence) == ("61", confidence)


@pytest.mark.parametrize(("style", "form"), [("font: struck_out on", "General"), ("", ";;;")])
def test_a_struck_out_or_unprinted_cell_of_an_xls_is_in_doubt(style, form):
    read = xls(lambda sheet: sheet.write(0, 1, 6, xlwt.easyxf(style, num_format_str=form)))
    assert (read.text, read.confidence) == ("", 0.5)


@pytest.mark.parametrize(
    ("value", "style", "form", "text", "confidence"),
    [
        (6, "font: color dark_blue; pattern: pattern solid, fore_colour dark_blue", "General", "6", 0.5),
        (6, "font: color white; pattern: pattern solid, fore_colour white", "General", "6", 0.5),
        (6, "font: color white; pattern: pattern solid, fore_colour dark_blue", "General", "6", 1.0),
        (6, "pattern: pattern solid, fore_colour black", "General", "6", 0.5),
        (6, "font: color red; pattern: pattern solid, fore_colour yellow", "General", "6", 1.0),
        (0, "", "0;-0;;@", "", 0.5),
        (6, "", "0;-0;;@", "6", 1.0),
    ],
)
def test_a_figure_of_an_xls_in_its_grounds_colour_or_shown_as_a_blank_is_in_doubt(value, style, form, text, confidence):
    read = xls(lambda sheet: sheet.write(0, 1, value, xlwt.easyxf(style, num_format_str=form)))
    assert (read.text, read.confidence) == (text, confidence)


@pytest.mark.parametrize(("blue", "confidence"), [(0x7A, 0.5), (0xFF, 1.0)])
def test_colours_of_an_xls_are_those_of_its_own_palette(blue, confidence):
    book = xlwt.Workbook()
    sheet = book.add_sheet("年报")
    for n, name in enumerate(("ink", "ground")):
        xlwt.add_palette_colour(name, 0x21 + n)
        book.set_colour_RGB(0x21 + n, 0x1F, 0x4E, blue if n else 0x79)
    sheet.write(0, 0, "规章")
    sheet.write(0, 1, 6, xlwt.easyxf("font: color ink; pattern: pattern solid, fore_colour ground"))
    out = io.BytesIO()
    book.save(out)
    (layout,) = read_sheet(out.getvalue()).layouts
    assert isinstance(layout, SheetLayout)
    assert layout.rows[0][1].confidence == confidence


def test_a_number_of_an_ods_that_its_format_shows_as_a_blank_is_in_doubt():
    members = ods_members()
    content = members["content.xml"].decode()
    cell = '<table:table-cell office:value-type="float" office:value="0"><text:p/></table:table-cell>'
    members["content.xml"] = content.replace(
        "<table:table-cell><text:p>0</text:p></table:table-cell>", cell, 1
    ).encode()
    grids = [block for block in analysed(read_sheet(zipped(members))).blocks if isinstance(block, Grid)]
    assert (grids[0].rows[1][1].text, grids[0].rows[1][1].confidence) == ("", 0.5)


def test_a_column_of_no_width_is_left_out_and_a_narrow_one_in_doubt():
    def narrow(sheet: Worksheet) -> None:
        sheet.column_dimensions["B"].width = 0.4

    def closed(sheet: xlwt.Worksheet) -> None:
        sheet.write(0, 1, 6)
        sheet.col(1).width = 0

    def sliver(sheet: xlwt.Worksheet) -> None:
        sheet.write(0, 1, 6)
        sheet.col(1).width = 120

    assert xlsx(narrow).confidence == xls(sliver).confidence == 0.5
    assert xls(closed).text == "7"


@pytest.mark.parametrize(("form", "text", "confidence"), [("0.0", "1.6", 1.0), ("0", "2", 1.0), ("0.0%", "1.55", 0.5)])
def test_a_number_of_an_xls_is_read_as_its_format_prints_it(form, text, confidence):
    read = xls(lambda sheet: sheet.write(0, 1, 1.55, xlwt.easyxf("", num_format_str=form)))
    assert (read.text, read.confidence) == (text, confidence)


@pytest.mark.parametrize(
    ("cell", "attributes", "properties", "confidence"),
    [
        ('6<text:span text:style-name="T">1</text:span>', "", 'style:text-position="super 58%"', 1.0),
        ('<text:span text:style-name="T">9</text:span>6', "", 'style:text-line-through-style="solid"', 0.5),
        ('6<text:span text:style-name="T">1</text:span>', "", 'text:display="none"', 1.0),
    ],
)
def test_what_the_styles_of_an_ods_raise_hide_or_strike_out_is_no_part_of_a_figure(
    cell, attributes, properties, confidence
):
    members = ods_members()
    content = members["content.xml"].decode()
    style = f"<office:automatic-styles>{odf_style('T', properties)}</office:automatic-styles><office:body>"
    content = content.replace("<office:body>", style, 1).replace(
        "<office:document-content",
        '<office:document-content xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"',
        1,
    )
    members["content.xml"] = content.replace("<text:p>0</text:p>", f"<text:p>{cell}</text:p>", 1).encode()
    grids = [block for block in analysed(read_sheet(zipped(members))).blocks if isinstance(block, Grid)]
    read = grids[0].rows[1][1]
    assert (read.text, read.confidence) == ("6", confidence)
