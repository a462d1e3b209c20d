"""What the database itself refuses about covers, contributions and receipts."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.enrolments.models import Application, Contribution, Cover, Draft, Lapse, PointsUse, Receipt, Refund, TaskDone
from tests.enrolments.factories import make_application, make_cover
from tests.enrolments.groups import as_csv, county, enrolled, people
from tests.enrolments.test_places import paid

pytestmark = pytest.mark.django_db


@pytest.fixture
def cover():
    return make_cover()


def again(cover, **changes):
    """A second cover of the same person, with an application of its own."""
    application = Application.objects.get(pk=cover.application_id)
    application.pk, application.key = None, uuid4()
    application.save(force_insert=True)
    fields = {field.attname: getattr(cover, field.attname) for field in Cover._meta.fields if field.name != "id"}
    return Cover(**{**fields, "application_id": application.pk, **changes})


@pytest.mark.parametrize("shift", [-364, -1, 0, 1, 364])
@pytest.mark.parametrize("state", ["unpaid", "active", "ended"])
def test_covers_of_one_plan_do_not_overlap(cover, shift, state):
    days = timedelta(days=shift)
    with pytest.raises(IntegrityError, match="one_cover_a_person_and_plan"), transaction.atomic():
        again(cover, start=cover.start + days, end=cover.end + days, state=state).save()


def test_covers_may_follow_each_other(cover):
    again(cover, start=cover.end, end=cover.end + timedelta(days=365)).save()
    assert Cover.objects.count() == 2


@pytest.mark.parametrize("change", [{"plan_code": "other-plan"}, {"state": "cancelled"}])
def test_other_plans_and_cancelled_covers_may_overlap(cover, change):
    again(cover, **change).save()
    assert Cover.objects.count() == 2


def test_other_people_have_the_same_plan(cover):
    other = make_cover()
    assert (other.plan_code, other.start) == (cover.plan_code, cover.start)


def test_a_cover_ends_after_it_starts(cover):
    with pytest.raises(IntegrityError, match="cover_ends_after_it_starts"), transaction.atomic():
        again(cover, plan_code="other", end=cover.start).save()


@pytest.mark.parametrize(
    ("model", "name", "changes"),
    [
        (Cover, "cover_price_not_negative", {"price_fen": -1}),
        (Contribution, "contribution_above_zero", {"amount_fen": 0}),
        (Contribution, "contribution_paid_has_a_day", {"paid_date": None}),
        (Contribution, "contribution_received_as_it_says", {"received_fen": 1}),
        (Contribution, "contribution_received_as_it_says", {"state": "due", "paid_date": None}),
        (
            Contribution,
            "contribution_pays_for_days",
            {"period_start": date(2026, 1, 2), "period_end": date(2026, 1, 2)},
        ),
        (Contribution, "contribution_pays_for_days", {"period_start": date(2026, 1, 2)}),
    ],
)
def test_rows_that_cannot_be(cover, model, name, changes):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.update(**changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("declined_says_why", {"accepted": False}),
        ("declined_says_why", {"reasons": [{"code": "age"}]}),
        ("application_price_not_negative", {"price_fen": -1}),
        ("enrolments_application_key_key", {}),
    ],
)
def test_applications_that_cannot_be(cover, name, changes):
    application = Application.objects.get(pk=cover.application_id)
    application.pk = None
    if changes:
        application.key = uuid4()
    for field, value in changes.items():
        setattr(application, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        application.save(force_insert=True)


@pytest.mark.parametrize("table", ["enrolments_application", "enrolments_receipt"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_applications_and_receipts_stay_as_they_were(cover, table, attack):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack.format(table))


@pytest.mark.parametrize(
    ("name", "changes"),
    [("payment_received_once", {}), ("receipt_above_zero", {"use": "excess", "amount_fen": 0})],
)
def test_receipts_that_cannot_be(cover, name, changes):
    receipt = Receipt.objects.get()
    receipt.pk = None
    for field, value in changes.items():
        setattr(receipt, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        receipt.save(force_insert=True)


def test_one_draft_a_questionnaire(cover, now):
    person = cover.person
    fields = {"person": person, "actor": person.registered_by, "plan_code": "x", "typed": "{}", "updated_at": now}
    Draft.objects.create(**fields)
    with pytest.raises(IntegrityError, match="one_draft_a_questionnaire"), transaction.atomic():
        Draft.objects.create(**fields)


def test_a_contribution_is_asked_for_once(cover):
    contribution = cover.contributions.get()
    contribution.pk = None
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        contribution.save(force_insert=True)


def test_answers_are_not_readable_in_the_database():
    make_application()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(a)::text FROM enrolments_application a")
        assert "J45" not in cursor.fetchone()[0]


@pytest.fixture
def lapse(cover, now):
    days = {"start": cover.start + timedelta(days=60), "end": cover.start + timedelta(days=70)}
    return Lapse.objects.create(cover=cover, reinstate_until=cover.end, lapsed_at=now, **days)


def test_a_lapse_ends_after_it_starts(lapse):
    with pytest.raises(IntegrityError, match="lapse_ends_after_it_starts"), transaction.atomic():
        Lapse.objects.update(end=lapse.start - timedelta(days=1))


@pytest.mark.parametrize("end", [None, timedelta(days=5)])
def test_lapses_of_a_cover_do_not_overlap(lapse, end):
    start = lapse.start + timedelta(days=3)
    with pytest.raises(IntegrityError, match="lapses_of_a_cover_do_not_overlap"), transaction.atomic():
        Lapse.objects.create(
            cover=lapse.cover,
            start=start,
            end=end and start + end,
            reinstate_until=lapse.reinstate_until,
            lapsed_at=lapse.lapsed_at,
        )


@pytest.mark.parametrize(("name", "amount"), [("refund_above_zero", 0), ("contribution_refunded_once", 1)])
def test_refunds_that_cannot_be(cover, now, name, amount):
    fields = {"contribution": cover.contributions.get(), "owed_account": "x", "owner_label": "x", "owner_id": 1}
    if amount:
        Refund.objects.create(amount_fen=1, created_at=now, **fields)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Refund.objects.create(amount_fen=amount, created_at=now, **fields)


@pytest.mark.parametrize("of", ["nothing", "both"])
def test_a_refund_is_of_a_contribution_or_of_a_payment_of_an_invoice(now, of):
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    payment = paid(agreement).payments.get()
    fields = {"contribution": Contribution.objects.get(), "payment": payment} if of == "both" else {}
    with pytest.raises(IntegrityError, match="refund_of_one_thing"), transaction.atomic():
        Refund.objects.create(amount_fen=1, created_at=now, owed_account="x", owner_label="x", owner_id=1, **fields)


def test_a_payment_of_an_invoice_is_given_back_once(now):
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    payment = paid(agreement).payments.get()
    fields = {"payment": payment, "owed_account": "x", "owner_label": "x", "owner_id": 1}
    Refund.objects.create(amount_fen=1, created_at=now, **fields)
    with pytest.raises(IntegrityError, match="payment_id"), transaction.atomic():
        Refund.objects.create(amount_fen=1, created_at=now, **fields)


@pytest.fixture
def points(cover, now):
    """A task done and points used, as rows."""
    done = {"cover": cover, "task": "walk", "day": cover.start, "points": 2, "actor": cover.person.registered_by}
    rows = TaskDone(at=now, **done), PointsUse(cover=cover, points=2, fen=2)
    for row in rows:
        row.save()
        row.pk = None
    return rows


@pytest.mark.parametrize(
    ("kind", "name", "changes"),
    [
        (0, "task_done_once_a_day", {}),
        (0, "task_gives_points", {"task": "read", "points": 0}),
        (1, "enrolments_pointsuse_cover_id", {}),
        (1, "points_used_take_something_off", {"points": 0}),
        (1, "points_used_take_something_off", {"fen": 0}),
    ],
)
def test_points_that_cannot_be(points, name, kind, changes):
    row = points[kind]
    if kind and changes:
        row.cover = make_cover()
    for field, value in changes.items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save(force_insert=True)


def test_another_task_and_another_day_are_other_rows(points):
    done, _use = points
    for change in ({"task": "read"}, {"task": "walk", "day": done.day + timedelta(days=1)}):
        for field, value in change.items():
            setattr(done, field, value)
        done.pk = None
        done.save(force_insert=True)
    assert TaskDone.objects.count() == 3


@pytest.mark.parametrize("table", ["enrolments_taskdone", "enrolments_pointsuse"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_points_stay_as_they_were(points, table, attack):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack.format(table))
