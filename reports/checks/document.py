"""docs/rules.md from the catalogue: ``python -m reports.checks.document [FILE]`` writes it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from reports.checks.catalogue import FAMILIES, Rule, catalogue
from reports.checks.context import NEED_ZH
from reports.report import SEVERITY_ZH

WITH_ZH = {
    "history": "上年度报告",
    "hierarchy": "所属单位的报告",
    "registry": "名录",
    "portal": "采集记录",
    "siblings": "同级单位的报告",
    "interpretation": "解读",
    "other_publication": "行政执法年度数据",
}
# Of how many sound reports each rule speaks (``python -m benchmarks.firing``), and from which share on a reason is owed.
FIRING = Path(__file__).parent.parent / "data" / "firing.yaml"
OFTEN = 0.15
assert WITH_ZH.keys() == NEED_ZH.keys()


def markdown() -> str:
    """The whole document."""
    book = catalogue()
    lines = [
        "# 检查规则",
        "",
        f"规则目录版本 {book.version}，共 {len(book.rules)} 条。"
        "本文由 `reports/data/rules.yaml` 生成（`python -m reports.checks.document docs/rules.md`），请勿直接修改。",
        "",
        "每条规则的结论只有三种：成立、不成立、未判断（并说明原因）。**错误**为文内矛盾或可见的法定义务未履行；"
        "**疑似**为很可能有误但有合理解释的可能；**提示**仅供主管部门参考，不计入单位。识读存疑的发现标注“待核”，先由人工核对。",
        "",
        "空白不等于0：空白的分项按0计算时，差异降一级并注明；合计栏空白不参与比较；"
        "一张表若填有数字而没有一个0，视为“空白即0”。",
        "",
    ]
    family = ""
    for rule in book.rules.values():
        if rule.family != family:
            family = rule.family
            lines += [f"## {FAMILIES[family]}（{family}）", ""]
        lines += _rule(rule)
    lines += _firing()
    return "\n".join(lines).rstrip() + "\n"


def _firing() -> list[str]:
    """Which rules speak how often of sound reports."""
    data: dict[str, Any] = yaml.safe_load(FIRING.read_text(encoding="utf-8"))
    count: int = data["reports"]
    lines = [
        "## 在无误报告上的提示频率",
        "",
        f"{count}份数据与文字相符的报告（`python -m benchmarks.firing --seed {data['seed']}` 生成，正文取自实际写法），"
        f"其余规则一份也没有提示。超过{OFTEN:.0%}的都是实情，理由附后。",
        "",
        "| 规则 | 级别 | 提示份数 | 占比 | 其中待核 | 理由 |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for rule_id, (sure, doubtful) in data["rules"].items():
        rule = catalogue().rules[rule_id]
        both = sure + doubtful
        reason = data["reasons"].get(rule_id, "")
        lines.append(
            f"| {rule_id} {rule.title} | {SEVERITY_ZH[rule.severity]} | {both} | {both / count:.1%} | {doubtful} | {reason} |"
        )
    return [*lines, ""]


def _rule(rule: Rule) -> list[str]:
    needs = "、".join(WITH_ZH[need] for need in rule.needs)
    forms = "、".join(f"{form}版" for form in rule.forms)
    out = [
        f"### {rule.id} {rule.title}",
        "",
        f"- 级别：{SEVERITY_ZH[rule.severity]}；适用：{forms}" + (f"；需要：{needs}" if needs else ""),
        f"- 含义：{rule.meaning}",
    ]
    if rule.evaluate:
        seen = list(dict.fromkeys(rule.formula[form] for form in rule.forms))
        out += [f"- 公式：`{text}`" for text in seen if len(text) <= 400]
        if rule.tolerance:
            out.append(f"- 容许差：{rule.tolerance}")
    out += [f"- 依据：{rule.basis}", f"- 举例：{rule.example}", f"- 表述：{rule.message}", ""]
    return out


def main(arguments: list[str]) -> None:
    """Writes the document to the file named, or to standard output."""
    if arguments:
        Path(arguments[0]).write_text(markdown(), encoding="utf-8")
    else:
        sys.stdout.write(markdown())


if __name__ == "__main__":
    main(sys.argv[1:])
