"""All templates: no inline script or style, icons that exist, an end to every page that needs one."""

import re
from pathlib import Path
from zipfile import ZipFile

import lucide
import pytest
from django.conf import settings

TEMPLATES = sorted((settings.ROOT / "templates").rglob("*.html"))
NAMES = [str(path.relative_to(settings.ROOT / "templates")) for path in TEMPLATES]
ICONS = {name.removesuffix(".svg") for name in ZipFile(Path(lucide.__file__).parent / "lucide.zip").namelist()}
FORBIDDEN = [
    (r"<[^>]*\sstyle=", "a style attribute"),
    (r"<style\b", "an inline style sheet"),
    (r"<[^>]*\son[a-z]+=", "an inline handler"),
    (r"hx-on|hx-vars|js:", "htmx that needs eval"),
    (r"javascript:", "a script address"),
    (r"<script(?![^>]*(\bsrc=|application/json))", "an inline script"),
]
ICON_USES = [r'\{% icon "([\w-]+)"', r'\bicon="([\w-]+)"', r'\{% icon [\w.]+\|default:"([\w-]+)"']


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_a_template_obeys_the_content_security_policy(path):
    text = path.read_text()
    found = [what for pattern, what in FORBIDDEN if re.search(pattern, text)]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_icon_exists(path):
    text = path.read_text()
    names = {name for pattern in ICON_USES for name in re.findall(pattern, text)}
    assert names - ICONS == set()


def test_the_icons_of_statuses_and_navigation_exist():
    from apps.core.templatetags.ui import ICONS as tones
    from apps.portal import context

    places = {value.icon for value in vars(context).values() if isinstance(value, context.Place)}
    places |= {place.icon for row in context.BY_ROLE.values() for place in row}
    assert (set(tones.values()) | places) - ICONS == set()


def test_the_page_for_our_own_mistakes_needs_nothing_that_may_be_broken():
    text = (settings.ROOT / "templates" / "500.html").read_text()
    assert "{%" not in text
    assert "{{" not in text
    assert re.findall(r'href="(/static/[^"]+)"', text)
    assert all((settings.ROOT / name.lstrip("/")).exists() for name in re.findall(r'href="(/static/[^"]+)"', text))
