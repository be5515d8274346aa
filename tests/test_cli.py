"""The command line as people and programs meet it: each call is a process of its own."""

from __future__ import annotations

import json
import random
from pathlib import Path

import openpyxl
import pytest
from reportlab.lib import pdfencrypt
from reportlab.pdfgen import canvas

from models import base, work
from tests.calling import nianbao

ROOT = Path(__file__).parents[1]
COMMANDS = (
    "demo", "up", "watch", "read", "check", "status", "summary", "export", "doctor", "agencies import", "agencies list",
    "agencies template", "alerts run", "alerts test", "alerts list", "alerts show", "queue", "queue retry", "queue drop",
    "db upgrade", "findings list", "findings confirm",
    "findings waive", "findings reopen", "rules params", "aggregate", "letters", "rules test", "submit",
    "agencies starter", "agencies confirm", "agencies render", "unassigned", "unassigned assign", "unassigned dismiss",
    "discover",
)  # fmt: skip


def sheet(path: Path, *rows: str) -> Path:
    path.write_text("name,level,kind,reports_url\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command, tmp_path):
    from typer.testing import CliRunner

    from cli.app import app

    answer = CliRunner().invoke(app, [*command.split(), "--help"], terminal_width=200)
    assert answer.exit_code == 0
    assert f"nianbao {command.split()[0]}" in answer.stdout
    assert "Example:" in answer.stdout


def test_a_bad_row_is_named_by_row_and_column_and_nothing_is_imported(tmp_path):
    bad = sheet(tmp_path / "s.csv", "甲县水利局,county,department,http://a.gov.cn/", "乙县水利局,洲,department,")
    answer = nianbao("agencies", "import", str(bad), cwd=tmp_path)
    assert answer.returncode == 2
    assert "row 3, column level" in answer.stderr
    assert nianbao("agencies", "list", "--json", cwd=tmp_path).stdout == ""
    assert nianbao("agencies", "import", str(bad), "--skip-bad", cwd=tmp_path).returncode == 0
    (line,) = nianbao("agencies", "list", "--json", cwd=tmp_path).stdout.splitlines()
    assert json.loads(line)["name"] == "甲县水利局"


def test_a_body_nobody_looked_at_cannot_be_told_and_strict_says_that_something_needs_attention(tmp_path):
    nianbao(
        "agencies",
        "import",
        str(sheet(tmp_path / "s.csv", "甲县水利局,county,department,http://a.gov.cn/")),
        cwd=tmp_path,
    )
    answer = nianbao("status", "--year", "2023", "--json", "--strict", cwd=tmp_path)
    (row,) = map(json.loads, answer.stdout.splitlines())
    assert (row["state"], answer.returncode) == ("cannot_tell", 1)
    assert "甲县水利局" in nianbao("status", "--year", "2023", cwd=tmp_path).stdout


def test_the_template_can_be_filled_in_and_imported(tmp_path):
    path = tmp_path / "bodies.xlsx"
    assert nianbao("agencies", "template", str(path), cwd=tmp_path).returncode == 0
    book = openpyxl.load_workbook(path)
    active = book.active
    assert active is not None
    head = [cell.value for cell in active[1]]
    active.append([{"单位全称（必填）": "甲县水利局", "层级（必填）": "县级"}.get(str(name)) for name in head])
    book.save(path)
    assert "added 1" in nianbao("agencies", "import", str(path), cwd=tmp_path).stdout


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "jsonl"])
def test_every_export_is_written_whole(form, tmp_path):
    nianbao(
        "agencies",
        "import",
        str(sheet(tmp_path / "s.csv", "甲县水利局,county,department,http://a.gov.cn/")),
        cwd=tmp_path,
    )
    out = tmp_path / f"x.{form}"
    answer = nianbao("export", "agencies", "--format", form, "--out", str(out), cwd=tmp_path)
    assert answer.returncode == 0
    assert out.stat().st_size > 50


