"""A made-up country of bodies whose reports agree with themselves, with each other and from year to year.

``county(number, seed)`` is one supervising office with a government, its office, departments, towns and a street; its
government's report is the aggregate of all the others. ``World`` has their figures for five report years: what is
carried out of one year is carried into the next, documents in force roll on, powers of the 2019 form too.
``build`` writes one report (``tests.makers.report`` has the template) and prints it as HTML, text or PDF. Everything is
drawn from the seed; no name and no figure is real.
"""

from __future__ import annotations

import html as markup
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from benchmarks import sentences
from reports.form import forms
from reports.report import Form, Number
from tests.makers import pdf
from tests.makers.report import ARTICLE, NUMERALS, SECTIONS, Slot, Table, Truth, story, tables

YEARS = (2019, 2020, 2021, 2022, 2023)
COUNTIES = 12

_PLACES = (
    "云岭县", "北屏区", "望川市", "柳溪县", "石滩区", "东汀县", "锦屿市", "青禾区", "南浦县", "鹿汀县", "白塔区", "松桥县",
)  # fmt: skip
_DEPARTMENTS = (
    "发展和改革局", "教育局", "科学技术局", "公安局", "民政局", "司法局", "财政局", "人力资源和社会保障局", "自然资源局",
    "住房和城乡建设局", "交通运输局", "水务局", "农业农村局", "文化和旅游局", "卫生健康局", "应急管理局", "审计局", "统计局",
)  # fmt: skip
_TOWNS = ("丰田", "河湾", "白沙", "龙背", "竹坪", "柏林", "清溪", "双塘", "新桥", "杨柳")


@dataclass(frozen=True, slots=True)
class Body:
    """A reporting body. ``kind`` and ``level`` are the register's; ``scale`` bounds its usual counts; ``power`` says
    whether it may make regulations."""

    name: str
    kind: str
    level: str
    place: str
    scale: int
    power: bool = False

    @property
    def aggregate(self) -> bool:
        """The government, whose report covers all the others."""
        return self.kind == "government"

    @property
    def governs(self) -> bool:
        """A government of any level, which must report on assessment, review and accountability."""
        return self.kind in {"government", "town"}


def county(number: int, seed: int) -> list[Body]:
    """The 25 bodies of one supervising office, its government last."""
    rng = random.Random(f"county {seed} {number}")
    place = _PLACES[number % len(_PLACES)]
    level = "city" if place.endswith("市") else "county"
    sizes = (0, 1, 3, 8, 20, 60, 400)
    out = [Body(f"{place}人民政府办公室", "department", level, place, rng.choice(sizes[2:]))]
    out += [Body(f"{place}{name}", "department", level, place, rng.choice(sizes)) for name in _DEPARTMENTS]
    towns = rng.sample(_TOWNS, 5)
    out += [
        Body(f"{place}{town}{rng.choice('镇乡')}人民政府", "town", "township", place, rng.choice(sizes[:4]))
        for town in towns[:4]
    ]
    out.append(Body(f"{place}{towns[4]}街道办事处", "subdistrict", "township", place, rng.choice(sizes[:4])))
    out.append(Body(f"{place}人民政府", "government", level, place, 0, power=level == "city"))
    return out


def form_of(year: int) -> Form:
    """The form in force for a report year."""
    return "2019" if year <= 2020 else "2021"


# ------------------------------------------------------------------------------------------------------------ figures

PARTS = ("natural_person", "business", "research", "public_interest", "legal_service", "other_org")
TOPMOST = ("new", "carried_in", "handled", "carried_out")


def results(form: Form) -> list[str]:
    """The rows of table 三 that state a result."""
    return [spec.key for spec in forms.rows("applications", form) if spec.key not in TOPMOST]


def totals(cells: dict[str, Number], form: Form) -> None:
    """Fills the column of totals from the six kinds of applicant."""
    for spec in forms.rows("applications", form):
        cells[f"applications.{spec.key}.total"] = sum(cells[f"applications.{spec.key}.{part}"] for part in PARTS)


