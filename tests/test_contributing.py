"""What CONTRIBUTING.md says of adding a rule, a family, a reader, a job, a mail, a column is followed to the letter in a copy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PARTS = ("alerts", "cli", "crawler", "demo", "docs", "exchange", "models", "reports", "summaries", "tests", "workers")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without what it has made."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for path in [*ROOT.glob("*.py"), ROOT / "CONTRIBUTING.md"]:
        shutil.copy(path, tmp_path)
    return tmp_path


def run(copy: Path, code: str) -> str:
    """What Python prints that runs this in the copy."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=copy,
        env={k: v for k, v in os.environ.items() if not k.startswith("NIANBAO_")} | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_field_that_the_guide_names_for_a_rule_is_one_and_no_needed_one_is_left_out():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    entry = guide.partition("## Add a rule")[2].partition("##")[0]
    named = set(re.findall(r"[a-z_]+", entry.partition("rules.yaml`:")[2].partition("Ids are")[0]))
    from reports.checks.catalogue import Rule

    needed = {name for name, field in Rule.model_fields.items() if field.is_required()}
    assert needed <= named, needed - named


RULE = """
- id: FMT-TRIAL
  title: 试行规则
  severity: notice
  forms: ["2021"]
  scope: table
  needs: []
  formula: "{formula}"
  tolerance: 0
  cells: ["applications.new.total"]
  basis: 试行
  message: "{{agency}}{{year}}年表三新收总计请核实。"
  traps: ["zero requests are no fault"]
  meaning: "新收总计不超过三"
  example: "填报4"
{more}"""

CHECK = """
from reports.checks import checking
from reports.checks.context import Context
from reports.report import Cell, Report, Source
def said(value):
    report = Report(Source("a", "a" * 64, 1, "text/html", "html"), kind="annual_report", agency="甲局", year=2023, form="2021",
                    cells={"applications.new.total": Cell(value, str(value))})
    return [f.rule for f in checking.run(report, Context(agency="甲局", year=2023), rules=["FMT-TRIAL"]).findings]
print(said(4), said(3))
"""


def test_a_rule_that_the_formula_language_can_say_is_one_entry(copy: Path):
    append(
        copy / "reports/data/rules.yaml",
        RULE.format(formula="applications.new.total <= 3", more="  arithmetic: true\n"),
    )
    assert run(copy, CHECK) == "['FMT-TRIAL'] []"
    run(copy, "from reports.checks import document; document.main(['docs/rules.md'])")
    assert "FMT-TRIAL" in (copy / "docs/rules.md").read_text(encoding="utf-8")


def test_a_rule_that_it_cannot_say_is_an_entry_and_a_function(copy: Path):
    append(copy / "reports/data/rules.yaml", RULE.format(formula="the total is at most three", more=""))
    append(
        copy / "reports/checks/rules/table_form.py",
        '''

@implements("FMT-TRIAL")
def trial(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Nobody gets four requests."""
    total = (inputs.doc.cells or {})["applications.new.total"].value
    yield holds() if total is not None and total <= 3 else violation(inputs, rule, cells=["applications.new.total"])
''',
    )
    assert run(copy, CHECK) == "['FMT-TRIAL'] []"


@pytest.mark.parametrize(("more", "says"), [("  formular: x\n", "formular"), ("", "FMT-TRIAL")])
def test_an_entry_that_would_never_run_is_one_line_that_names_it(copy: Path, more: str, says: str):
    append(copy / "reports/data/rules.yaml", RULE.format(formula="in words", more=more))
    said = run(copy, "try:\n    from reports.checks import checking\nexcept Exception as error:\n    print(error)")
    assert says in said
    assert "\n" not in said


FAMILY = '''"""A trial family: an unordered list with a line that counts."""

from __future__ import annotations

import re

from crawler.families.base import Ask, End, Family, Step
from crawler.pages import Listing, Page


class Trial(Family):
    """All items stand on one page, which says how many there are."""

    name = "trial"
    ends = frozenset({"total"})

    def read(self, page: Page, ask: Ask) -> Step:
        rows = [Listing(str(link.get("href")), str(link.text)) for link in page.tree.iter("a")]
        return Step(rows, end=End(total=int(re.search(r"共(\\d+)条", page.text)[1])))


FAMILY = Trial()
'''


def test_a_portal_family_is_a_module_and_its_marks(copy: Path):
    (copy / "crawler/families/trial.py").write_text(FAMILY, encoding="utf-8")
    marks = copy / "crawler/families/fingerprints.yaml"
    text = marks.read_text(encoding="utf-8")
    marks.write_text(
        text.replace("- family: ", "- family: trial\n  page: ['x-trial-portal']\n- family: ", 1), encoding="utf-8"
    )
    said = run(
        copy,
        """
from crawler.families import recognise
from crawler.families.base import Ask, unproven
from crawler.pages import Page
from tests.test_contributing import page_of
page = page_of("http://a.gov.cn/nb/", "<p>x-trial-portal 共1条</p><ul><li><a href='1.html'>某局2023年年度报告</a></ul>")
family = recognise(page)
step = family.read(page, Ask(page.url))
print(family.name, len(step.rows), unproven(family, [step.end], 1, 1) or "whole", unproven(family, [step.end], 0, 1))
""",
    )
    assert said == "trial 1 whole the list states 1 items, 0 were listed"


