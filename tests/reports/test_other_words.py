"""Reports as other clerks would have written them: nothing is said of what agrees, in whatever words it is put.

Each list stands for a kind of wording or notation; the tables behind all of them are the same and consistent."""

from __future__ import annotations

import pytest

from reports.checks import checking
from reports.checks.context import Context
from reports.reader import read
from reports.report import Finding, Report
from tests.reports.narrative.drafts import SECTIONS, Draft

CELLS: dict[str, int | str] = {
    "applications.new.natural_person": 12, "applications.new.business": 2, "applications.new.total": 14,
    "applications.carried_in.natural_person": 2, "applications.carried_in.total": 2,
    "applications.granted.natural_person": 9, "applications.granted.business": 1, "applications.granted.total": 10,
    "applications.partial.natural_person": 1, "applications.partial.business": 1, "applications.partial.total": 2,
    "applications.unavailable.not_held.natural_person": 3, "applications.unavailable.not_held.total": 3,
    "applications.handled.natural_person": 13, "applications.handled.business": 2, "applications.handled.total": 15,
    "applications.carried_out.natural_person": 1, "applications.carried_out.total": 1,
    "disputes.reconsideration.upheld": 1, "disputes.reconsideration.pending": 1, "disputes.reconsideration.total": 2,
    "disputes.litigation_direct.pending": 1, "disputes.litigation_direct.total": 1,
    "proactive.normative_documents.issued": 3, "proactive.normative_documents.repealed": 1,
    "proactive.normative_documents.in_force": 9, "proactive.licensing.decisions": 120, "proactive.penalties.decisions": 35,
    "proactive.coercion.decisions": 4, "proactive.fees.amount": "258.5",
}  # fmt: skip
REQUESTS = [
    "2024年，我局新收政府信息公开申请14件，上年结转2件，办结15件，结转下年度1件。",
    "全年共办理政府信息公开申请16件（含上年结转2件），其中已办结15件，1件结转至2025年办理。",
    "2024年度共收到政府信息公开申请14件，较2023年的20件减少6件，下降30%。",
    "我局共收到申请14件，其中自然人12件，企业2件。答复15件，其中公开10件、部分公开2件、无法提供3件。",
    "全年收到依申请公开14件，其中网络8件，信函5件，当面1件。",
    "共收到申请14件，按受理机构分：局机关9件，所属水政支队5件。",
    "市水政监察支队收到申请5件，市河道管理中心收到申请3件，局机关收到6件，合计14件。",
    "青柳市政府办公室转办申请3件，我局直接收到11件，共14件。",
    "全市水务系统共收到政府信息公开申请52件，其中市局14件。",
    "全年接收申请14件，主动撤回1件，实际办理13件。",
    "今年受理申请14件，同比下降三成，办结率100%。",
    "全年共收到政府信息公开申请十四件，均已按期办理。",
    "2024年收到申请14件，2023年结转2件；其中延期答复4件，补正6件，均依法告知。",
    "收到公开申请14件，网上申请占六成以上。",
    "全年收到信息公开申请14件，涉及河道采砂4件、水价调整3件、饮用水源3件、其他4件。",
    "截至2024年12月31日，我局共收到14份政府信息公开申请，除1件尚在法定期限内，其余15件（含上年结转2件）均已办结。",
    "2024年我局依申请公开办理情况：一是新收14件；二是上年结转2件；三是办结15件；四是结转下年1件。",
    "全年共收到申请14件，平均每件答复用时12天，最短1天，最长20天。",
    "依法答复申请15件，出具《政府信息公开告知书》15份、《补正告知书》4份、《延期答复告知书》2份。",
    "2024年共收到申请14件，其中涉及商业秘密3件征求第三方意见，均获同意公开。",
    "2024年1-6月收到申请9件，7-12月收到申请5件。",
    "一季度3件、二季度6件、三季度2件、四季度3件，全年共收到申请14件。",
    "全年收到政府信息公开申请14件（去重后12件），同一申请人多次申请的合并办理2件。",
    "2024年收到申请14件，加上2023年结转的2件，共16件，办结15件，办结率93.75%。",
    "全年共收到申请14件，答复15件，收取费用0元。",
    "共收到申请14件，均通过市政府统一申请平台提交，其中市长信箱转来2件。",
    "2024年收到申请14件，五年来累计收到申请86件。",
    "收到申请总数14件。办理结果为：予以公开10件，部分公开2件，因本机关不掌握而无法提供3件。",
    "上年度结转申请2件均于1月办结；本年度新收14件中办结13件，剩余1件结转。",
    "依申请公开信息14条，依申请公开办理费用无。",
    "全年收到群众来信来访申请公开信息事项14件，办复率100%，满意率98%。",
    "今年新收14件，已全部依法受理，当年办结13件，另办结去年结转2件。",
    "共受理申请14件次，涉及申请人9人，其中1名申请人提交5件。",
    "行政机关内部流转的申请2件不计入，全年收到申请14件。",
    "本年度向市局提交的申请14件，向各县（市）局提交的申请38件。",
    "收到政府信息公开申请14件，较上年增长40%；办结15件，较上年增长25%；结转1件，与上年减少1件。",
    "全年收到申请14件，已办结的15件中予以公开10件，占66.7%。",
    "2024年我局收到的政府信息公开申请数量比2023年减少6件，为14件。",
    "全年共收到14件政府信息公开申请，提起行政复议2件，其中维持1件，1件尚在审理；提起行政诉讼1件，尚未审结。",
]
NONE = [
    "2024年，未收到政府信息公开申请。",
    "我局全年没有收到过依申请公开事项。",
    "2024年全年依申请公开零件次。",
    "本年度依申请公开受理量为零，上年结转及结转下年均为零。",
    "2024年暂未收到依申请公开的相关申请。",
    "全年没有任何单位或者个人向我局提出政府信息公开申请。",
    "我局2024年度未发生政府信息依申请公开事项，亦无结转。",
    "2024年未产生依申请公开。",
    "截至目前，我局未接到依申请公开的申请。",
    "依申请公开：0。",
    "本年度无依申请公开政府信息情况发生。",
    "2024年度收到政府信息公开申请0件，办结0件，无结转件。",
    "全年既未收到政府信息公开申请，也无上年度结转的申请。",
    "经统计，2024年度我局依申请公开数为0件。",
    "本年度我局未有政府信息公开申请，未发生行政复议和行政诉讼。",
    "我局严格落实依申请公开制度，畅通受理渠道，2024年无申请。",
    "2024年无公民、法人和其他组织向我局申请政府信息公开。",
    "2024年没有依申请公开信息，2023年收到2件。",
    "依申请公开渠道畅通，全年零受理。",
    "不存在依申请公开事项。",
]
TOPICS = [
    "（一）主动公开。2024年，我局通过政府网站公开信息71条，其中机构职能3条、政策文件 12 条、其他信息56条。",
    "（一）主动公开。公开信息71 条。",
    "（一）主动公开。通过“青柳水务”微信公众号发布信息  71  条。",
    "（一）主动公开。根据《国务院办公厅政府信息与政务公开办公室关于印发〈中华人民共和国政府信息公开工作年度报告格式〉的通知》（国办公开办函〔2021〕30号）编制。",
    "（一）主动公开。落实国务院办公厅《2021年政务公开工作要点》（国办发〔2021〕12号）要求。",
    "（一）主动公开。贯彻国办发〔2019〕54号、国办函〔2020〕109号要求，公开信息71条。",
    "（一）主动公开。全年制发行政规范性文件3件，废止1件，现行有效9件；作出行政许可120件、行政处罚35件、行政强制4件；收费258.5万元。",
    "（一）主动公开。全年行政许可120宗，行政处罚35宗。",
    "（一）主动公开。发布政策解读9篇，规范性文件12条。",
    "（一）主动公开。收取水资源费约2.6百万元。",
    "（一）主动公开。行政事业性收费258.50万元。",
    "（一）主动公开。行政事业性收费近260万元。",
    "（一）主动公开。行政事业性收费2585000元。",
    "（一）主动公开。行政事业性收费0.0259亿元。",
    "（一）主动公开。2023年收费240万元，2024年行政事业性收费258.5万元。",
    "（一）主动公开。与市自然资源局联合制定规范性文件1件，单独制定2件。",
    "（一）主动公开。代市政府起草规范性文件2件，提请市政府废止规范性文件4件。",
    "（一）主动公开。行政规范性文件制发3件，其中与其他部门联合制发1件；废止1件；截至2024年底现行有效9件。",
    "（三）政府信息管理。制定行政规范性文件3件，废止1件，修改2件，目前有效的9件。",
    "（三）政府信息管理。2024年新增规范性文件3件。",
    "（三）政府信息管理。对2023年以前制发的规范性文件进行清理，拟废止5件。",
    "（三）政府信息管理。公开历史规范性文件46件。",
    "（五）监督保障。因政府信息公开被申请行政复议2件（维持1件，未审结1件），行政诉讼1件（未审结）。",
    "（五）监督保障。全年未发生因政府信息公开被纠错、败诉的情形。",
    "（五）监督保障。本年度未发生新的行政诉讼案件败诉。",
    "（五）监督保障。办理人大建议5件、政协提案3件，均已公开答复。",
    "（五）监督保障。2023年发生行政复议4件，2024年发生2件，同比下降50%。",
    "（五）监督保障。市局层面发生政府信息公开行政复议2件，县局层面发生7件。",
    "（五）监督保障。全市法院受理政府信息公开行政诉讼12件。",
    "（五）监督保障。未发生责任追究，社会评议满意度98%。",
    "（五）监督保障。行政复议2件，其中上年延续1件。",
    "（五）监督保障。涉及我局的行政复议12件、诉讼5件，其中信息公开类分别为2件、1件。",
]
TITLES = [
    "青柳市水务局2024年政府信息公开工作年度报告",
    "青柳市水务局2024年度政府信息公开工作年度报告",
    "2024年青柳市水务局政府信息公开工作年度报告",
    "青柳市水务局政府信息公开工作2024年度报告",
    "青柳市水务局关于2024年政府信息公开工作年度报告",
    "青柳市水务局二〇二四年政府信息公开工作年度报告",
    "青柳市水务局二○二四年度政府信息公开工作年度报告",
    "青柳县城关镇人民政府2024年政府信息公开工作年度报告",
    "青柳市桥东区红星街道办事处2024年政府信息公开工作年度报告",
    "青柳市第一中学2024年政府信息公开工作年度报告",
    "青柳水务集团有限公司2024年信息公开工作年度报告",
    "青柳县乌兰苏木人民政府2024年政府信息公开工作年度报告",
    "国家税务总局青柳市税务局2024年政府信息公开工作年度报告",
    "青柳市公安局交通警察支队2024年政府信息公开工作年度报告",
    "青柳市水务局（青柳市河长制办公室）2024年政府信息公开工作年度报告",
    "青柳经济技术开发区管理委员会2024年政府信息公开工作年度报告",
    "青柳市人民政府办公室2024年政府信息公开工作年度报告",
    "青柳市青柳区政府2024年政府信息公开工作年度报告",
    "青柳市供销合作社联合社2024年政府信息公开工作年度报告",
    "青柳市住房公积金管理中心2024年政府信息公开工作年度报告",
]
PREFACES = [
    "根据《中华人民共和国政府信息公开条例》要求，编制本报告。本报告数据统计期限自2024年1月1日起至2024年12月31日止。",
    "根据《中华人民共和国政府信息公开条例》要求，编制本报告。统计时段为2024.1.1—2024.12.31。",
    "根据《中华人民共和国政府信息公开条例》要求，编制本报告。所列数据统计期限为2024年1月1日－12月31日。",
    "根据《中华人民共和国政府信息公开条例》要求，编制本报告。报告中所列数据的统计期限从2024年1月1日开始，到2024年12月31日结束。",
    "根据《中华人民共和国政府信息公开条例》要求，编制本报告。本报告中使用的数据统计期限为二〇二四年一月一日至二〇二四年十二月三十一日。",
    "根据《中华人民共和国政府信息公开条例》要求，编制本报告。数据统计截至2024年12月31日。",
    "根据《中华人民共和国政府信息公开条例》（国务院令第711号，2019年5月15日起施行）要求，编制本报告。统计期限为2024年度。",
    "根据《中华人民共和国政府信息公开条例》要求，编制本报告。本报告中所列数据的统计期限为2024年1月1日至12月31日，电子版可在青柳市人民政府网站下载，联系电话：0312-2023456。",
    "本报告依据《青柳市2023年政务公开工作要点》落实情况及2024年各项数据编制。所列数据的统计期限为2024年1月1日至2024年12月31日。",
]
HEADS: list[tuple[str, ...]] = [
    ("索引号：QL2023-00123", "发布机构：青柳市水务局", "发布日期：2025-01-20 09:30:15", "文号：青水发〔2023〕5号"),
    ("发布时间：2025年1月20日 15:30", "来源：青柳市水务局", "浏览次数：2024"),
    ("时间：2025/01/20", "字体：大 中 小"),
    ("青柳市水务局 www.qingliu.gov.cn 2025-01-20", "点击数：2019"),
    ("信息来源：市水务局", "公开日期：2025年01月20日", "有效性：有效"),
    ("（2025年1月20日）",),
    ("2025年1月",),
    ("[ 2025-01-20 ]",),
    ("生成日期：2025-01-18", "公开日期：2025-01-20"),
]
FEET: list[tuple[str, ...]] = [
    ("青柳市水务局", "2025年1月20日"),
    ("青柳市水务局办公室", "二〇二五年一月二十日"),
    ("（此件公开发布）",),
    ("附件：青柳市水务局2024年政府信息公开工作年度报告.docx",),
    ("青柳市水务局 2025年1月20日",),
    ("上一篇：青柳市水务局2023年政府信息公开工作年度报告", "下一篇：没有了"),
]
ABOVE: list[tuple[str, ...]] = [
    ("首页 > 政府信息公开 > 政府信息公开年报 > 2023年",),
    ("青柳市人民政府门户网站", "您现在的位置：首页>市水务局>政府信息公开年报"),
    ("2026年11月29日 星期日", "青柳市水务局 欢迎您"),
]
HEADINGS: list[tuple[int, str]] = [
    (1, "总体情况概述"),
    (1, "年度总体工作情况"),
    (2, "主动公开情况"),
    (3, "依申请公开情况"),
    (4, "行政复议、行政诉讼情况"),
    (5, "存在的问题及改进措施"),
    (6, "其他事项"),
    (5, "主要问题和改进情况"),
    (6, "需要报告的其他事项"),
    (4, "因政府信息公开工作被申请行政复议、提起行政诉讼情况"),
    (3, "收到和处理政府信息公开申请的情况"),
    (1, "总体情况："),
    (2, "主动公开政府信息的情况。"),
]
FAULTY = [
    "（一）主动公开。公开政策文件    件、解读    篇。",
    "（一）主动公开。全年公开信息条，其中动态类条。",
    "（一）主动公开。公开信息XX条。",
    "（一）主动公开。公开信息**条。",
    "（一）主动公开。公开信息  余条。",
    "（一）主动公开。公开信息（）条。",
    "（一）主动公开。公开信息___条。",
    "（一）主动公开。公开地址：（具体网址）。",
    "（一）主动公开。按照《条例》（国务院令第771号）编制。",
    "（一）动公开。公开信息71条。",
    "（一）主公开。公开信息71条。",
    "（一）主动动公开。公开信息71条。",
]


