"""Which texts the portal says, and what is still untranslated; no system tool is needed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation import templatize

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}

HEADER = """# What Gongji says, in Simplified Chinese.
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    """Python files as they are, templates as Python-like text with their messages."""
    for folder in ("apps", "config"):
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text()
    for path in sorted((root / "templates").rglob("*.html")):
        # Left aligned, or the indentation of the markup would read as Python's.
        yield path, "\n".join(line.strip() for line in templatize(path.read_text()).splitlines())


def extract_messages(root: Path) -> Catalog:
    """All texts marked for translation under ``root``, with the files they stand in."""
    catalog = Catalog(charset="utf-8")
    for path, text in _sources(root):
        source = io.BytesIO(text.encode())
        for _line, message, _comments, context in extract(
            "python", source, keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            catalog.add(message, locations=[(str(path.relative_to(root)), 0)], context=context)
    return catalog


def catalogue_path(root: Path) -> Path:
    return root / "config" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def read_catalogue(root: Path) -> Catalog:
    """The Chinese catalogue, empty when there is none yet."""
    path = catalogue_path(root)
    if not path.exists():
        return Catalog(locale="zh_Hans", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def update_catalogue(root: Path) -> Catalog:
    """Bring the catalogue up to date with the sources: new texts empty, unused ones dropped, none guessed."""
    catalog = read_catalogue(root)
    catalog.update(extract_messages(root), no_fuzzy_matching=True, keep_user_comments=False)
    catalog.obsolete.clear()
    path = catalogue_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, catalog, width=0, no_location=True, sort_output=True, ignore_obsolete=True, omit_header=True)
    return catalog


def untranslated(root: Path) -> list[str]:
    """Texts of the sources without a whole Chinese translation."""
    known = read_catalogue(root)
    missing = []
    for message in extract_messages(root):
        if not message.id:
            continue
        key = str(message.id[0] if isinstance(message.id, tuple) else message.id)
        found = known.get(key, message.context)
        forms = [] if found is None else found.string if isinstance(found.string, tuple) else [found.string]
        if not forms or not all(forms) or (found is not None and found.fuzzy):
            missing.append(key)
    return missing
