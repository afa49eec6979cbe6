"""Which way things flow: `service` → `cards`, never back; and who may import what (docs/architecture.md)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]

TOPICS = {"eligibility", "refractoriness", "combination", "prior_auth"}
GROUND = {"facts", "verdict", "sources"}
ABOVE = {  # part of cards → the parts of cards that stand on it, which it never imports
    **{part: {"liver", "staging", "response", "assess", "timeline", *TOPICS} for part in GROUND},
    "liver": {"staging", "response", "assess", "timeline", *TOPICS},
    "staging": {"response", "assess", "timeline", *TOPICS},
    "response": {"assess", "timeline", *TOPICS},
    "published": {"assess", "timeline", *TOPICS},
    **{topic: {"assess", "timeline", *(TOPICS - {topic})} for topic in TOPICS},
}

ONLY_IN = {  # package → the files and folders of service that may import it
    "flask": (
        "service/app.py",
        "service/hooks/",
        "service/pages/",
        "service/knowledge/",
        "service/sandbox/fhir.py",
        "service/errors.py",
    ),
    "requests": ("service/outgoing.py", "service/cli.py"),
    "sqlalchemy": ("service/store/",),
    "alembic": ("service/store/",),
    "fhir.resources": ("service/fhir/read/", "service/fhir/read.py", "service/fhir/write/", "service/fhir/write.py"),
    "service.cohort": ("service/cohort/", "service/cli.py"),
    "matplotlib": ("service/cohort/report/",),
    "pyarrow": ("service/cohort/report/",),
    "pyspark": ("service/cohort/spark.py",),
    "tqdm": ("service/cohort/",),
}

CLOCK_AND_ENVIRONMENT = {
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "monotonic", "perf_counter")),
    *(f"os.{name}" for name in ("environ", "environb", "getenv", "getenvb")),
}


class Import(NamedTuple):
    file: str
    line: int
    module: str  # absolute; for `from a import b` both `a.b` and, where b is *, `a.*`
    alias: str  # the name it has in the file

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def python_files(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def imports_of(file: Path, root: Path) -> list[Import]:
    name = file.relative_to(root).as_posix()
    found = []
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            # `import a.b` binds a, `import a.b as c` binds c to a.b
            found += [Import(name, node.lineno, each.name, each.asname or "") for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = list(Path(name).parent.parts)
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found += [Import(name, node.lineno, f"{base}.{each.name}", each.asname or each.name) for each in node.names]
    return found


def is_or_is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def all_imports(root: Path, *folders: str) -> Iterator[Import]:
    for file in python_files(root, *folders):
        yield from imports_of(file, root)


def foreign_imports_of_cards(root: Path) -> list[str]:
    at_home = sys.stdlib_module_names | {"cards"}
    return [str(each) for each in all_imports(root, "cards") if each.module.split(".")[0] not in at_home]


def upward_imports_in_cards(root: Path) -> list[str]:
    wrong = []
    for each in all_imports(root, "cards"):
        part = each.file.split("/")[1].removesuffix(".py")
        target = each.module.split(".")
        if target[0] == "cards" and len(target) > 1 and (target[1] == "*" or target[1] in ABOVE.get(part, ())):
            wrong.append(str(each))
    return wrong


def imports_out_of_place(root: Path, package: str) -> list[str]:
    return [
        str(each)
        for each in all_imports(root, "service", "cards")
        if is_or_is_in(each.module, package) and not each.file.startswith(ONLY_IN[package])
    ]


def r5_imports(root: Path) -> list[str]:
    """`fhir.resources` 8 keeps R5 at its top level; only R4B reads what an R4 server sends."""
    return [
        str(each)
        for each in all_imports(root, "service", "cards", "tests", "benchmarks")
        if is_or_is_in(each.module, "fhir.resources") and not is_or_is_in(each.module, "fhir.resources.R4B")
    ]


def clock_and_environment_reads(root: Path) -> list[str]:
    wrong = []
    for file in python_files(root, "cards"):
        imports = imports_of(file, root)
        full_names = {each.alias: each.module for each in imports if each.alias}
        wrong += [str(each) for each in imports if each.module in CLOCK_AND_ENVIRONMENT]
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Attribute):
                head, _, rest = ast.unparse(node).partition(".")
                name = f"{full_names.get(head, head)}.{rest}"
                if name in CLOCK_AND_ENVIRONMENT:
                    wrong.append(f"{file.relative_to(root).as_posix()}:{node.lineno} reads {name}")
    return wrong


def test_cards_import_only_the_standard_library_and_cards():
    assert foreign_imports_of_cards(ROOT) == []


def test_cards_never_import_upward_nor_one_topic_another():
    assert upward_imports_in_cards(ROOT) == []


@pytest.mark.parametrize("package", ONLY_IN)
def test_package_is_imported_only_in_its_place(package):
    assert imports_out_of_place(ROOT, package) == []


def test_fhir_models_are_r4b():
    assert r5_imports(ROOT) == []


def test_cards_read_neither_clock_nor_environment():
    assert clock_and_environment_reads(ROOT) == []


# Each of the above must be able to fail.

VIOLATIONS = [
    (foreign_imports_of_cards, "cards/liver/albi.py", "import flask"),
    (foreign_imports_of_cards, "cards/facts.py", "from service.fhir import read"),
    (foreign_imports_of_cards, "cards/facts.py", "def late():\n    import service"),
    (upward_imports_in_cards, "cards/eligibility/rules.py", "from cards.refractoriness import jsh"),
    (upward_imports_in_cards, "cards/eligibility/rules.py", "from ..combination import rules"),
    (upward_imports_in_cards, "cards/prior_auth/policy.py", "from cards import eligibility"),
    (upward_imports_in_cards, "cards/refractoriness/card.py", "import cards.prior_auth.card as card"),
    (upward_imports_in_cards, "cards/combination/rules.py", "from cards.assess import assess"),
    (upward_imports_in_cards, "cards/liver/albi.py", "from cards.staging.bclc import stage"),
    (upward_imports_in_cards, "cards/staging/bclc.py", "from cards.response import sessions"),
    (upward_imports_in_cards, "cards/response/sessions.py", "from cards.eligibility import rules"),
    (upward_imports_in_cards, "cards/response/sessions.py", "from cards.timeline.picture import timeline_svg"),
    (upward_imports_in_cards, "cards/facts.py", "from .liver import albi"),
    (upward_imports_in_cards, "cards/verdict.py", "from cards import *"),
    (lambda root: imports_out_of_place(root, "flask"), "service/settings.py", "from flask import g"),
    (lambda root: imports_out_of_place(root, "requests"), "service/hooks/prefetch.py", "import requests.adapters"),
    (lambda root: imports_out_of_place(root, "sqlalchemy"), "service/hooks/feedback.py", "from sqlalchemy import text"),
    (lambda root: imports_out_of_place(root, "alembic"), "service/cli.py", "import alembic.command"),
    (lambda root: imports_out_of_place(root, "fhir.resources"), "service/app.py", "from fhir.resources import R4B"),
    (r5_imports, "service/fhir/read/labs.py", "from fhir.resources.observation import Observation"),
    (r5_imports, "service/fhir/read/labs.py", "from fhir.resources import patient"),
    (r5_imports, "tests/fhir/test_labs.py", "import fhir.resources"),
    (clock_and_environment_reads, "cards/assess.py", "from datetime import datetime\nnow = datetime.now()"),
    (clock_and_environment_reads, "cards/assess.py", "import datetime as dt\nday = dt.date.today()"),
    (clock_and_environment_reads, "cards/assess.py", "from datetime import date as day\nx = day.today()"),
    (clock_and_environment_reads, "cards/assess.py", "import time\nx = time.time()"),
    (clock_and_environment_reads, "cards/assess.py", "import os\nx = os.environ['X']"),
    (clock_and_environment_reads, "cards/assess.py", "from os import environ"),
]

ALLOWED = [
    (
        "cards/eligibility/rules.py",
        "from datetime import date\nfrom cards.response.sessions import last\nimport tomllib",
    ),
    ("cards/staging/bclc.py", "from ..liver import child_pugh\nfrom cards.verdict import Finding"),
    (
        "cards/assess.py",
        "from cards import eligibility, refractoriness\nfrom datetime import date\nd = date(2026, 1, 2)",
    ),
    ("service/hooks/routes.py", "from flask import Blueprint\nfrom cards.assess import assess"),
    ("service/fhir/read/labs.py", "from fhir.resources.R4B.observation import Observation"),
    ("service/outgoing.py", "import requests"),
]


def tree(root: Path, file: str, text: str) -> Path:
    (root / file).parent.mkdir(parents=True)
    (root / file).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(("rule", "file", "text"), VIOLATIONS, ids=[f"{file}: {text}" for _, file, text in VIOLATIONS])
def test_violation_is_found(tmp_path, rule, file, text):
    assert len(rule(tree(tmp_path, file, text))) == 1


@pytest.mark.parametrize(("file", "text"), ALLOWED, ids=[file for file, _ in ALLOWED])
def test_allowed_import_is_not_reported(tmp_path, file, text):
    root = tree(tmp_path, file, text)
    found = [*foreign_imports_of_cards(root), *upward_imports_in_cards(root), *r5_imports(root)]
    found += [
        *clock_and_environment_reads(root),
        *(wrong for each in ONLY_IN for wrong in imports_out_of_place(root, each)),
    ]
    assert found == []