def _findings(report: Report) -> list[Finding]:
    assert report.kind == "annual_report"
    return checking.run(report, Context(agency=report.agency or "", year=report.year or 0)).findings


def _said(draft: Draft, name: str = "a.html") -> list[str]:
    return [f"{f.rule}: {f.message}" for f in _findings(read(dict(draft.all())[name], name))]


def _with(line: str) -> Draft:
    """The report with one paragraph of section 一 in other words, that on requests unless it names its own."""
    texts = list(SECTIONS[1])
    texts[1] = "（二）依申请公开。2024年共收到政府信息公开申请14件。"
    place = {"（一）": 0, "（三）": 2, "（五）": 4}.get(line[:3], 1)
    texts[place] = line if line.startswith("（") else f"（二）依申请公开。{line}"
    return Draft(sections={**SECTIONS, 1: tuple(texts)}, cells=CELLS)


@pytest.mark.parametrize("line", [*REQUESTS, *TOPICS])
def test_what_agrees_with_the_tables_is_not_accused(line):
    assert _said(_with(line)) == []


@pytest.mark.parametrize("line", NONE)
def test_nothing_received_is_understood_in_other_words(line):
    texts = (SECTIONS[1][0], f"（二）依申请公开。{line}", *SECTIONS[1][2:])
    assert _said(Draft(sections={**SECTIONS, 1: texts})) == []


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("name", ["a.html", "a.txt"])
def test_bodies_of_all_kinds_are_named_by_their_titles(title, name):
    report = read(dict(Draft(title=title, cells=CELLS).all())[name], name)
    assert report.year == 2024
    assert report.agency
    assert report.agency in title
    allowed = {"YR-TITLE", "STR-S1-GOV", "NAR-SILENT", "NAR-NONE"}  # true of them, or of the requests left at nought
    assert {f.rule for f in _findings(report) if f.severity != "notice"} <= allowed


