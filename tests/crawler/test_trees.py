"""Columns that stand in a tree which a script draws."""

from __future__ import annotations

import pytest

from crawler.families.base import Ask
from crawler.lists import take
from crawler.pages import Page

BASE = "http://a.gov.cn/zwgk/nb/"
ZTREE = """var setting = {data: {simpleData: {enable: true}}};
var zNodes = [{id:1, pId:0, name:"政府信息公开年报", open:true},
 {id:2, pId:1, name:'2024年', url:'/zwgk/nb/2024n/', target:'_self'}, {id:3, pId:1, name:"2023年", url:"/zwgk/nb/nb_2023/"}];
$.fn.zTree.init($("#tree"), setting, zNodes);"""
NESTED = """var tree = [{"text": "2024年", "children": [{"text": "区直部门", "href": "./2024/bm/", "children": []},
 {"text": "乡镇街道", "href": "./2024/xz/"}]}, {"text": "2023年", "href": "./2023/"}];"""
BESIDE = """layui.tree({elem: '#t', data: [
 {title: '2024年', href: '/col/col24/', children: []}, {title: '2023年', href: '/col/col23/'}]})"""
ROW = '<li><a href="/zwgk/nb/1.html">甲局2022年政府信息公开工作年度报告</a><span>2023-01-20</span></li>'


@pytest.mark.parametrize(
    ("script", "url", "found"),
    [
        (ZTREE, BASE, ["/zwgk/nb/2024n/", "/zwgk/nb/nb_2023/"]),
        (NESTED, BASE, ["/zwgk/nb/2024/bm/", "/zwgk/nb/2024/xz/", "/zwgk/nb/2023/"]),
        (BESIDE, "http://a.gov.cn/col/col7/", ["/col/col24/", "/col/col23/"]),
    ],
)
def test_the_nodes_of_a_tree_in_a_script_are_columns_beneath(script, url, found):
    page = Page(url, f"<html><body><div id='tree'></div><script>{script}</script></body></html>".encode())
    assert [column.ask.url.removeprefix("http://a.gov.cn") for column in take(page, Ask(url), 0).beneath] == found


def test_a_tree_whose_nodes_name_no_address_hides_its_years():
    script = ZTREE.replace("url:", "code:")
    page = Page(BASE, f"<html><body><ul>{ROW}</ul><script>{script}</script></body></html>".encode())
    assert take(page, Ask(BASE), 0).hidden == "years 2024, 2023"


def test_the_tree_of_a_whole_site_is_no_columns_of_a_list():
    others = ",".join(f'{{id:{n}, pId:0, name:"政策法规栏目{n}", url:"/zwgk/x{n}/"}}' for n in range(9))
    script = ZTREE.replace("{id:1,", f"{others},{{id:1,")
    page = Page(BASE, f"<html><body><ul>{ROW}</ul><script>{script}</script></body></html>".encode())
    taken = take(page, Ask(BASE), 0)
    assert (taken.hidden, [column.title for column in taken.beneath]) == ("", [])
