"""What is printed beside a figure and is no part of it: raised, struck out, deleted, hidden, in every format."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reports.blocks import Block, Grid, GridCell, Paragraph
from reports.formats.html.page import blocks as html


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
    ],
)
def test_what_a_page_shows_is_read_for_sure(cell, css):
    read = page(cell, css)
    assert (read.text, read.confidence) == ("6", 1.0)


def test_white_figures_on_a_coloured_ground_are_seen():
    assert page("<span style='color:#fff'>6</span>", attributes=" style='background:#0057a8'").confidence == 1.0
    assert page("<font style='color:white'>6</font>", attributes=" bgcolor=navy").confidence == 1.0


def test_raised_letters_of_a_unit_stay_in_prose():
    found = html(
        "<p>面积5km<sup>2</sup>，排放CO<sub>2</sub>，公开71<sup>[1]</sup>条，<s>共9条</s>共6条</p>".encode()
    ).blocks
    assert [block.text for block in found if isinstance(block, Paragraph)] == ["面积5km2，排放CO2，公开71条，共6条"]
