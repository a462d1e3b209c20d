"""A request that loses a real deadlock runs again, and nobody but the log notices."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpResponse
from django.urls import path

from apps.core.errors import N_, DomainError
from apps.core.middleware import OnceAgainMiddleware
from apps.fund.models import Entry
from apps.fund.selectors import balances, ledger_is_balanced
from apps.fund.services import Draft, post_entries
from config import urls
from tests.conftest import NOW

pytestmark = pytest.mark.urls(__name__)
both = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 23)
FIRST, SECOND = ("bank", "suspense"), ("bank-clearing", "in-transit")


class Refused(DomainError):
    code = "refused-here"
    message = N_("Not like this.")


class Stage:
    """What the view of a test did, and who waits for whom."""

    def __init__(self):
        self.runs, self.read, self.rivals, self.then = 0, [], 1, lambda: HttpResponse("done")
        self.is_between, self.may_go_on = Event(), Event()


stage = Stage()


@pytest.fixture(autouse=True)
def new_stage():
    stage.__init__()


def post(key, accounts):
    debit, credit = accounts
    post_entries(Draft(key, "test", [(debit, 5), (credit, -5)], DAY, ("tests.row", 1), moves_on=True), now=NOW)


def two_postings(request):
    """As where two covers of a bill are decided one after the other in one transaction."""
    stage.runs += 1
    stage.read.append(b"".join(file.read() for file in request.FILES.values()))
    with transaction.atomic():
        post("view:1", FIRST)
        stage.is_between.set()
        if stage.runs <= stage.rivals:
            assert stage.may_go_on.wait(10)
        post("view:2", SECOND)
    return stage.then()


def gives_up(request):
    stage.runs += 1
    for file in request.FILES.values():
        file.close()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = {}; END $$".format(request.POST["sqlstate"]))


urlpatterns = [path("two/", two_postings), path("gives-up/", gives_up), *urls.urlpatterns]


def rival():
    """The same accounts the other way round; waits so patiently that the database ends the view's transaction."""
    try:
        assert stage.is_between.wait(10)
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL deadlock_timeout = '1min'")
            post("rival:1", SECOND)
            stage.may_go_on.set()
            post("rival:2", FIRST)
    finally:
        stage.may_go_on.set()
        connection.close()


def meet(client, data):
    """Let a rival and a request lock each other out; answers what the request was told."""
    post("opened:1", FIRST), post("opened:2", SECOND)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(rival)
        response = client.post("/two/", data)
        running.result(20)
    return response


@both
def test_a_request_that_loses_a_deadlock_runs_again_and_books_once(client, caplog):
    sent = SimpleUploadedFile("paper.txt", b"all of it")
    response = meet(client, {"paper": sent})
    assert (response.status_code, response.content) == (200, b"done")
    assert stage.runs > 1
    assert stage.read == [b"all of it"] * stage.runs
    assert "POST /two/ lost a deadlock and runs again" in caplog.text
    assert Entry.objects.count() == 6
    assert balances() == {"bank": 15, "suspense": 15, "bank-clearing": 15, "in-transit": 15}
    assert ledger_is_balanced()


@both
@pytest.mark.parametrize(("raised", "status"), [(Refused(), 409), (Http404(), 404)])
def test_what_the_second_run_is_refused_becomes_a_page_as_ever(client, raised, status):
    def refuse():
        raise raised

    stage.then = refuse
    assert meet(client, {}).status_code == status
    assert stage.runs > 1


@both
@pytest.mark.parametrize(
    ("sqlstate", "runs"), [("'40P01'", 3), ("'40001'", 3), ("'53300'", 1), ("'23505'", 1), ("'22012'", 1)]
)
def test_only_what_the_database_gave_up_for_another_runs_again_and_not_for_ever(client, sqlstate, runs):
    with pytest.raises(Exception, match="x"):
        client.post("/gives-up/", {"sqlstate": sqlstate})
    assert stage.runs == runs


@pytest.mark.django_db
def test_inside_an_open_transaction_nothing_runs_again(client):
    with pytest.raises(OperationalError):
        client.post("/gives-up/", {"sqlstate": "'40P01'"})
    assert stage.runs == 1


@both
def test_where_a_file_that_was_sent_is_closed_nothing_runs_again(client):
    with pytest.raises(OperationalError):
        client.post("/gives-up/", {"sqlstate": "'40P01'", "paper": SimpleUploadedFile("a.txt", b"a")})
    assert stage.runs == 1


def test_it_is_the_innermost_middleware(settings):
    assert settings.MIDDLEWARE[-1] == f"{OnceAgainMiddleware.__module__}.{OnceAgainMiddleware.__qualname__}"
