"""Reading YAML or JSON text as plain data: every scalar stays as written, and each field knows its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from apps.core.errors import N_, Told

Path = tuple[str | int, ...]
_PLAIN_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_MAX_DEPTH = 40
_MAX_FIELDS = 500_000


class SourceError(Told, ValueError):
    """The text is not readable as data: on which line, and why in one line."""

    def __init__(self, line: int, message: str, /, **params: object) -> None:
        super().__init__(message, **params)
        self.line = line


@dataclass(frozen=True, slots=True)
class Source:
    """Plain data (dict, list, text, bool, None) and the line on which each path begins."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_source(text: str) -> Source:
    """Parse one document.  Raises SourceError."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _said(error) from None
    lines: dict[Path, int] = {}
    return Source(_plain(node, (), lines) if node else None, lines)


def _said(error: yaml.YAMLError) -> SourceError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return SourceError(mark.line + 1 if mark else 1, N_("the text is not YAML: %(problem)s"), problem=problem)


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if len(path) > _MAX_DEPTH or len(lines) > _MAX_FIELDS:
        raise SourceError(lines[path], N_("nested too deeply or too large"))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, number), lines) for number, item in enumerate(node.value)]
    style = getattr(node, "style", None)
    if style is None and node.value.lower() in _PLAIN_WORDS:
        return _PLAIN_WORDS[node.value.lower()]
    return node.value


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise SourceError(line, N_("a field name must be a word"))
        key = str(key_node.value)
        if key in data:
            raise SourceError(line, N_("the field %(name)s stands twice"), name=key)
        data[key] = _plain(value_node, (*path, key), lines)
        lines[(*path, key)] = line
    return data
