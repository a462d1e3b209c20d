"""A statement brought as a file counts as brought only when every line of it is stored, and once however it comes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from apps.audit.models import Event
from apps.payments.errors import StatementRefused
from apps.payments.models import StatementFile, StatementLine
from apps.payments.services import bring_statement
from apps.payments.services.bringing import NOT_TAKEN, THIS_NOT_TAKEN
from tests.fund.concurrency import at_once
from tests.fund.factories import NOW

FILE = "\r\n".join(
    [
        "number,date,kind,amount,account,key,reference,own_account",
        *(f"{number},2026-11-24,received,{number}.00,,?,X,6217000010001234567" for number in (1, 2, 3)),
    ]
).encode()


def bring(treasurer):
    return bring_statement(content=FILE, name="statement", actor=treasurer, now=NOW)


@pytest.fixture
def line_two_refused(db):
    """A line the database itself refuses; answers how it is taken again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER in_this_test BEFORE INSERT ON payments_statementline FOR EACH ROW"
            " WHEN (NEW.number = 2) EXECUTE FUNCTION refuse_change()"
        )

    def mend():
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER in_this_test ON payments_statementline")

    return mend


def test_a_file_with_a_line_that_is_not_stored_does_not_count_as_brought(line_two_refused, treasurer):
    for _ in range(2):
        with pytest.raises(StatementRefused, match=NOT_TAKEN[:30]) as refused:
            bring(treasurer)
        assert refused.value.problems == [("3", THIS_NOT_TAKEN)]
    assert not StatementFile.objects.exists()
    line_two_refused()
    brought, was_known = bring(treasurer)
    assert (brought.lines, brought.fresh, was_known) == (3, 1, False)
    assert StatementLine.objects.count() == 3
    assert bring(treasurer) == (brought, True)


def test_the_page_says_which_line_was_not_taken(line_two_refused, signed_in, treasurer):
    file = SimpleUploadedFile("statement.csv", FILE)
    page = signed_in(treasurer).post(reverse("payments:statements"), {"statement": file}).content.decode()
    assert "Bring the file again" in page
    assert THIS_NOT_TAKEN in page


@pytest.mark.django_db(transaction=True)
def test_the_same_file_from_two_hands_at_once_is_brought_once(treasurer):
    answers = at_once(lambda _: bring(treasurer), times=4)
    assert sorted(was_known for _, was_known in answers) == [False, True, True, True]
    assert len({brought.pk for brought, _ in answers}) == StatementFile.objects.count() == 1
    assert StatementLine.objects.count() == 3
    assert Event.objects.filter(action="payments.statement-brought").count() == 1