@pytest.mark.parametrize("preface", PREFACES)
@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.docx"])
def test_periods_in_other_notations_are_the_year(preface, name):
    report = read(dict(Draft(preface=preface).all())[name], name)
    assert report.year == 2024
    assert {f.rule for f in _findings(report)} <= {"YR-PERIOD-MISSING"}


@pytest.mark.parametrize("head", HEADS)
def test_what_a_portal_prints_over_a_report_is_none_of_it(head):
    assert _said(Draft(head=head)) == []
    day = read(Draft(head=head).html(), "a.html").published_on
    assert day in {None, "2025-01-20"}


@pytest.mark.parametrize("foot", FEET)
def test_what_stands_below_is_no_fault(foot):
    assert _said(Draft(foot=foot)) == []


@pytest.mark.parametrize("above", ABOVE)
def test_a_way_through_the_site_names_no_year_and_no_body(above):
    report = read(Draft(above=above).html(), "a.html")
    assert (report.year, report.agency) == (2024, "青柳市水务局")
    assert _findings(report) == []


@pytest.mark.parametrize(("number", "heading"), HEADINGS)
@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.docx"])
def test_a_part_under_other_words_is_not_missing(number, heading, name):
    draft = Draft(titles={number: heading})
    assert {f.rule for f in _findings(read(dict(draft.all())[name], name))} <= {"STR-TITLE"}


@pytest.mark.parametrize("line", FAULTY)
@pytest.mark.parametrize("name", ["a.html", "a.txt"])
def test_what_is_left_out_or_mangled_is_found(line, name):
    found = _said(_with(line), name)
    assert [one.partition(":")[0] for one in found][:1] in (["STR-PLACEHOLDER"], ["STR-BASIS"], ["STR-MANGLED"])