def balance(cells: dict[str, Number], form: Form, part: str) -> None:
    """Fills 总计 of the results and 本年新收 of one kind of applicant; more is granted where more came in than went."""
    handled = sum(cells[f"applications.{row}.{part}"] for row in results(form))
    short = cells[f"applications.carried_in.{part}"] - handled - cells[f"applications.carried_out.{part}"]
    if short > 0:
        cells[f"applications.granted.{part}"] += short
        handled += short
    cells[f"applications.handled.{part}"] = handled
    cells[f"applications.new.{part}"] = (
        handled + cells[f"applications.carried_out.{part}"] - cells[f"applications.carried_in.{part}"]
    )


class World:
    """The figures of a county's bodies over the years: ``cells[name, year]``."""

    def __init__(self, number: int, seed: int) -> None:
        self.number, self.seed = number, seed
        self.bodies = county(number, seed)
        self.cells: dict[tuple[str, int], dict[str, Number]] = {}
        for body in self.bodies[:-1]:
            self._life(body)
        self._aggregate(self.bodies[-1])

    @property
    def government(self) -> Body:
        return self.bodies[-1]

    def _life(self, body: Body) -> None:
        rng = random.Random(f"figures {self.seed} {body.name}")
        power = {name: rng.choice((0, 0, 2, 30, 700)) * rng.randint(1, 9) for name in ("licensing", "other_services")}
        power |= {"penalties": rng.choice((0, 0, 5, 90)), "coercion": rng.choice((0, 0, 3, 20))}
        items = {name: rng.randint(2, 60) if power.get(name) else 0 for name in (*power, "fees")}
        fees = rng.choice((0, 0, 3, 80, 900))
        known, force = rng.randint(0, 40), rng.randint(0, 25)
        carried = dict.fromkeys(PARTS, 0)
        pending: dict[str, int] = {}
        for year in YEARS:
            form = form_of(year)
            out: dict[str, Number] = dict.fromkeys(forms.keys(form), 0)
            documents = "proactive.normative_documents"
            if form == "2019":
                disclosed = rng.choice((0, 0, 1, 4))
                known = known + disclosed - (rng.randint(0, 1) if known else 0)
                out |= {f"{documents}.made": rng.choice((0, 0, 1, 5)), f"{documents}.disclosed": disclosed,
                        f"{documents}.disclosed_total": known}  # fmt: skip
                for name, count in items.items():
                    change = rng.choice((0, 0, 0, rng.randint(1, 4), -rng.randint(0, count // 4)))
                    out[f"proactive.{name}.prior_items"], out[f"proactive.{name}.change"] = count, change
                    items[name] = count + change
                    if name != "fees":
                        out[f"proactive.{name}.decisions"] = int(power[name] * rng.uniform(0.7, 1.4))
                if rng.random() < 0.6:
                    out["proactive.procurement.items"] = rng.randint(1, 30)
                    out["proactive.procurement.amount"] = Decimal(rng.randint(10_000, 9_000_000)).scaleb(-4)
            else:
                issued, repealed = rng.choice((0, 0, 1, 4)), rng.randint(0, min(2, force))
                force += issued - repealed
                out |= {f"{documents}.issued": issued, f"{documents}.repealed": repealed,
                        f"{documents}.in_force": force}  # fmt: skip
                for name in ("licensing", "penalties", "coercion"):
                    out[f"proactive.{name}.decisions"] = int(power[name] * rng.uniform(0.7, 1.4))
                if fees:
                    out["proactive.fees.amount"] = Decimal(int(fees * 10_000 * rng.uniform(0.6, 1.5))).scaleb(-4)
            self._requests(out, form, carried, body.scale, rng)
            for spec in forms.rows("disputes", form):
                top = max(body.scale // 12, 1) if body.scale else 0
                parts = [rng.randint(0, top) if rng.random() < 0.35 else 0 for _ in range(4)]
                parts[0] += pending.get(spec.key, 0)  # what was pending is concluded, and counts again
                pending[spec.key] = parts[3]
                out.update(zip(spec.cells(), (*parts, sum(parts)), strict=True))
            self.cells[body.name, year] = _whole(out)

    @staticmethod
    def _requests(out: dict[str, Number], form: Form, carried: dict[str, int], scale: int, rng: random.Random) -> None:
        for part in PARTS:
            busy = scale and (part == "natural_person" or rng.random() < 0.3)
            for row in results(form):
                usual = row in {"granted", "partial", "unavailable.not_held"}
                if busy and rng.random() < (0.7 if usual else 0.15):
                    out[f"applications.{row}.{part}"] = rng.randint(1, scale if usual else max(scale // 4, 1))
            out[f"applications.carried_in.{part}"] = carried[part]
            left = rng.randint(0, max(scale // 5, 1)) if busy and rng.random() < 0.6 else 0
            out[f"applications.carried_out.{part}"] = carried[part] = left
            balance(out, form, part)
        totals(out, form)

    def _aggregate(self, body: Body) -> None:
        rng = random.Random(f"figures {self.seed} {body.name}")
        rules = rng.randint(5, 30)
        for year in YEARS:
            form = form_of(year)
            below = [self.cells[other.name, year] for other in self.bodies[:-1]]
            out: dict[str, Number] = {key: sum(cells[key] for cells in below) for key in forms.keys(form)}
            if body.power and form == "2021":
                issued, repealed = rng.randint(0, 2), rng.randint(0, 1)
                rules += issued - repealed
                out |= {"proactive.regulations.issued": issued, "proactive.regulations.repealed": repealed,
                        "proactive.regulations.in_force": rules}  # fmt: skip
            self.cells[body.name, year] = _whole(out)


def _whole(cells: dict[str, Number]) -> dict[str, Number]:
    return {key: int(value) if value == int(value) else value for key, value in cells.items()}


# --------------------------------------------------------------------------------------------------------- narrative

_TOLD = (
    "全年通过门户网站发布各类信息{a}条，政务新媒体推送{b}条。",
    "依托政府信息公开专栏更新内容{a}条，其中工作动态{b}条、预决算信息{c}条。",
    "围绕群众关心的事项公开办事指南{c}份，调整栏目{d}个，内容较上年更为充实。",
    "对重点领域逐项细化，公布重大项目进展{b}条、公共服务信息{c}条。",
    "举办开放日活动{d}场，邀请群众代表{b}人走进机关。",
    "发布政策解读材料{c}篇、图解{d}篇，重要文件做到同步解读。",
    "截至12月底，网站总访问量{a}次，比上年增加{b}次。",
    "办理网民留言{b}条，答复率百分之百，群众来信{c}件均按时回应。",
)
_MANAGED = (
    "健全公文公开属性认定办法，拟稿时即确定公开方式，全年审核稿件{a}篇。",
    "落实信息发布三审制度，发布前逐条登记，未发生失泄密事件。",
    "按季度检查目录，发现过期内容{d}处并已更新。",
    "修订主动公开基本目录，共列公开事项{c}项，同步编写说明。",
    "完善信息归档流程，历史信息按年度整理，共计{b}卷。",
    "规范个人隐私保护审查，公示前由两人核对，避免不当公开。",
)
_PLATFORM = (
    "运行维护政府网站专栏{d}个，全年排查错链{c}处，均已修复。",
    "政务新媒体账号{d}个由专人管理，按周更新并留存记录。",
    "在政务服务大厅设立查阅点{d}处，配备自助查询终端。",
    "完成网站适老化改造，检索功能更为好用，页面打开速度加快。",
    "整合历年专题，将零散栏目归并为{d}个，便于群众查找。",
    "做好公开平台与省级系统对接，数据每日同步一次。",
)
_KEPT = (
    "调整领导小组成员，明确分管领导和{d}名专职人员。",
    "组织业务培训{d}次，参训{b}人次，并编印工作手册。",
    "将信息公开列入年度绩效，每季度通报一次进展情况。",
    "聘请监督员{c}名，收集意见{d}条，全部反馈办理结果。",
    "对照主管部门检查反馈的问题逐条整改，建立台账销号管理。",
    "与业务科室签订责任书，实行每月自查、每季抽查。",
)
_GOVERNMENT = (
    "工作考核方面，将信息公开纳入综合考评，分值占{d}分；社会评议方面，委托第三方开展满意度调查，回收问卷{a}份；责任追究方面，全年没有发生需要追责的情形。",
    "（一）工作考核情况良好，各单位得分均在良好以上；（二）社会评议采取网上投票，参与{a}人次；（三）未出现责任追究事项。",
)
PROBLEMS = (
    "一是部分业务科室对公开时限把握不准，信息更新不够及时",
    "一是政策解读形式较为单一，图文和视频类材料偏少",
    "一是基层工作人员流动较快，业务能力仍有不足",
    "一是栏目之间内容重复，群众查找信息不够便利",
    "一是主动回应社会关切的意识还不强，互动渠道利用不充分",
    "一是历史信息整理进度滞后，个别年份资料尚未补齐",
    "一是对依申请公开答复文书的规范性重视不够，说理有待加强",
    "一是新媒体账号原创内容少，传播效果与群众期待存在差距",
    "一是公开目录划分较粗，一些事项难以对应到具体责任人",
    "一是跨部门信息共享不到位，同一数据多头发布的问题依然存在",
)
MEASURES = (
    "明年将细化发布流程，明确各环节办理时限，由办公室每周提醒。",
    "下一步拟引入动画、短片等方式，提高解读材料的可读性。",
    "今后将建立轮训机制，每半年集中授课一次，并安排老同志结对帮带。",
    "计划对现有栏目重新归类，增设分类导航和关键词检索。",
    "将健全舆情收集制度，对热点事项限时回应并公布处理结果。",
    "拟抽调人手集中补录，按年度倒排工期，年底前全部上网。",
    "将编写答复范本，复杂事项提交法律顾问审核，提升文书质量。",
    "下一步加强选题策划，鼓励各股室提供一线素材，丰富账号内容。",
    "将以清单方式逐项落实责任，责任人变动时同步更新并公告。",
    "今后加大数据核对力度，建立统一出口，确保对外口径一致。",
)
_FEE = (
    "本年度未收取信息处理费。",
    "按照国务院办公厅关于信息处理费的规定，本单位全年没有发出收费通知，收取金额为0元。",
    "依据信息处理费管理办法，本年度收取信息处理费的总金额为0元，无其他需要报告的事项。",
)
_PREFACE = (
    "根据《中华人民共和国政府信息公开条例》（国务院令第711号）的要求，{agency}编制了本年度报告。全文由总体情况等六个部分组成，所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。{cover}如对报告有疑问，请与办公室联系（电话：0831-82{phone}）。",
    "本报告由{agency}按照政府信息公开条例第五十条编写，统计期限为{year}年1月1日至{year}年12月31日。{cover}报告电子版可在门户网站下载。",
    "现公布{agency}{year}年政府信息公开工作年度报告。报告中数据的统计时间为{year}年1月1日至12月31日。{cover}欢迎社会各界监督。",
)


@dataclass
class Draft:
    """One report in the making. ``told`` are figures that the prose says instead of the cell's, ``forced`` cells whose
    figure it must state, ``source`` the body and year whose words it uses: its own, unless it copies."""

    world: World
    body: Body
    truth: Truth
    rng: random.Random
    source: tuple[str, int]
    told: dict[str, Number] = field(default_factory=dict)
    forced: set[str] = field(default_factory=set)
    layout: str = ""
    blank: bool = False
    dashes: bool = False
    sheets: dict[str, Table] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    @property
    def year(self) -> int:
        return self.truth.year

    @property
    def cells(self) -> dict[str, Number]:
        return self.truth.cells

    @cached_property
    def before(self) -> dict[str, Number] | None:
        """Last year's figures."""
        return self.world.cells.get((self.body.name, self.year - 1))

    def said(self, key: str) -> Number:
        """The figure that the prose gives for a cell."""
        return self.told.get(key, self.cells[key])

    def text(self, number: int) -> list[str]:
        """The paragraphs of a section, to be changed in place."""
        return next(paragraphs for n, _, paragraphs in self.truth.sections if n == number)


Flaw = Callable[[Draft], tuple[set[str], set[str]] | None]


def write(draft: Draft) -> None:
    """Title, introduction, sections and signature in words drawn for ``draft.source``."""
    source, wrote = draft.source
    rng = random.Random(f"words {draft.world.seed} {source} {wrote}")
    truth, body, year = draft.truth, draft.body, draft.year
    agency, form = truth.agency, truth.form
    truth.title = rng.choice(
        (f"{agency}{year}年政府信息公开工作年度报告", f"{agency}{year}年度政府信息公开工作年度报告")
    )
    truth.title = truth.title.replace("年度政府", "年政府")
    whole = f"全{body.place[-1]}"
    cover = f"报告数据汇总{whole}各部门和各乡镇的情况。" if body.aggregate else ""
    truth.preface = rng.choice(_PREFACE).format(
        agency=agency, year=year, cover=cover, phone=f"{rng.randint(10000, 99999)}"
    )

    def some(pool: tuple[str, ...], count: int) -> str:
        return "".join(
            text.format(a=rng.randint(300, 9000), b=rng.randint(21, 290), c=rng.randint(6, 60), d=rng.randint(2, 5))
            for text in rng.sample(pool, count)
        )

    first = [
        f"{year}年，{agency}认真落实上级部署，政府信息公开工作平稳推进。",
        "（一）主动公开。" + some(_TOLD, 4) + _documents(draft, rng, form),
        "（二）依申请公开。" + _requests(draft, rng),
        "（三）政府信息管理。" + some(_MANAGED, 3),
        "（四）政府信息公开平台建设。" + some(_PLATFORM, 3),
        "（五）监督保障。" + some(_KEPT, 3) + (some(_GOVERNMENT, 1) if body.governs else ""),
    ]
    # Problems move on from year to year, so that no two years of a body say the same.
    shuffled = random.Random(f"problems {draft.world.seed} {source}").sample(range(len(PROBLEMS)), len(PROBLEMS))
    start = 3 * (wrote - YEARS[0])
    chosen = [shuffled[(start + n) % len(PROBLEMS)] for n in range(3)]
    problems = "；".join("一二三"[n] + PROBLEMS[index][1:] for n, index in enumerate(chosen))
    fifth = [f"存在的主要问题：{problems}。", "改进措施：" + "".join(MEASURES[index] for index in chosen)]
    texts = {1: first, 2: [], 3: [], 4: [], 5: fifth, 6: [rng.choice(_FEE)]}
    truth.sections = [(n, SECTIONS[n - 1], texts[n]) for n in range(1, 7)]
    y, m, d = truth.published_on.split("-")
    truth.signature = [agency, f"{int(y)}年{int(m)}月{int(d)}日"]


def sections_of(world: World, body: Body, year: int) -> list[tuple[int, str, list[str]]]:
    """The sections of a body's sound report."""
    cells = dict(world.cells[body.name, year])
    draft = Draft(
        world,
        body,
        Truth(body.name, year, form_of(year), f"{year + 1}-01-20", cells),
        random.Random(0),
        (body.name, year),
    )
    write(draft)
    return draft.truth.sections


def _documents(draft: Draft, rng: random.Random, form: Form) -> str:
    out = ""
    key = "proactive.normative_documents"
    said = draft.said
    if form == "2021":
        if rng.random() < 0.6 or any(name.startswith(key) for name in draft.forced):
            issued, repealed, force = (said(f"{key}.{name}") for name in ("issued", "repealed", "in_force"))
            out += rng.choice(
                (
                    f"全年制发行政规范性文件{issued}件，废止{repealed}件，现行有效{force}件。",
                    f"本年度制定出台行政规范性文件{issued}件，废止{repealed}件；现行有效的行政规范性文件{force}件。",
                    f"共印发行政规范性文件{issued}份，废止行政规范性文件{repealed}份，现行有效{force}份。",
                )
            )
        if rng.random() < 0.3 or any(name.endswith(".decisions") for name in draft.forced):
            licences, fines = (said(f"proactive.{name}.decisions") for name in ("licensing", "penalties"))
            out += f"作出行政许可决定{licences}件、行政处罚决定{fines}件。"
        if rng.random() < 0.3 or "proactive.fees.amount" in draft.forced:
            amount = said("proactive.fees.amount")
            out += f"行政事业性收费{amount:f}万元。" if isinstance(amount, Decimal) else f"行政事业性收费{amount}万元。"
    return out


def _requests(draft: Draft, rng: random.Random) -> str:
    other = _in_other_words(draft, rng)
    if other is not None:
        return other
    said, year, forced = draft.said, draft.year, draft.forced
    new, handled = said("applications.new.total"), said("applications.handled.total")
    carried_in, carried_out = said("applications.carried_in.total"), said("applications.carried_out.total")
    if new == 0:
        out = rng.choice(
            (
                f"{year}年未收到政府信息公开申请",
                "全年没有收到公民、法人和其他组织提出的政府信息公开申请",
                "本年度未接到政府信息公开申请",
                f"{year}年，收到政府信息公开申请0件",
            )
        )
    else:
        out = rng.choice(
            (
                f"{year}年共收到政府信息公开申请{new}件",
                f"全年新收政府信息公开申请{new}件",
                f"本年度收到公民、法人和其他组织提出的政府信息公开申请{new}件",
                f"{year}年，新收到依申请公开政府信息申请{new}件",
                f"共收到依申请公开{new}件",
            )
        )
    if carried_in or "applications.carried_in.total" in forced:
        if rng.random() < 0.6 or "applications.carried_in.total" in forced:
            out += rng.choice((f"，上年结转{carried_in}件", f"，另有上年度结转申请{carried_in}件"))
    elif rng.random() < 0.2:
        out += "，无上年结转"
    before = (draft.before or {}).get("applications.new.total", 0)
    if new and before and rng.random() < 0.25:
        out += f"（{year - 1}年为{before}件）"
    if handled and (rng.random() < 0.6 or forced & {"applications.handled.total", "results"}):
        out += rng.choice((f"，全年办结{handled}件", f"，共办结{handled}件"))
        if rng.random() < 0.5 or "results" in forced:
            out += "，其中" + _results(draft)
    if carried_out and (rng.random() < 0.6 or "applications.carried_out.total" in forced):
        out += rng.choice((f"，结转下年度继续办理{carried_out}件", f"，{carried_out}件结转下年度继续办理"))
    out += "。"
    if rng.random() < 0.6 or any(name.startswith("disputes") for name in forced):
        out += _disputes(draft, rng)
    return out


def _in_other_words(draft: Draft, rng: random.Random) -> str | None:
    """The paragraph in one of the ways that ``data/prose.yaml`` collects; None where none suits what has to be said."""
    if draft.forced or draft.told or rng.random() < 0.4:
        return None
    return sentences.sentence(draft.cells, draft.before, draft.year, rng)


def _results(draft: Draft) -> str:
    groups: dict[str, Number] = {}
    for row in results(draft.truth.form):
        group = row.partition(".")[0]
        groups[group] = groups.get(group, 0) + draft.said(f"applications.{row}.total")
    words = {"granted": "予以公开", "partial": "部分公开", "denied": "不予公开", "unavailable": "无法提供",
             "rejected": "不予处理", "other": "其他处理"}  # fmt: skip
    return "、".join(f"{words[group]}{count}件" for group, count in groups.items() if count)


def _disputes(draft: Draft, rng: random.Random) -> str:
    said = draft.said
    review = said("disputes.reconsideration.total")
    suits = said("disputes.litigation_direct.total") + said("disputes.litigation_after_reconsideration.total")
    if not review and not suits:
        return rng.choice(
            (
                "全年未发生因政府信息公开引起的行政复议和行政诉讼。",
                "本年度没有因政府信息公开被申请行政复议、提起行政诉讼的情况。",
            )
        )
    return rng.choice(
        (
            f"因政府信息公开被申请行政复议{review}件、提起行政诉讼{suits}件。",
            f"全年发生政府信息公开行政复议{review}件，政府信息公开行政诉讼{suits}件。",
        )
    )


# ---------------------------------------------------------------------------------------------------------- printing


def put(draft: Draft) -> None:
    """What each cell prints, zeros and figures by the report's habits."""
    grouped, wide, counted = (draft.rng.random() < chance for chance in (0.15, 0.08, 0.05))
    for key, value in draft.cells.items():
        text = f"{value:f}" if isinstance(value, Decimal) else str(value)
        if value == 0 and draft.blank:
            text = ""
        elif value == 0 and draft.dashes and draft.rng.random() < 0.3:
            text = draft.rng.choice("—-／/")
        elif grouped and isinstance(value, int) and value >= 1000:
            text = f"{value:,}"
        if text and counted and key.startswith("applications") and value:
            text += "件"
        if wide:
            text = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.,"})
        draft.truth.printed[key] = text


def may_blank(cells: dict[str, Number]) -> bool:
    """Whether a report may leave its zeros blank and still show that it was filled in."""
    return all(sum(1 for key, value in cells.items() if key.startswith(t) and value) > 1 for t in ("pro", "app"))


_CHROME = (
    "<div class='top'><a href='/'>首页</a> &gt; <a href='#'>政府信息公开</a> &gt; 政府信息公开年报</div>",
    "<table><tr><td>索引号：</td><td>0143/{year}-00175</td><td>信息分类：</td><td>年报</td></tr>"
    "<tr><td>发布机构：</td><td>{agency}</td><td>发文日期：</td><td>{date}</td></tr></table>",
    "<ul><li><a href='#'>政府信息公开指南</a></li><li><a href='#'>法定主动公开内容</a></li></ul>",
)


def _grid(table: Table, style: str) -> str:
    rows = []
    for row in table:
        cells = []
        for slot in row:
            text = markup.escape(slot.text)
            if style == "word":
                text = f"<p class=MsoNormal><span style='font-family:仿宋'>{text}</span><o:p></o:p></p>"
            if style == "divs":
                cells.append(f"<div style='display:table-cell'>{text}</div>")
            else:
                spans = f" colspan={slot.columns}" * (slot.columns > 1) + f" rowspan={slot.rows}" * (slot.rows > 1)
                cells.append(f"<td{spans}>{text}</td>")
        rows.append(
            f"<div style='display:table-row'>{''.join(cells)}</div>"
            if style == "divs"
            else f"<tr>{''.join(cells)}</tr>"
        )
    body = "".join(rows)
    return f"<div style='display:table'>{body}</div>" if style == "divs" else f"<table border=1>{body}</table>"


def _html(draft: Draft) -> bytes:
    truth, rng = draft.truth, draft.rng
    parts = []
    for kind, text in story(truth):
        if kind == "table":
            if text not in draft.dropped:
                parts.append(_grid(draft.sheets[text], draft.layout))
        elif kind == "title":
            parts.append(
                f"<h1>{text}</h1><p class=info>发布日期：{truth.published_on} 浏览次数：{rng.randint(3, 900)}</p>"
            )
        elif kind == "heading":
            parts.append(f"<p><b>{text}</b></p>")
        else:
            parts.append(f"<p>{text}</p>")
    body = "".join(parts)
    chrome = rng.choice(_CHROME).format(year=truth.year, agency=truth.agency, date=truth.published_on)
    if draft.layout == "nested":
        body = f"<table width=980><tr><td>{chrome}</td></tr><tr><td>{body}</td></tr></table>"
    elif rng.random() < 0.5:
        body = chrome + body
    page = (
        f"<!DOCTYPE html><html><head><title>{truth.title}</title></head><body>{body}"
        f"<div class=foot>主办：{truth.agency} 网站标识码：5115{rng.randint(100000, 999999)}</div></body></html>"
    )
    return page.encode("gb18030" if rng.random() < 0.2 else "utf-8")


def _text(draft: Draft) -> bytes:
    out = []
    for kind, text in story(draft.truth):
        if kind == "table":
            if text not in draft.dropped:
                out += ["\t".join(slot.text for slot in row) for row in draft.sheets[text]] + [""]
        else:
            out += [text, ""]
    return "\n".join(out).encode()


LAYOUTS = ("plain", "plain", "plain", "word", "word", "divs", "nested", "text", "pdf")


@dataclass(frozen=True, slots=True)
class Made:
    """A printed report. ``must`` are the rules that have to speak (none of a sound report), ``may`` those that may."""

    name: str
    data: bytes
    truth: Truth
    layout: str
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()


def build(
    world: World, body: Body, year: int, flaw: tuple[str, Flaw] | None = None, salt: str = "", layout: str = ""
) -> Made | None:
    """One report, sound or with a flaw put in at its stage (figures, words, print, tables). None where the flaw does
    not suit the body's figures."""
    seed = f"{world.seed} {body.name} {year} {salt}"
    rng = random.Random(f"print {seed}")
    form = form_of(year)
    day = f"{year + 1}-{'03' if body.aggregate else '01'}-{rng.randint(4, 28):02d}"
    truth = Truth(body.name, year, form, day, dict(world.cells[body.name, year]))
    draft = Draft(world, body, truth, rng, (body.name, year))
    draft.layout = layout or rng.choice(LAYOUTS)
    habit = rng.random()
    draft.blank = habit < 0.25 and may_blank(truth.cells)
    draft.dashes = not draft.blank and habit > 0.92
    must: set[str] = set()
    may: set[str] = set()

    def spoil(stage: str) -> bool:
        if flaw is None or flaw[0] != stage:
            return True
        found = flaw[1](draft)
        if found is None:
            return False
        must.update(found[0])
        may.update(found[1])
        return True

    if flaw is not None and flaw[0] == "tables" and draft.layout in {"pdf", "text"}:
        draft.layout = "plain"
    if not spoil("figures"):
        return None
    write(draft)
    if not spoil("words"):
        return None
    put(draft)
    if not spoil("print"):
        return None
    draft.sheets = tables(truth)
    if not spoil("tables"):
        return None
    if draft.layout == "pdf":
        data, suffix = pdf.render(truth, rng, "ruled"), "pdf"
    elif draft.layout == "text":
        data, suffix = _text(draft), "txt"
    else:
        data, suffix = _html(draft), "html"
    return Made(f"{body.name}-{year}.{suffix}", data, truth, draft.layout, frozenset(must), frozenset(may))


__all__ = ["ARTICLE", "COUNTIES", "NUMERALS", "YEARS", "Body", "Draft", "Flaw", "Made", "Slot", "World", "build"]
