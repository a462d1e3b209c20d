"""How big files and functions are: the limits are hard, the middle figures are for the report."""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
LONGEST_TEMPLATE = 80


def main(root: Path) -> int:
    """Print the figures; 1 when a file, function or template is over its limit."""
    files = {path.relative_to(root): path for path in sources(root)}
    lengths = {name: line_count(path) for name, path in files.items()}
    functions = {f"{name}:{title}": size for name, path in files.items() for title, size in function_sizes(path)}
    templates = {path.relative_to(root): line_count(path) for path in (root / "templates").rglob("*.html")}
    print(f"files:     {len(lengths)}, {middle(list(lengths.values()))}")
    print(f"functions: {len(functions)}, {middle(list(functions.values()))}")
    print(f"templates: {len(templates)}, {middle(list(templates.values()))}")
    limits = ((lengths, LONGEST_FILE), (functions, LONGEST_FUNCTION), (templates, LONGEST_TEMPLATE))
    over = [
        f"{name}: {size} lines, at most {limit}"
        for sizes, limit in limits
        for name, size in sizes.items()
        if size > limit
    ]
    print("\n".join(over))
    return 1 if over else 0


def sources(root: Path) -> Iterator[Path]:
    """Our own Python files, tests and migrations aside."""
    yield root / "manage.py"
    for folder in ("apps", "config"):
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts and line_count(path):
                yield path


def line_count(path: Path) -> int:
    return len(path.read_text().splitlines())


def function_sizes(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with its number of lines, decorators aside."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def middle(sizes: list[int]) -> str:
    if not sizes:
        return "none"
    ordered = sorted(sizes)
    return (
        f"median {statistics.median(ordered):.0f}, p90 {ordered[int(len(ordered) * 0.9)]}, longest {ordered[-1]} lines"
    )


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