@pytest.fixture(scope="module")
def broken(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("broken")
    report = (ROOT / "demo" / "data" / "tjj-spt.pdf").read_bytes()
    files = {name: folder / name for name in ("empty.pdf", "cut.pdf", "garbage.html", "encrypted.pdf")}
    files["empty.pdf"].write_bytes(b"")
    files["cut.pdf"].write_bytes(report[:300])  # of half of it, what is whole is read
    rng = random.Random(5)
    pieces = [rng.choice([b"<table><tr><td>", b"</td>", b"<div>", b"\xff\xfe9", b"</tr>", b"<p>"]) for _ in range(4096)]
    files["garbage.html"].write_bytes((b"<html><body>" + b"".join(pieces) * 600)[:20_000_000])
    page = canvas.Canvas(str(files["encrypted.pdf"]), encrypt=pdfencrypt.StandardEncryption("secret"))
    page.drawString(100, 700, "x")
    page.save()
    return files


@pytest.mark.parametrize("name", ["empty.pdf", "cut.pdf", "garbage.html", "encrypted.pdf"])
def test_an_unreadable_file_gives_one_clear_line_and_status_2(name, broken, tmp_path):
    answer = nianbao("read", str(broken[name]), "--json", cwd=tmp_path)
    assert answer.returncode == 2
    result = json.loads(answer.stdout)
    assert result["error"]
    assert "cells" not in result
    assert len(answer.stderr.strip().splitlines()) == 1
    assert name in answer.stderr


def test_the_rest_of_a_batch_is_read_after_an_unreadable_file(broken, tmp_path):
    good = ROOT / "demo" / "data" / "tjj-spt.pdf"
    answer = nianbao("read", str(broken["cut.pdf"]), str(good), "--json", cwd=tmp_path)
    first, second = map(json.loads, answer.stdout.splitlines())
    assert "error" in first
    assert (second["agency"], second["year"], len(second["cells"])) == ("沙坡头区统计局", 2020, 198)


def test_strict_checking_says_that_there_is_an_error(tmp_path):
    good = ROOT / "demo" / "data" / "tjj-spt.pdf"
    assert nianbao("check", str(good), cwd=tmp_path).returncode == 0
    answer = nianbao("check", str(good), "--strict", "--json", cwd=tmp_path)
    assert answer.returncode == 1
    assert "STR-SECTIONS" in [finding["rule"] for finding in json.loads(answer.stdout)["findings"]]


def test_an_explanation_names_operands_and_outcome(tmp_path):
    good = ROOT / "demo" / "data" / "tjj-spt.pdf"
    answer = nianbao("check", str(good), "--explain", "APP-BALANCE-TOTAL", cwd=tmp_path)
    assert answer.returncode == 0
    assert "applications.new.total" in answer.stdout


@pytest.mark.parametrize(
    "arguments",
    [("read", "nothing.pdf"), ("export", "everything"), ("status", "--under", "没有这个局"), ("alerts", "show", "9"),
     ("summary", "--period", "century"), ("queue", "retry"), ("nonsense",), ("alerts", "run", "--now", "soon"),
     ("findings", "confirm", "7", "--by", "x"), ("findings", "list", "--state", "lost")],
)  # fmt: skip
def test_wrong_usage_is_status_2_and_never_a_traceback(arguments, tmp_path):
    answer = nianbao(*arguments, cwd=tmp_path)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr


def test_a_wrong_setting_is_named_and_secrets_are_hidden(tmp_path):
    assert "NIANBAO_CRAWL_DELAY" in nianbao("status", cwd=tmp_path, crawl_delay="fast").stderr
    answer = nianbao("doctor", cwd=tmp_path, smtp_url="smtp://u:geheim@127.0.0.1:9")
    assert answer.returncode == 1
    assert "geheim" not in answer.stdout + answer.stderr


def test_an_office_sets_its_parameters_and_a_wrong_one_changes_nothing(tmp_path):
    from typer.testing import CliRunner

    import config
    from cli.app import Refused, app

    runner = CliRunner(env={"NIANBAO_DATA_DIR": str(tmp_path / "var"), "NIANBAO_LOG_LEVEL": "ERROR"})
    config.settings.cache_clear()
    try:
        file = tmp_path / "s.csv"
        file.write_text("name,level,kind,office_email\n甲县人民政府,county,government,a@example.cn\n", encoding="utf-8")
        assert runner.invoke(app, ["agencies", "import", str(file)]).exit_code == 0
        params = ["rules", "params", "--of", "甲县人民政府"]
        said = runner.invoke(app, [*params, "--set", "local_deadlines.publish=01-25", "--by", "王芳", "--json"])
        assert json.loads(said.stdout)["params"] == {"local_deadlines": {"publish": "01-25"}}
        wrong = runner.invoke(app, [*params, "--set", "local_deadlines.publish=02-30", "--by", "王芳"])
        assert isinstance(wrong.exception, Refused)
        assert "local_deadlines" in str(wrong.exception)
        nobody = runner.invoke(app, [*params, "--unset", "local_deadlines"])
        assert "--by" in str(nobody.exception)
        assert json.loads(runner.invoke(app, [*params, "--json"]).stdout)["params"] != {}
        back = runner.invoke(app, [*params, "--unset", "local_deadlines.publish", "--by", "王芳", "--json"])
        assert json.loads(back.stdout)["params"] == {}
    finally:
        config.settings.cache_clear()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"database_url": "nonsense"}, "is no database address"),
        ({"database_url": "mysql://me:geheim@db/x"}, "which is not used here"),
        ({"database_url": "sqlite:////proc/none/x.db"}, "cannot be reached"),
        ({"data_dir": "/proc/none"}, "NIANBAO_DATA_DIR /proc/none cannot be used"),
        ({"data_dir": "file"}, "it is no folder"),
        ({"timezone": "Mars"}, "NIANBAO_TIMEZONE"),
    ],
)
def test_what_the_environment_does_not_give_is_one_line_and_exit_status_2(tmp_path, settings, words):
    (tmp_path / "file").write_text("")
    answer = nianbao("status", cwd=tmp_path, **settings)
    assert answer.returncode == 2, answer.stderr
    assert words in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "geheim" not in answer.stderr
    assert not (tmp_path / "var" / "defects.log").exists()


