"""Files, functions and templates over their limit fail; tests and migrations do not count."""

import pytest

from config.runner.sizes import main


@pytest.fixture
def root(tmp_path):
    for folder in ("apps/claims/migrations", "config", "templates"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "manage.py").write_text("def main():\n    return 0\n")
    return tmp_path


def lines(count):
    return "x = 1\n" * count


def function(count):
    return "def f():\n" + "    x = 1\n" * (count - 1)


@pytest.mark.parametrize(
    ("path", "text", "status"),
    [
        ("apps/claims/services.py", lines(400), 0),
        ("apps/claims/services.py", lines(401), 1),
        ("apps/claims/migrations/0001.py", lines(900), 0),
        ("config/urls.py", function(50), 0),
        ("config/urls.py", function(51), 1),
        ("templates/page.html", lines(80), 0),
        ("templates/page.html", lines(81), 1),
    ],
)
def test_limits(root, path, text, status, capsys):
    (root / path).write_text(text)
    assert main(root) == status
    assert (path in capsys.readouterr().out) is (status == 1)


def test_the_figures_are_reported(root, capsys):
    assert main(root) == 0
    said = capsys.readouterr().out
    assert "functions: 1, median 2, p90 2, longest 2 lines" in said
    assert "templates: 0, none" in said
