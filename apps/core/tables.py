"""Tables that become cards on a phone: every cell knows the name of its column.

{% table _("Claim")|main _("Hospital") _("Paid")|num caption=_("Your claims") %}
  {% row %}{% cell %}...{% endcell %}{% cell %}...{% endcell %}{% cell %}...{% endcell %}{% endrow %}
{% endtable %}
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.exceptions import TemplateSyntaxError
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import smart_split

COLUMNS, POSITION = "_table_columns", "_table_position"


@dataclass(frozen=True)
class Column:
    label: str
    is_main: bool = False
    is_num: bool = False
    is_quiet: bool = False

    @property
    def css(self) -> str:
        return "num" if self.is_num else "main" if self.is_main else ""


def _column(label: Any) -> Column:
    return label if isinstance(label, Column) else Column(str(label))


def main(label: Any) -> Column:
    """The column that names the row."""
    return replace(_column(label), is_main=True)


def num(label: Any) -> Column:
    """A column of figures: right aligned, tabular digits."""
    return replace(_column(label), is_num=True)


def quiet(label: Any) -> Column:
    """A column whose name is only read aloud, for example of buttons."""
    return replace(_column(label), is_quiet=True)


def _css(*names: str) -> SafeString:
    """A class attribute, or nothing."""
    text = " ".join(name for name in names if name)
    return format_html(' class="{}"', text) if text else mark_safe("")


def _head(column: Column) -> SafeString:
    label = format_html('<span class="sr-only">{}</span>', column.label) if column.is_quiet else column.label
    return format_html('<th scope="col"{}>{}</th>', _css(column.css), label)


def _arguments(parser: Parser, token: Token) -> tuple[list[FilterExpression], dict[str, FilterExpression]]:
    bits = list(smart_split(token.contents))[1:]  # split_contents trips over a filter behind _("...")
    positional: list[FilterExpression] = []
    while bits and "=" not in bits[0].split("(")[0].split('"')[0].split("'")[0]:
        positional.append(parser.compile_filter(bits.pop(0)))
    named = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError(f"Column labels come before options in {token.contents!r}")
    return positional, named


def _body(parser: Parser, end: str) -> NodeList:
    nodelist = parser.parse((end,))
    parser.delete_first_token()
    return nodelist


class TableNode(Node):
    def __init__(
        self, labels: list[FilterExpression], options: dict[str, FilterExpression], nodelist: NodeList
    ) -> None:
        self.labels, self.options, self.nodelist = labels, options, nodelist

    def render(self, context: Context) -> SafeString:
        columns = [_column(label.resolve(context)) for label in self.labels]
        options = {name: value.resolve(context) for name, value in self.options.items()}
        with context.push(**{COLUMNS: columns}):
            rows = mark_safe(self.nodelist.render(context))  # noqa: S308 - rendered by this template
        caption = "" if options.get("show_caption") else "sr-only"
        return format_html(
            "<table{}><caption{}>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
            _css("table", options.get("kind", "")),
            _css(caption),
            options.get("caption", ""),
            mark_safe("".join(_head(column) for column in columns)),  # noqa: S308 - joined from escaped parts
            rows,
        )


class RowNode(Node):
    def __init__(self, options: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.options, self.nodelist = options, nodelist

    def render(self, context: Context) -> SafeString:
        options = {name: value.resolve(context) for name, value in self.options.items()}
        with context.push(**{POSITION: iter(context.get(COLUMNS) or ())}):
            cells = mark_safe(self.nodelist.render(context))  # noqa: S308 - rendered by this template
        return format_html("<tr{}>{}</tr>", _css(options.get("kind", "")), cells)


class CellNode(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        column = next(context.get(POSITION) or iter(()), Column(""))
        content = mark_safe(self.nodelist.render(context).strip())  # noqa: S308 - rendered by this template
        if column.is_main:
            return format_html('<th scope="row"{}>{}</th>', _css(column.css), content)
        label = "" if column.is_quiet else column.label
        # One box beside the label, however many pieces the cell has.
        box = format_html("<div>{}</div>", content) if content else content
        return format_html('<td{} data-label="{}">{}</td>', _css(column.css), label, box)


def parse_table(parser: Parser, token: Token) -> TableNode:
    labels, options = _arguments(parser, token)
    return TableNode(labels, options, _body(parser, "endtable"))


def parse_row(parser: Parser, token: Token) -> RowNode:
    return RowNode(_arguments(parser, token)[1], _body(parser, "endrow"))


def parse_cell(parser: Parser, token: Token) -> CellNode:
    return CellNode(_body(parser, "endcell"))
