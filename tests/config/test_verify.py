"""`verify` goes on after a failure and says at its end, in one table, what happened."""

import io
import os
import sys

import pytest

from config.embedded.cluster import ClusterFailed
from config.runner import texts, verify
from config.runner.checks import Check, all_tests, coverage_checks, production, static_checks
from config.runner.report import Result, closing_line, summary
from config.runner.signals import StopRequested, StopSignals
from config.runner.workshop import Workshop


def check(name, code, **extra):
    return Check(name, (sys.executable, "-c", code), extra)


@pytest.fixture
def out():
    return io.StringIO()


@pytest.fixture
def workshop(tmp_path, out):
    return Workshop(dict(os.environ), tmp_path, StopSignals(), out)


def test_all_checks_run_whatever_fails_and_results_keep_their_order(workshop, out):
    checks = [
        check("slow", "import time; time.sleep(0.5)"),
        check("bad: one", "print('the reason'); raise SystemExit(2)"),
        check("good", "import os; assert os.environ['X'] == 'y'", X="y"),
    ]
    results = workshop.run(checks, at_once=2)
    assert [(result.name, result.status) for result in results] == [("slow", 0), ("bad: one", 2), ("good", 0)]
    assert "the reason" in out.getvalue()
    assert "FAILED  bad: one" in out.getvalue()
    assert results[1].log.name == "bad-one.log"


def test_a_check_that_is_followed_shows_all_it_says(workshop, out):
    [result] = workshop.run(
        [check("tests", "import time\nfor n in 'abc': print(n, flush=True); time.sleep(0.1)")], follow=True
    )
    assert result.passed
    assert out.getvalue().startswith("a\nb\nc\nok      tests")


def test_a_request_to_stop_ends_the_checks(tmp_path, out):
    signals = StopSignals()
    signals.count = 1
    with pytest.raises(StopRequested):
        Workshop(dict(os.environ), tmp_path, signals, out).run([check("long", "import time; time.sleep(60)")])


def test_the_table_names_what_failed_and_where_to_read_on(tmp_path):
    results = [Result("lint", 0, 0.25, tmp_path / "lint.log"), Result("types", 1, 61.0, tmp_path / "types.log")]
    text = summary(results, 75.2)
    assert "lint   ok          0.2" in text or "lint   ok          0.3" in text
    assert f"types  FAILED     61.0   {tmp_path / 'types.log'}" in text
    assert text.endswith("1 of 2 checks FAILED: types (75 s)")
    assert summary(results[:1], 1).endswith("All checks passed (1 s)")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("....\n812 passed, 2 skipped in 203.10s (0:03:23)\n\n", "812 passed, 2 skipped in 203.10s (0:03:23)"),
        ("F\n1 failed, 3 passed in 1.00s\nok\n", "1 failed, 3 passed in 1.00s"),
        ("killed", "pytest did not reach its end"),
    ],
)
def test_pytests_closing_line_is_found(tmp_path, text, line):
    (tmp_path / "tests.log").write_text(text)
    assert closing_line(tmp_path / "tests.log") == line


def test_no_log_no_closing_line(tmp_path):
    assert closing_line(tmp_path / "none.log") == "pytest did not reach its end"


def test_every_promised_check_is_there():
    names = {item.name for item in (*static_checks(), all_tests(2), *coverage_checks())}
    promised = {"types", "tables", "format", "lint", "imports", "migrations", "deployment", "translations", "tests"}
    assert promised <= names
    assert "-n" in all_tests(2).command
    assert "-n" not in all_tests(1).command
    assert production()["DJANGO_SETTINGS_MODULE"] == "config.settings.production"


@pytest.fixture
def few_checks(monkeypatch):
    monkeypatch.setattr(verify, "static_checks", lambda: [check("lint", "")])
    monkeypatch.setattr(verify, "coverage_checks", list)
    monkeypatch.setattr(StopSignals, "listen", lambda self: None)

    def use(code):
        monkeypatch.setattr(verify, "all_tests", lambda cores: check("tests", code))

    return use


DATABASE_ANSWERS = """
import os, psycopg
from config.embedded.provision import conninfo_of
with psycopg.connect(conninfo_of(os.environ["DATABASE_URL"])) as connection:
    assert connection.execute("SHOW fsync").fetchone() == ("off",)
assert (os.environ["GONGJI_LONG"], os.environ["PROPERTY_EXAMPLES"]) == ("1", "2000")
print("1 passed in 0.01s")
"""


@pytest.mark.slow
def test_verify_brings_its_own_database_and_leaves_nothing_running(bare_environment, system_home, few_checks, capsys):
    few_checks(DATABASE_ANSWERS)
    assert verify.main(["--long"]) == 0
    shown = capsys.readouterr().out
    assert "All checks passed" in shown
    assert shown.rstrip().endswith("pytest: 1 passed in 0.01s")
    cluster = verify.empty_cluster(bare_environment)
    cluster.stop()
    assert not cluster.is_running()


def test_verify_uses_the_server_that_is_named_and_fails_with_a_failing_check(
    bare_environment, few_checks, monkeypatch, capsys
):
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
    few_checks("import os; assert os.environ['DATABASE_URL'] == 'postgres://somewhere/else'; raise SystemExit(1)")
    assert verify.main([]) == 1
    assert "1 of 2 checks FAILED: tests" in capsys.readouterr().out


def test_a_second_verify_of_the_same_clone_says_so(bare_environment, few_checks, capsys):
    from config.runner.lock import RunLock

    lock = RunLock(bare_environment, "verify")
    assert lock.take()
    assert verify.main([]) == 1
    assert "running already" in capsys.readouterr().out
    lock.release()


def test_a_stopped_verify_ends_with_the_status_of_an_interrupt(bare_environment, few_checks, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
    monkeypatch.setattr(StopSignals, "listen", lambda self: setattr(self, "count", 1))
    few_checks("")
    assert verify.main([]) == 130


def test_a_server_that_does_not_start_ends_verify_with_its_reason(bare_environment, few_checks, monkeypatch, capsys):
    def fail(var):
        raise ClusterFailed("no room")

    monkeypatch.setattr(verify, "empty_cluster", fail)
    assert verify.main([]) == 1
    assert "no room" in capsys.readouterr().out


def test_untranslated_texts_are_listed(tmp_path, capsys):
    for folder in ("apps", "config", "templates"):
        (tmp_path / folder).mkdir()
    assert texts.main(tmp_path) == 0
    (tmp_path / "apps" / "views.py").write_text('gettext("Not yet said in Chinese")\n')
    assert texts.main(tmp_path) == 1
    assert "untranslated: Not yet said in Chinese" in capsys.readouterr().out
