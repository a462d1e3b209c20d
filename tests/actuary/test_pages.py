"""Pages of the quarter close, as treasurer, council and others see them."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role
from apps.actuary import services
from apps.actuary.models import PeriodClose
from apps.actuary.views import closes as views
from apps.core.display import yuan_text
from apps.core.periods import Period
from apps.fund.rules.postings import Posting
from tests.actuary.factories import COST, QUARTER, begun_close, booked, closed_quarter, noon, paid_cover

pytestmark = pytest.mark.django_db


@pytest.fixture
def treasurer(make_user, signed_in):
    return signed_in(make_user("t@example.com", Role.TREASURER))


def post_start(client, key=None, start=QUARTER.start):
    return client.post(reverse("actuary:start"), {"key": key or uuid4(), "start": start, "span": "quarter"})


def test_the_treasurer_closes_the_ended_quarter(treasurer):
    paid_cover(QUARTER.start, 4_000_000)
    assert b"Close Q3 2026" in treasurer.get(reverse("actuary:closes")).content
    page = treasurer.get(reverse("actuary:start")).content.decode()
    assert "Once closed, nothing can be booked into it any more." in page
    assert yuan_text(COST) in page
    answer = post_start(treasurer)
    close = PeriodClose.objects.get()
    assert answer.url == reverse("actuary:close", args=[close.pk])
    waiting = treasurer.get(answer.url).content.decode()
    assert "0 of 8 steps" in waiting
    assert "<progress" in waiting
    assert "Look again" in waiting
    services.continue_closes(now=noon(QUARTER.end))
    done = treasurer.get(answer.url).content.decode()
    close.refresh_from_db()
    assert close.snapshot_hash in done
    assert "Statutory reserve" in done


def test_the_bar_moves_and_the_page_comes_whole_when_it_is_done(treasurer):
    paid_cover(QUARTER.start, 4_000_000)
    close = begun_close()
    url = reverse("actuary:close", args=[close.pk])
    htmx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "close-progress"}
    services.continue_close(close_id=close.pk, now=noon(QUARTER.end))
    part = treasurer.get(url, **htmx).content.decode().strip()
    assert "1 of 8 steps" in part
    assert part in treasurer.get(url).content.decode()
    assert "<html" not in part
    services.continue_closes(now=noon(QUARTER.end))
    assert treasurer.get(url, **htmx).headers["HX-Refresh"] == "true"


def test_double_click_and_back_begin_one_close(treasurer):
    paid_cover(QUARTER.start)
    key = uuid4()
    urls = {post_start(treasurer, key).url, post_start(treasurer, key).url, post_start(treasurer).url}
    assert len(urls) == 1
    assert PeriodClose.objects.count() == 1


def test_a_page_left_open_closes_no_other_quarter(treasurer):
    closed_quarter()
    answer = post_start(treasurer)
    assert answer.status_code == 200
    assert b"This period is closed." in answer.content
    assert PeriodClose.objects.count() == 1


def test_a_quarter_under_way_offers_no_close(treasurer, monkeypatch):
    monkeypatch.setattr(views, "now", lambda: noon(QUARTER.last_day))
    paid_cover(QUARTER.start)
    page = treasurer.get(reverse("actuary:closes")).content.decode()
    assert "It can be closed from the day after." in page
    assert "?span=quarter" not in page
    assert "?span=month" in page
    assert treasurer.get(reverse("actuary:start")).url == reverse("actuary:closes")
    assert b"It can be closed from the day after." in post_start(treasurer).content
    assert not PeriodClose.objects.exists()


def test_before_the_first_entry_there_is_nothing_to_close(treasurer):
    assert b"No quarter is closed yet" in treasurer.get(reverse("actuary:closes")).content
    assert treasurer.get(reverse("actuary:start")).url == reverse("actuary:closes")


@pytest.mark.parametrize("name", ["earned", "decided", "reserve-change", "operating-cost", "open-fund", "surplus"])
def test_each_figure_equals_the_entries_behind_it(treasurer, name):
    booked(Posting.CLAIM_DECIDED, 77_00, date(2026, 8, 1), plan="asthma")
    booked(Posting.CLAIM_REVERSED, 7_00, date(2026, 8, 2), plan="asthma")
    close = closed_quarter()
    response = treasurer.get(reverse("actuary:figure", args=[close.pk, name]))
    assert response.context["fen"] == response.context["booked_fen"] != 0
    for entry in response.context["page"]:
        assert reverse("fund:entry", args=[entry.pk]) in response.content.decode()


def test_a_claim_booked_late_is_explained_on_its_figure(treasurer):
    paid_cover(QUARTER.start, 4_000_000)
    close = begun_close()
    services.continue_close(close_id=close.pk, now=noon(QUARTER.end))
    booked(Posting.CLAIM_DECIDED, 77_00, date(2026, 9, 30), plan="asthma")
    services.continue_closes(now=noon(QUARTER.end))
    page = treasurer.get(reverse("actuary:figure", args=[close.pk, "decided"])).content.decode()
    assert "some of them counted in another quarter" in page


def test_the_council_reads_figures_without_links_into_the_books(make_user, signed_in):
    close = closed_quarter()
    client = signed_in(make_user("c@example.com", Role.COUNCIL))
    assert client.get(reverse("actuary:close", args=[close.pk])).status_code == 200
    page = client.get(reverse("actuary:figure", args=[close.pk, "earned"])).content.decode()
    assert "Entry " in page
    assert "/ledger/" not in page
    assert client.get(reverse("actuary:start")).status_code == 404


def test_the_locked_file_has_the_fingerprint_of_the_page(treasurer):
    from apps.actuary.rules.snapshot import fingerprint

    close = closed_quarter()
    answer = treasurer.get(reverse("actuary:snapshot", args=[close.pk]))
    assert fingerprint(answer.content.decode()) == close.snapshot_hash


def test_a_loss_is_said_in_words(treasurer):
    paid_cover(QUARTER.start, 365_00)
    close = begun_close()
    services.continue_closes(now=noon(QUARTER.end))
    assert b"This quarter ends with a loss" in treasurer.get(reverse("actuary:close", args=[close.pk])).content


def test_others_find_nothing(make_user, signed_in):
    close = closed_quarter()
    client = signed_in(make_user("m@example.com"))
    for name, args in [("closes", []), ("close", [close.pk]), ("figure", [close.pk, "earned"]), ("shares", [close.pk])]:
        assert client.get(reverse(f"actuary:{name}", args=args)).status_code == 404
    client.logout()
    assert client.get(reverse("actuary:closes")).status_code == 302


def test_figures_of_a_running_close_are_not_there_and_unknown_ones_lead_back(treasurer):
    paid_cover(QUARTER.start)
    running = begun_close()
    assert treasurer.get(reverse("actuary:figure", args=[running.pk, "earned"])).status_code == 404
    services.continue_closes(now=noon(QUARTER.end))
    unknown = treasurer.get(reverse("actuary:figure", args=[running.pk, "luck"]))
    assert unknown.url == reverse("actuary:close", args=[running.pk])


def rows(count):
    start = date(2026, 7, 1)
    for _ in range(count):
        quarter = Period.quarter_of(start)
        close = PeriodClose(
            start=quarter.start,
            end=quarter.end,
            state="closed",
            step="lock",
            figures={
                "plans": [],
                "operating_cost": 0,
                "open_fund": 0,
                "carried": 0,
                "statutory_reserve": 0,
            },
            terms_version="t",
            snapshot_hash="x",
            started_by=PeriodClose.objects.first().started_by,
            started_at=noon(quarter.end),
            locked_at=noon(quarter.end),
            key=uuid4(),
        )
        start = Period.quarter_of(date(start.year - (start.month == 1), (start.month - 4) % 12 + 1, 1)).start
        if not PeriodClose.objects.filter(start=close.start).exists():
            close.save()


def queries(client, url):
    """How many queries the page takes, with session, user and navigation."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_the_list_asks_as_often_for_3_quarters_as_for_60(treasurer):
    closed_quarter()
    rows(3)
    url = reverse("actuary:closes")
    few = queries(treasurer, url)  # its own: first entry, last close, count, closes
    rows(60)
    assert queries(treasurer, url) == few <= 9


def test_shares_ask_as_often_for_3_as_for_60(treasurer):
    for _ in range(3):
        paid_cover(QUARTER.start)
    close = closed_quarter()
    few = queries(treasurer, reverse("actuary:shares", args=[close.pk]))  # its own: close, sum, count, shares
    following = Period(date(2026, 10, 1), date(2027, 1, 1))
    for _ in range(60):
        paid_cover(following.start)
    many = begun_close(following)
    services.continue_closes(now=noon(following.end))
    assert queries(treasurer, reverse("actuary:shares", args=[many.pk])) == few <= 9
