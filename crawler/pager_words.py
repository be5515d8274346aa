"""The words, names and calls by which pagers are known, on pages in Chinese and English."""

from __future__ import annotations

import re

FORWARD = re.compile(
    r"^[\[(（<《]?\s*(下一?页|下一頁|后一?页|后页|往后|向后|次页|下一个|next(\s*page)?)\s*[\])）>》»›→]*$",
    re.IGNORECASE,
)
BACK = re.compile(
    r"^[\[(（<«‹←\s]*(上一?页|上一頁|前一?页|前页|prev(ious)?(\s*page)?|首页|第一页|first|«|‹|<|<<|＜)\s*[\])）]?$",
    re.IGNORECASE,
)
LAST = re.compile(r"^[\[(（]?\s*(尾页|末页|最后一?页|最末页|last(\s*page)?)\s*[\])）]?$", re.IGNORECASE)
ARROW = re.compile(r"^[>›»→＞]{1,2}$")
NUMBER = re.compile(r"^[\[(（]?\s*(\d{1,4})\s*[\])）]?$")
MORE = re.compile(
    r"^(点击|上拉|滑动|继续)?(加载|查看|浏览|显示|获取|展开)?(更多|全部|剩余)(内容|信息|数据|记录|列表)?\s*[>»….]*$|"
    r"^(load|show)?\s*more$",
    re.IGNORECASE,
)
# What a list that grows says at its end, even where it is no link.
LOADS = re.compile(
    r"^(点击|上拉|下拉|滑动|继续|向[上下]滑动)?(加载|获取|显示|展开)(更多|剩余|全部)(内容|信息|数据|记录|列表)?\s*[>»….]*$"
)
# Fields that a script reads a list's size from.
FIELD_PAGES = re.compile(r"^(?:total_?pages?|page_?count|count_?page|max_?page|pages?_?total)$", re.IGNORECASE)
FIELD_TOTAL = re.compile(r"^(?:total_?(?:count|records?|rows?|num|items?)|record_?count|rows?_?count)$", re.IGNORECASE)
SLIDES = re.compile(r"swiper|slick|slide|carousel|banner|focus|lunbo|pic", re.IGNORECASE)
PAGER_TAG = re.compile(r"-(pagination|pager|paging|infinite-scroll)$|^van-list$")
NEXT_PICTURE = re.compile(r"next|xiayiye|xyy|pagedown|page_down|right|forward", re.IGNORECASE)
PAGER_NAME = re.compile(
    r"(^|[\s_-])(pages?|pager|paging|pagination(?:js)?|pageination|pagebar|pagenav|fenye|laypage|pagelist|page_?box|"
    r"page_?num\w*|turn_?page|layui-laypage)([\s_-]|$)",
    re.IGNORECASE,
)
OFF = re.compile(
    r"(^|[\s_-])(disabled?|off|gray|grey|unable|nolink|no-?click|no_next|nextdisabled)([\s_-]|$)", re.IGNORECASE
)
COUNT = re.compile(
    r"共\s*(?:有|计|分)?\s*[:：]?\s*(\d{1,5})\s*页|总页数\s*[:：]?\s*(\d{1,5})|"
    r"(?:第|页次\s*[:：]?|页码\s*[:：]?|当前)\s*\d{1,5}\s*[/／]\s*(\d{1,5})\s*页?|page\s*\d{1,5}\s*(?:of|/)\s*(\d{1,5})",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"(?:共|合计|找到|检索到)\s*(?:有|计|找到|检索到|查询到)?\s*[:：]?\s*(\d{1,6})\s*(?:条|篇|项|个(?:记录|结果))|总(?:记录|条)数\s*[:：]?\s*(\d{1,6})|"
    r"(?:记录|信息)总数\s*[:：]?\s*(\d{1,6})"
)
BARE_COUNT = re.compile(r"^\s*第?\s*(\d{1,4})\s*[/／]\s*(\d{1,4})\s*页?\s*$")
SCRIPT_COUNT = re.compile(
    r"\b(?:page_?count|total_?pages?|count_?page|pages_?total|page_?total|max_?page)\s*['\"]?\s*[:=]\s*['\"]?(\d{1,5})\b",
    re.IGNORECASE,
)
SCRIPT_TOTAL = re.compile(
    r"\b(?:total_?records?|total_?count|record_?count|total_?items?|total_?rows?|rows_?total)"
    r"\s*['\"]?\s*[:=]\s*['\"]?(\d{1,6})\b",
    re.IGNORECASE,
)
SCRIPT_PAGER = re.compile(
    r"laypage\s*(?:\.\s*render)?\s*\(|\.\s*(?:jpage|pagination|paging|pager|twbsPagination|jqPaginator|"
    r"bootstrapPaginator|createPage|myPagination|simplePagination)\s*\(|\bnew\s+(?:Pagination|Pager|Page|Paging)\s*\(|"
    r"\b(?:createPage(?:HTML)?|createPagination|showPages?|initPag(?:e|er|ination)|loadMore|getMore)\s*\(|"
    r"infiniteScroll|scrollLoad",
    re.IGNORECASE,
)
