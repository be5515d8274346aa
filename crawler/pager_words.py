"""The words, names and calls by which pagers are known, on pages in Chinese and English."""

from __future__ import annotations

import re

FORWARD = re.compile(
    r"^[\[(（<《]?\s*(下一?页|下一頁|后一?页|后页|往后|向后|后翻|翻页|次页|第[二2]页|下一个|older|next(\s*page)?)\s*[\])）>》»›→]*$",
    re.IGNORECASE,
)
BACK = re.compile(
    r"^[\[(（<«‹←\s]*(上一?页|上一頁|前一?页|前页|prev(ious)?(\s*page)?|首页|第一页|first|«|‹|<|<<|＜)\s*[\])）]?$",
    re.IGNORECASE,
)
LAST = re.compile(r"^[\[(（]?\s*(尾页|末页|最后一?页|最末页|last(\s*page)?)\s*[\])）]?$", re.IGNORECASE)
ARROW = re.compile(r"^[>›»→＞▶►▸⏵➡]{1,2}\ufe0f?$")
NUMBER = re.compile(r"^[\[(（]?\s*(\d{1,4})\s*[\])）]?$")
MORE = re.compile(
    r"^(点击|上拉|滑动|继续)?(加载|查看|浏览|显示|获取|展开)?(更多|全部|剩余)(内容|信息|数据|记录|列表|年报|报告|文章|年度报告|历史\w{0,4})?\s*[>»….+＋]*$|"
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
SLIDES = re.compile(
    r"swiper|slick|slide|carousel|banner|lunbo|(?:^|[\s_-])(?:owl|flex|bx|focus\w*|pic\w*)(?:[\s_-]|$)", re.IGNORECASE
)
PAGER_TAG = re.compile(r"pagination|pager|paging|infinite|load-?more|^van-list$", re.IGNORECASE)
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

# ------------------------------------------------------------------ what may be a pager or a loader (crawler/loaders.py)
# Names are told by their parts, set apart by hyphens.

NEXT_NAME = re.compile(
    r"(?:^|-)(?:next(?:page|btn|button)?|(?:page|btn|pg)next|pagedown|page-down|xyy|xiayiye|load-?more|more-?btn|more|"
    r"infinite\w*)(?:-|$)"
)
NEXT_FILE = re.compile(
    r"^(?:\w*[_-])?(?:next|nextpage|next_page|xiayiye|xyy|pagedown|page_down)\d*\.\w{3,4}$", re.IGNORECASE
)
ARROW_NAME = re.compile(
    r"(?:^|-)(?:(?:arrow|angle|chevron|icon|caret|triangle|double)-(?:right|r|down)|right-arrow|arrowright|forward)(?:-|$)"
)
PAGER_PART = re.compile(
    r"(?:^|-)(?:pages?|pager|paging|pagination|pagenav|pagebar|fenye|page-?list|next|more|load-?more)(?:-|$)"
)
APART = re.compile(
    r"(?:^|-)(?:head|header|top|topbar|submenu|side|banner|swiper|slick|"
    r"slide\w*|carousel|focus\w*|lunbo|owl|flexslider|bx|marquee|gundong|bdshare\w*|search\w*|sousuo|login|user|"
    r"weather|tianqi|count|counter|tongji|stat\w*|tools?|friends?|links?|"
    r"yqlj|hot|recommend|related|pop|popup|dialog|modal|layer|qr\w*|ewm|wza|a11y|calendar|clock|logo|lang\w*|"
    r"video|player|map|gotop|backtop|totop|float|piaofu|kefu|robot|comment\w*|survey|vote|tree)(?:-|$)"
)
TOOL = re.compile(
    r"(?:^|-)(?:close|search|menu|toggle|share|top|play|pause|voice|audio|print|collapse|fold|prev|previous|back|user|"
    r"home|zoom|font|full\w*|wx|weixin|wechat|weibo|qq|mail|rss|down|download|left|arrow-left|angle-left|bds\w*)(?:-|$)"
)
PAGE_FIELD = re.compile(r"(?:^|-)(?:page(?:no|num|number|index)?|topage|gopage|jump|fenye)(?:-|$)")
LOADER_ATTRIBUTE = re.compile(r"infinite|paginat|load-?more|^pag(?:er|ing)$|^data-pag(?:er|ing)$")
WEAK_PAGES = re.compile(
    r"共\s*([二三四五六七八九十百]{1,4})\s*页|(?:^|\D)1\s*of\s*(\d{1,4})(?!\d)|^(?:第|当前)?\s*1\s*[/／]\s*(\d{1,4})\s*页?$",
    re.IGNORECASE,
)
WEAK_TOTAL = re.compile(
    r"(?<!\d)(\d{1,6})\s*条(?:记录|数据|结果|信息|内容)|(?:总数|总计|总共|共计|总条数|记录数)\s*[:：]?\s*(\d{1,6})|"
    r"\btotal\s*[:：]?\s*(\d{1,6})|(?<![\d-])1\s*[-–~至到]\s*\d{1,4}\s*条?\s*(?:[/／,，]|of|共)\s*(\d{1,6})",
    re.IGNORECASE,
)
LOADING = re.compile(
    r"^(?:数据|正在|内容|列表)*(?:加载|载入|读取|努力加载)(?:中|数据)?(?:[,，]?请稍[候后])?[.…。]*$|^loading[.…]*$|"
    r"^(?:下拉|上拉|滑动|滚动|向[上下]滑动).{0,4}(?:更多|加载)",
    re.IGNORECASE,
)
SERVICE = re.compile(
    r"-(?:\w*count\w*|hits?|clicks?|visits?|pv|uv|tongji|stat\w*|analytics?|login|logout|sso|users?|auth\w*|token|captcha|"
    r"verify\w*|weather|tianqi|suggest\w*|hotwords?|keywords?|share|wechat|weixin|wx|jssdk|inc|include|includes|banner|ads?|"
    r"advert\w*|friend\w*|logs?|ip|lang\w*|config|msg|message|online|survey|vote|comments?|like|zan|favor\w*|time|date|"
    r"calendar|holiday|skin|theme|wza|robot|chat)-|"
    r"-(?:top|head|header|foot|footer|nav|menu|left|right|bottom)(?:-s?html?|-jsp|-js|-json)?-$"
)