def test_a_family_that_does_not_say_how_its_lists_end_cannot_be_made(copy: Path):
    (copy / "crawler/families/trial.py").write_text(
        FAMILY.replace('frozenset({"total"})', "frozenset()"), encoding="utf-8"
    )
    said = run(copy, "try:\n    import crawler.families\nexcept TypeError as error:\n    print(error)")
    assert "how its lists show their end" in said


def page_of(url: str, text: str):
    """A page as the watcher has it."""
    from crawler.pages import Page

    return Page(url, text.encode(), "text/html")


def test_a_reader_is_a_module_a_sign_and_a_line(copy: Path):
    (copy / "reports/formats/trial.py").write_text(
        '''"""A trial format: lines of text behind a sign."""

from __future__ import annotations

from reports.blocks import At, Blocks, Paragraph


def blocks(data: bytes) -> Blocks:
    """Each line a paragraph."""
    lines = data.removeprefix(b"TRIAL1").decode("utf-8").splitlines()
    return Blocks("trial", [Paragraph(line, At()) for line in lines])
''',
        encoding="utf-8",
    )
    change(copy / "reports/formats/__init__.py", '    "html": ', '    "trial": "reports.formats.trial",\n    "html": ')
    change(
        copy / "reports/sniff.py",
        '    if data.startswith(b"Rar!',
        '    if data.startswith(b"TRIAL1"):\n        return Sniffed("trial", "application/x-trial")\n'
        '    if data.startswith(b"Rar!',
    )
    said = run(
        copy,
        "from reports import reader\n"
        "text = 'TRIAL1某县统计局2023年政府信息公开工作年度报告\\n一、总体情况\\n正常。'\n"
        "report = reader.read(text.encode(), 'a.trial')\n"
        "print(report.error, report.year, report.agency, report.source.media_type)",
    )
    assert said == "None 2023 某县统计局 application/x-trial"


def test_a_job_by_the_clock_is_a_line_of_the_timetable(copy: Path):
    change(
        copy / "scheduler.py",
        '        Job("due sources"',
        '        Job("trial", lambda clock, now: print("ran", now.year), every=60),\n        Job("due sources"',
    )
    said = run(
        copy,
        "import config, scheduler\nfrom datetime import datetime, UTC\n"
        "jobs = {job.name: job for job in scheduler.timetable(config.settings())}\n"
        "jobs['trial'].run(None, datetime(2027, 1, 1, tzinfo=UTC))",
    )
    assert said == "ran 2027"


QUEUE = '''

def queue_trial(session: Session, settings: Settings, said: str, now: datetime) -> int | None:
    """Tell the ops side once."""
    message = rendered("trial", {"subject": "试行", "said": said})
    return outbox.queue(session, settings, Entry("trial:1", "trial", "ops", settings.ops_mail, message, ["trial:1"]), now)
'''


def test_a_kind_of_mail_is_two_templates_and_a_function(copy: Path):
    templates = copy / "alerts/templates"
    (templates / "trial.txt").write_text("{{ said|brief }}\n", encoding="utf-8")
    (templates / "trial.html").write_text(
        "{% extends 'sheet.html' %}{% block body %}<p>{{ said|brief }}</p>{% endblock %}", encoding="utf-8"
    )
    append(copy / "alerts/run.py", QUEUE)
    change(copy / "alerts/run.py", "    compose_test,\n", "    compose_test,\n    rendered,\n")
    said = run(
        copy,
        """
import config, pathlib
from alerts import run
from models import base, mails
settings = config.Settings(data_dir=pathlib.Path("var"), ops_mail=("ops@example.org",), _env_file=None)
base.upgrade("sqlite:///x.db")
for turn in range(2):
    with base.transaction(base.make_engine("sqlite:///x.db")) as session:
        number = run.queue_trial(session, settings, "a<b", base.utcnow())
        if number:
            mail = session.get(mails.Mail, number)
            print(mail.recipients, mail.text.strip(), "a&lt;b" in mail.html)
        else:
            print("told already")
""",
    )
    assert said.splitlines() == ["['ops@example.org'] a<b True", "told already"]


def test_a_column_of_an_export_is_a_line_and_its_chinese_head(copy: Path):
    change(
        copy / "models/exports.py",
        '            "short_name": agency.short_name,',
        '            "short_name": agency.short_name,\n            "trial": len(agency.name),',
    )
    words = copy / "exchange/words.yaml"
    words.write_text(
        words.read_text(encoding="utf-8").replace(
            "short_name: 简称, level: 层级", "short_name: 简称, trial: 试行列, level: 层级", 1
        ),
        encoding="utf-8",
    )
    said = run(
        copy,
        """
import openpyxl, pathlib
from exchange import export
from models import base, exports
from tests.models.rows import body
base.upgrade("sqlite:///x.db")
with base.transaction(base.make_engine("sqlite:///x.db")) as session:
    body(session, "甲县统计局")
    export.write(exports.export_agencies(session), "agencies", "xlsx", pathlib.Path("a.xlsx"))
rows = openpyxl.load_workbook("a.xlsx").active
print([cell.value for cell in rows[1]][2], [cell.value for cell in rows[2]][2])
""",
    )
    assert said == "试行列 5"
