"""The parts of the narrative: which were found, and what each is to hold."""

from __future__ import annotations

import re

from reports.form.titles import PART_OF
from reports.report import Report, Table
from reports.text import squeeze


def found_sections(report: Report) -> list[int]:
    """The numbers of the six sections in the order in which they stand, each once."""
    headings = [heading.number for heading in report.details.headings if heading.number in range(1, 7)]
    numbers = headings or [section.number for section in report.sections]
    if headings:
        numbers += [section.number for section in report.sections]
    return list(dict.fromkeys(number for number in numbers if number))


# ------------------------------------------------------------------ what stands there though its heading does not

_OVERVIEW = re.compile(
    r"(?:主动公开|依申请公开)[^。]{0,60}\d|(?:收到|受理)[^。]{0,30}申请|"
    r"(?:公开|发布)[^。]{0,20}信息[^。]{0,10}\d+(?:余)?(?:条|件|篇)"
)
_CONTENT = {
    5: re.compile(
        r"(?:存在|主要|薄弱|突出)[^。]{0,80}(?:问题|不足|差距|短板|困难)[\s\S]{0,400}?"
        r"(?:下一步|改进|今后|整改|下步|将(?:进一步|继续|加强))"
    ),
    6: re.compile(
        r"其[他它]需?要?报告|需要(?:报告|说明)的其[他它]|信息处理费|"
        r"(?:无|没有)其[他它](?:需要)?(?:报告|说明)?的?事项"
    ),
}
_TABLE_OF: dict[int, Table] = {number: table for table, number in PART_OF.items()}
_LEAST_OVERVIEW = 60  # characters about disclosure between the introduction and the second part


def has_content(report: Report, number: int) -> bool:
    """Whether what the part is to report stands in the document, under another heading or none: its table; of the overview
    some sentences before the second part; of five and six what only they say."""
    details = report.details
    if number in _TABLE_OF:
        return details.tables.get(_TABLE_OF[number]) in {"read", "blank", "picture"}
    if number == 1:
        return (
            len(squeeze(details.preface)) >= _LEAST_OVERVIEW and _OVERVIEW.search(squeeze(details.preface)) is not None
        )
    behind = "\n".join(section.text for section in report.sections if section.number >= 4)
    return _CONTENT[number].search(behind) is not None


# ------------------------------------------------------------------ what each part is to hold

PROBLEM = re.compile(
    r"问题|不足|不够|差距|有待|薄弱|短板|欠缺|不高|不强|滞后|单一|仍需|还需|困难|尚未|不及时|不到位|不完善|不全面|不深|不规范|不广|局限|偏少|偏低"
)
MEASURE = re.compile(
    r"下一步|下步|今后|将|改进|加强|提升|提高|完善|强化|措施|推进|优化|加大|健全|已整改|整改|规范|拓宽|丰富"
)


TOPICS = {
    "主动公开": r"主动公开|公开[^。]{0,12}\d+(?:余)?(?:条|件|篇)|公开[^。]{0,20}信息|发布|公示",
    "依申请公开": r"依申请|申请公开|公开申请|申请人",
    "政府信息管理": r"信息管理|规范性文件|公文|公开属性|保密|三审|审核|审查|目录|动态调整|清理|归档",
    "政府信息公开平台建设": r"平台|网站|门户|公众号|新媒体|微博|微信|专栏|栏目",
    "监督保障": r"监督|保障|培训|考核|评议|领导小组|组织领导|责任|督查|检查",
}

GOVERNMENT_TOPICS = {
    "工作考核": r"考核|绩效|考评",
    "社会评议": r"评议|测评|满意度|评价",
    "责任追究": r"追究|追责|问责",
}

INSTRUCTIONS = (
    "该部分以表格形式报告",
    "以表格形式报告",
    "这一项报告本机关",
    "这一部分报告本机关",
    "(含《中华人民共和国政府信息公开条例》第五十条第四项规定",
    "(含《条例》第五十条第四项规定",
    "第五十条第四项规定的政府信息公开工作年度报告",
    "各级人民政府的政府信息公开工作年度报告还应当包括",
)

SELF = re.compile(
    r"我(?:局|镇|乡|县|市|区|街道|办|委|院|厅|校|师|省|州|旗|馆|中心|会|队|处|所|社|单位|部门|机关|府|司|署|站|团)"
    r"|本(?:局|镇|乡|县|市|区|街道|办|委|院|厅|师|省|州|旗|馆|中心|会|处|单位|部门|机关|级|辖区|系统|行政机关)|全(?:局|镇|乡|县|市|区|街道|省|州|委|厅|院|师|办|系统)"
    r"|(?:市|县|区|省|州|旗)[\u4e00-\u9fff]{1,10}(?:局|委|办|厅|院|馆|中心)"
)
GENERIC = re.compile(r"各级政府部门|各级政府|多数部门|部分地区|各级部门|各级行政机关|一些部门|部分部门")

MANGLED = (
    "工作告年度报",
    "年度报吿告",
    "信思公开",
    "信息公幵",
    "公开办涵",
    "政府信息公开政复议",
    "处理绝对数量",
    "行政机夫",
    "主动公开政信息",
    "政府信公开",
    "政府信息公工作",
    "年度报表告",
)