def test_a_full_disk_is_one_line_and_exit_status_2(tmp_path):
    if not Path("/dev/full").is_char_device():
        pytest.skip("no device here that is always full")
    nianbao("agencies", "import", str(sheet(tmp_path / "s.csv", "甲县水利局,county,department,")), cwd=tmp_path)
    for form in ("csv", "xlsx"):
        answer = nianbao("export", "agencies", "--out", "/dev/full", "--format", form, cwd=tmp_path)
        assert answer.returncode == 2
        assert len(answer.stderr.strip().splitlines()) == 1


def test_the_version_is_told(tmp_path):
    answer = nianbao("--version", cwd=tmp_path)
    assert answer.returncode == 0
    assert answer.stdout.startswith("nianbao 0.")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("agencies list", "agencies template"),
        ("status", "agencies import"),
        ("findings list", "watch --once"),
        ("alerts list", "alerts run --dry-run"),
    ],
)
def test_nothing_to_show_says_what_to_do_next(tmp_path, command, words):
    answer = nianbao(*command.split(), cwd=tmp_path)
    assert answer.returncode == 0
    assert words in answer.stderr
    assert nianbao(*command.split(), "--json", cwd=tmp_path).stderr == ""


def test_the_timetable_is_shown_with_what_runs_next_and_who_would_run_it(tmp_path):
    above = tmp_path / "s.csv"
    above.write_text("name,level,office_email\n甲县人民政府,county,zf@a.gov.cn\n", encoding="utf-8")
    nianbao("agencies", "import", str(above), cwd=tmp_path)
    answer = nianbao("schedule", "list", "--json", cwd=tmp_path)
    rows = {(row["job"], row["office"]): row for row in map(json.loads, answer.stdout.splitlines())}
    assert rows["decide alerts", ""]["when"] == "0 9 * * *"
    assert rows["decide alerts", ""]["result"] == ""
    month = rows["summary month", "甲县人民政府政府信息公开工作主管部门"]
    assert month["next_run"].endswith("-01T07:00:00+08:00")
    assert "no scheduler is active" in nianbao("schedule", "list", cwd=tmp_path).stderr
    assert "no scheduler is active" in nianbao("doctor", cwd=tmp_path).stdout


def test_a_summary_is_mailed_once_to_the_office_of_the_bodies_it_is_about(tmp_path):
    above = tmp_path / "s.csv"
    above.write_text("name,level,office_email\n甲县人民政府,county,zf@a.gov.cn\n", encoding="utf-8")
    nianbao("agencies", "import", str(above), cwd=tmp_path)
    call = ("summary", "--period", "month", "--under", "甲县人民政府", "--out", "s", "--send")
    assert "queued mail 1 to zf@a.gov.cn" in nianbao(*call, cwd=tmp_path).stdout
    assert "queued or sent already" in nianbao(*call, cwd=tmp_path).stdout
    assert len(nianbao("alerts", "list", "--json", cwd=tmp_path).stdout.splitlines()) == 1
    whole = nianbao("summary", "--out", "s", "--send", cwd=tmp_path)
    assert whole.returncode == 2
    assert "nobody gets it" in whole.stderr


def test_the_doctor_names_a_setting_that_is_none(tmp_path):
    (tmp_path / ".env").write_text("NIANBAO_SMPT_URL=smtp://mail\n", encoding="utf-8")
    answer = nianbao("doctor", cwd=tmp_path, ofice_mail="a@b.cn")
    assert answer.returncode == 1
    assert "NIANBAO_OFICE_MAIL, NIANBAO_SMPT_URL: no such setting" in answer.stdout


def test_the_queue_shows_fifty_failures_and_says_how_many_more_there_are_and_json_has_them_all(tmp_path):
    url = f"sqlite:///{tmp_path}/q.sqlite3"
    base.upgrade(url)
    engine = base.make_engine(url)
    with base.transaction(engine) as session:
        for number in range(60):
            piece = work.add(session, "read", number, base.utcnow())
            piece.state, piece.error, piece.error_kind = "failed", f"trouble {number}.", "defect"
    engine.dispose()
    shown = nianbao("queue", cwd=tmp_path, database_url=url).stdout
    assert "识读 49" in shown
    assert "程序缺陷" in shown
    assert ("trouble 49." in shown, "trouble 50." in shown, "and 10 more" in shown) == (True, False, True)
    whole = json.loads(nianbao("queue", "--json", cwd=tmp_path, database_url=url).stdout)
    assert len(whole["failed_items"]) == whole["failed"] == 60
    assert whole["to_read_anew"] == 0
    assert "60 will be tried again" in nianbao("queue", "retry", "--all", cwd=tmp_path, database_url=url).stdout
