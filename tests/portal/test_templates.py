"""Templates: each is used by something, none carries what the content policy forbids."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = settings.ROOT / "templates"
ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
BY_LIBRARIES = ("account/", "allauth/", "mfa/", "400", "403", "404", "500", "django/")
SOURCES = "\n".join(
    path.read_text()
    for folder in ("apps", "templates", "config")
    for path in (settings.ROOT / folder).rglob("*.*")
    if path.suffix in {".py", ".html"}
)


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith(BY_LIBRARIES)])
def test_a_template_is_used(name):
    stem = name.removeprefix("components/").removesuffix(".html")
    assert name in SOURCES or f'"{stem}"' in SOURCES


@pytest.mark.parametrize("name", ALL)
def test_a_template_keeps_the_content_policy(name):
    text = Path(TEMPLATES / name).read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|<style|javascript:", text)
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", text)


@pytest.mark.parametrize("name", ALL)
def test_a_template_is_short(name):
    assert len(Path(TEMPLATES / name).read_text().splitlines()) <= 80
