"""Which checks `verify` runs, each a command that ends with 0 when all is well."""

import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.bootstrap import ROOT

OVERALL_COVERAGE = 95
COPIED = {"TEST_TABLES": "copied"}
"""For tests that copy their tables, see config/runner/tables.py."""
PURE = "apps/*/rules/*,apps/*/rules.py,apps/core/*"


@dataclass(frozen=True)
class Check:
    """A named command, with what it needs on top of the common environment."""

    name: str
    command: tuple[str, ...]
    extra: Mapping[str, str] = field(default_factory=dict)


def static_checks() -> list[Check]:
    """Everything that reads code without running the tests, the slowest first, and the tables for the tests."""
    return [
        Check("types", module("mypy", "apps", "config", "manage.py")),
        Check("tables", module("config.runner.tables"), COPIED),
        Check("format", module("ruff", "format", "--check", ".")),
        Check("lint", module("ruff", "check", ".")),
        Check("imports", (str(Path(sys.executable).with_name("lint-imports")), "--no-cache")),
        Check("templates: lint", module("djlint", "templates", "--profile", "django", "--quiet", "--lint")),
        Check("migrations", manage("makemigrations", "--check", "--dry-run")),
        Check("deployment", manage("check", "--deploy", "--fail-level", "WARNING"), production()),
        Check("translations", module("config.runner.texts")),
        Check("sizes", module("config.runner.sizes")),
    ]


def all_tests(cores: int) -> Check:
    """All tests, browser tests included, noting the lines and branches they reach.

    One process more than there are cores: tests with processes and browsers of their own often wait.
    """
    spread = ("-n", str(cores + 1), "--dist", "worksteal") if cores > 1 else ()
    command = module("pytest", *spread, "--cov", "--cov-report=", "--durations=25")
    return Check("tests", command, COPIED)


def coverage_checks() -> list[Check]:
    """Read after the tests: all of the rules and of core, nearly all of the rest."""
    report = module("coverage", "report")
    return [
        Check("coverage: rules, core", (*report, f"--include={PURE}", "--fail-under=100")),
        Check("coverage: overall", (*report, f"--fail-under={OVERALL_COVERAGE}")),
    ]


def module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def manage(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "manage.py"), *arguments)


def production() -> dict[str, str]:
    """What a server would be given, so that its settings can be checked."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "gongji.example",
        "SANDBOX_URL": "",
    }
