"""What other terms would have paid: asked once, worked out from the real claims, kept."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from apps.accounts.models import Role
from apps.actuary import reading, services, tasks
from apps.actuary.errors import ChangeUnusable, NotAPeriod
from apps.actuary.models import WhatIf
from apps.actuary.reading import read
from apps.actuary.rules.effects import Both, Moved, effect_data
from apps.actuary.services.what_ifs import MOST_TRIES, STEPS, work_out
from apps.claims.models import Bill, BillLine, Decision
from apps.claims.rules.filing import FiledLine
from apps.claims.rules.states import Outcome
from apps.claims.services import review_claim
from apps.core.periods import Period
from apps.enrolments.models import Cover
from apps.plans.rules import adjudicate
from tests.claims.factories import SECOND, day, make_bill, make_covered, make_held_bill, make_officer, take, visit
from tests.conftest import NOW
from tests.enrolments.factories import ASTHMA, make_cover
from tests.enrolments.points import make_next, make_year
from tests.members.factories import make_person

pytestmark = pytest.mark.django_db
PERIOD = Period(NOW.date() - timedelta(days=400), NOW.date() + timedelta(days=1))


def medicine(yuan):
    return (FiledLine("drug", "Budesonide", yuan * 100, "R03BA02"),)


def worked_out(version, changes=None, period=PERIOD):
    return work_out(version, period, changes or {}, progress=lambda: None)


@pytest.fixture
def version():
    """A child with three medicine bills of 120, 620 and 300, of which others paid 100, and a stay."""
    cover = make_covered()
    make_bill(cover, filing=visit(lines=medicine(120)))
    make_bill(cover, filing=visit(lines=medicine(620), service_date=day(3)))
    make_bill(cover, filing=visit(lines=medicine(300), service_date=day(5), earlier={"basic": 100_00}))
    stay = {"kind": "inpatient", "service_date": day(20), "discharged": day(15)}
    make_bill(cover, filing=visit(lines=(FiledLine("bed", "Bed", 900_00),), **stay))
    return cover.plan_version


@pytest.fixture
def asked(version, make_user):
    def ask(**changes):
        values = {"since": PERIOD.start, "until": PERIOD.end, "changes": {"drug_visit_limit": "100.00"}}
        actor = make_user(f"{uuid4()}@example.com", Role.TREASURER)
        values |= {"version_id": version.pk, "title": "At most 100", "actor": actor, "key": uuid4(), "now": NOW}
        return services.ask_what_if(**{**values, **changes})

    return ask


def test_unchanged_terms_pay_what_was_decided(version):
    effect = worked_out(version)
    assert effect.paid == Both(1720_00, 1720_00)
    assert effect.differs == 0
    assert (effect.people, effect.claims) == (1, 4)
    assert effect.benefits == {"inpatient": Both(900_00, 900_00), "drug": Both(820_00, 820_00)}
    assert effect.gaining == effect.losing == Moved(0, 0)


def test_a_column_that_lacks_a_number_is_named_and_never_moved_up(version, monkeypatch):
    monkeypatch.setitem(reading.DECISION_COLUMNS, "grade", "nullif(d.sequence, 2)")
    monkeypatch.setitem(reading.DECISION_COLUMNS, "nights", "nullif(d.sequence, 3)")
    with pytest.raises(ValueError, match="no number in some row of nights, grade"):
        worked_out(version)


def test_changed_terms_pay_what_the_engine_would_have_paid(version):
    effect = worked_out(version, {"drug_visit_limit": "100.00"})
    assert effect.benefits == {"inpatient": Both(900_00, 900_00), "drug": Both(820_00, 300_00)}
    assert effect.losing == Moved(1, -520_00)
    effect = worked_out(version, {"drug_visit_limit": "610.00", "inpatient_year_limit": "500.00"})
    assert effect.paid == Both(1720_00, 500_00 + 120_00 + 610_00 + 200_00)


def test_claims_before_the_period_use_up_limits_but_do_not_count(version):
    yesterday = Period(day(1), day(0))
    effect = worked_out(version, {"drug_year_limit": "750.00"}, yesterday)
    assert effect.claims == 1
    assert effect.paid == Both(120_00, 120_00)  # decided first, whatever its day
    early = Period(day(6), day(4))
    assert worked_out(version, {"drug_year_limit": "750.00"}, early).paid == Both(200_00, 130_00)


def test_what_officers_took_off_and_refused_stays(version):
    cover, officer = Cover.objects.get(), make_officer()
    reduced, refused = make_held_bill(cover), make_held_bill(cover)
    for bill, outcome in ((reduced, Outcome.REDUCE), (refused, Outcome.DECLINE)):
        review_claim(
            claim_id=take(bill, officer),
            actor=officer,
            outcome=outcome,
            reason="Receipt",
            now=NOW,
            reductions={1: 20_00} if outcome == Outcome.REDUCE else None,
            diagnosis="J45.9",
        )
    effect = worked_out(version)
    assert effect.differs == 0
    assert effect.paid == Both(1820_00, 1820_00)
    assert effect.claims == 5
    assert worked_out(version, {"drug_visit_limit": "90.00"}).benefits["drug"] == Both(920_00, 360_00)


def test_what_an_earlier_cover_paid_on_the_same_bill_stays():
    cover = make_covered(ASTHMA, SECOND)
    make_bill(cover, filing=visit(lines=(FiledLine("drug", "Budesonide", 700_00, "R03BA02"),)))
    second = Cover.objects.get(plan_code=SECOND)
    decided = Decision.objects.get(cover=second)
    assert decided.left_fen == [200_00]
    effect = worked_out(second.plan_version)
    assert effect.differs == 0
    assert effect.paid.old == decided.paid_fen > 0


def test_facts_are_opened_only_where_the_terms_ask():
    day_one = NOW - timedelta(days=100)
    woman = make_person(sex="female", birth_date=date(1984, 5, 1), relation="self", now=day_one)
    screening = {"result": "negative", "date": (day_one - timedelta(days=10)).date().isoformat()}
    cover = make_cover(
        woman, plan_code="her-care", answers={"basic_insurance": "city", "screening": screening}, now=day_one
    )
    surgery = (FiledLine("surgery", "Operation", 50_000_00, catalogue="out"),)
    stay = {"kind": "inpatient", "service_date": day(20), "discharged": day(15), "diagnosis": "C50.9"}
    bill = make_held_bill(cover, lines=surgery, **{**stay, "diagnosis": ""})
    officer = make_officer()
    review_claim(
        claim_id=take(bill, officer), actor=officer, outcome=Outcome.APPROVE, reason="", diagnosis="C50.9", now=NOW
    )
    effect = worked_out(cover.plan_version)
    assert effect.differs == 0
    assert effect.paid == Both(19_500_00, 19_500_00)
    assert worked_out(cover.plan_version, {"screening_bonus": "0"}).paid == Both(19_500_00, 18_000_00)
    assert worked_out(cover.plan_version, {"age_to": "30"}).accepted == Both(1, 0)
    assert worked_out(cover.plan_version, {"age_to": "30"}).paid == Both(19_500_00, 0)
    assert read(cover.plan_version_id, PERIOD, facts=frozenset(), progress=lambda: None).year.people.facts == {}


def test_another_price_earns_another_contribution(version):
    effect = worked_out(version, {"price": "360.00"})
    assert effect.earned.new == pytest.approx(2 * effect.earned.old, abs=1)
    assert effect.paid.change == 0


def test_points_take_off_another_price_what_they_took_off(now):
    first = make_year(points=500)
    second = make_next(first)
    other = make_year()
    period = Period(second.start, second.end)
    version = second.plan_version
    assert worked_out(version, period=period).earned == Both(145_00, 145_00)
    assert worked_out(version, {"price": "160.00"}, period).earned == Both(145_00, 155_00)
    assert worked_out(version, {"price": "4.00"}, period).earned == Both(145_00, 0)
    before = Period(first.start, first.end)
    assert worked_out(version, {"price": "160.00"}, before).earned == Both(300_00, 320_00)
    extract = read(version.pk, before, facts=frozenset(), progress=lambda: None)
    assert (extract.price.tolist(), extract.discount.tolist()) == ([150_00, 150_00], [0, 0])
    assert other.end == first.end


def test_every_claim_of_a_version_is_read_as_the_counter_saw_it(version):
    extract = read(version.pk, PERIOD, facts=frozenset({"conditions"}), progress=lambda: None)
    people, claims, lines = extract.year.people, extract.year.claims, extract.year.lines
    cover = Cover.objects.get()
    assert date.fromordinal(int(people.born[0])) == cover.person.birth_date
    assert people.sex.values[people.sex.places[0]] == cover.person.sex
    assert people.facts["conditions"].values[0] == ("J45.9",)
    assert [date.fromordinal(int(one)) for one in (people.start[0], people.end[0], extract.end[0])] == [
        cover.start,
        cover.last_day,
        cover.end,
    ]
    assert claims.nights.tolist() == [0, 0, 0, 5]
    assert [claims.kind.values[place] for place in claims.kind.places] == [*["outpatient"] * 3, "inpatient"]
    assert lines.left.tolist() == [120_00, 620_00, 200_00, 900_00]
    assert [lines.item.values[place] for place in lines.item.places] == [*["R03BA02"] * 3, ""]
    assert adjudicate  # the engine itself is compared in tests/plans


def test_a_version_nobody_has_is_answered_with_nothing(version):
    effect = worked_out(version, {}, Period(date(2001, 1, 1), date(2001, 2, 1)))
    assert (effect.people, effect.claims, effect.paid) == (0, 0, Both(0, 0))


def test_the_question_is_answered_in_the_background_once(asked):
    question = asked()
    assert question.state == "waiting"
    assert tasks.answer_what_ifs() == 1
    question.refresh_from_db()
    assert (question.state, question.steps_done) == ("done", STEPS)
    assert question.effect.losing == Moved(None, None, is_hidden_few=True)
    assert question.effect.paid == Both(1720_00, None)
    assert len(question.result_hash) == 64
    assert tasks.answer_what_ifs() == 0
    assert not services.answer(what_if_id=question.pk, now=NOW)


def test_the_same_question_sent_twice_is_one(asked):
    key = uuid4()
    assert asked(key=key) == asked(key=key, title="Other")
    assert WhatIf.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"until": PERIOD.start}, NotAPeriod),
        ({"until": PERIOD.end + timedelta(days=1)}, NotAPeriod),
        ({"changes": {"no_such": "1"}}, ChangeUnusable),
        ({"changes": {"drug_visit_limit": "-1"}}, ChangeUnusable),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(asked, changes, error):
    with pytest.raises(error) as refused:
        asked(**changes)
    assert refused.value.field in ("until", "no_such", "drug_visit_limit")
    assert not WhatIf.objects.exists()


def test_changes_that_do_not_fit_together_are_refused_together(asked):
    with pytest.raises(ChangeUnusable):
        asked(changes={"age_from": "28", "asthma": ["asthma"]})


def test_a_worker_killed_in_the_middle_is_followed_by_another(asked):
    question = asked()
    WhatIf.objects.filter(pk=question.pk).update(state="running", beat_at=NOW - timedelta(days=400))
    assert services.answer_what_ifs(now=NOW) == 1


def test_one_at_work_is_left_alone(asked):
    question = asked()
    WhatIf.objects.filter(pk=question.pk).update(state="running", beat_at=NOW + timedelta(days=4000))
    assert services.answer_what_ifs(now=NOW) == 0


def test_what_cannot_be_worked_out_is_given_up_after_some_tries(asked, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("no")

    question = asked()
    monkeypatch.setattr("apps.actuary.services.what_ifs.work_out", broken)
    for _ in range(MOST_TRIES):
        question.refresh_from_db()
        assert question.state == "waiting"
        assert services.answer_what_ifs(now=NOW) == 0
    question.refresh_from_db()
    assert question.state == "failed"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": "other"}, "what was asked"),
        ({"changes": {}}, "what was asked"),
        ({"state": "done"}, "what_if_done_means_answered"),
        ({"result_hash": "x"}, "what_if_done_means_answered"),
    ],
    ids=str,
)
def test_the_database_keeps_a_question_as_it_was_asked(asked, values, words):
    question = asked()
    with pytest.raises((DatabaseError, IntegrityError), match=words), transaction.atomic():
        WhatIf.objects.filter(pk=question.pk).update(**values)


def test_the_database_keeps_an_answer(asked):
    question = asked()
    services.answer_what_ifs(now=NOW)
    for refused in (lambda rows: rows.update(result={}), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            refused(WhatIf.objects.filter(pk=question.pk))
    with pytest.raises(IntegrityError, match="what_if_period_in_order"), transaction.atomic():
        asked(since=PERIOD.start).__class__.objects.create(
            plan_version_id=question.plan_version_id,
            since=PERIOD.end,
            until=PERIOD.end,
            asked_by=question.asked_by,
            asked_at=NOW,
            beat_at=NOW,
            key=uuid4(),
        )


def test_the_command_prints_a_table_or_json(version, capsys):
    call_command("whatif", ASTHMA, "--from", str(PERIOD.start), "--set", "drug_visit_limit=100.00", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["benefits"] == {"drug": [820_00, None], "inpatient": [900_00, 900_00]}
    call_command("whatif", ASTHMA, "--from", str(PERIOD.start), "--to", str(day(0)), "--terms", version.version)
    assert "1720.00" in capsys.readouterr().out
    call_command("whatif", ASTHMA, "--from", str(PERIOD.start), "--set", "drug_visit_limit=100.00")
    printed = capsys.readouterr().out
    assert "520.00" not in printed
    assert "fewer than five" in printed


def test_an_answer_kept_whole_is_told_in_part(asked):
    question = asked()
    whole = {"effect": effect_data(worked_out(question.plan_version, question.changes))}
    kept = WhatIf(plan_version=question.plan_version, result=whole)
    services.answer_what_ifs(now=NOW)
    question.refresh_from_db()
    assert kept.effect == question.effect


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-plan", "--from", "2026-01-01"], "No published plan is called no-plan"),
        ([ASTHMA, "--from", "2026-01-01", "--terms", "1999"], "1999"),
        ([ASTHMA, "--from", "2026-01-01", "--set", "price"], "NAME=VALUE"),
        ([ASTHMA, "--from", "2026-01-01", "--set", "price=free"], "--set price: .*free"),
        ([ASTHMA, "--from", "2026-01-02", "--to", "2026-01-01"], "before it begins"),
    ],
    ids=str,
)
def test_the_command_says_what_is_wrong(version, arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("whatif", *arguments)


def test_what_is_read_is_what_is_stored():
    """Bills of none, one and several lines, of two children, in whatever order the database sends them."""
    first, second = make_covered(), make_covered()
    exam = FiledLine("exam", "Spirometry", 80_00, "spir-1")
    outside = FiledLine("drug", "Herbs", 33_00, "", "out")
    make_bill(second, filing=visit(lines=(*medicine(120), exam, outside), earlier={"basic": 50_00}))
    make_bill(first, filing=visit(lines=medicine(620), service_date=day(3)))
    make_bill(second, filing=visit(kind="event", event="diagnosis", lines=(), diagnosis="J45.0"))
    make_bill(first, filing=visit(lines=(outside, exam), service_date=day(4), severity="severe"))
    extract = read(first.plan_version_id, PERIOD, facts=frozenset({"conditions"}), progress=lambda: None)
    claims, lines = extract.year.claims, extract.year.lines
    seen = [
        (
            int(extract.paid[number]),
            str(date.fromordinal(int(claims.date[number]))),
            *(column.values[column.places[number]] for column in (claims.kind, claims.event, claims.diagnosis)),
            [
                (*(column.values[column.places[row]] for column in (lines.category, lines.item, lines.catalogue)), left)
                for row, left in enumerate(lines.left.tolist())
                if lines.claim[row] == number
            ],
        )
        for number in range(len(claims.person))
    ]
    stored = [
        (
            decision.paid_fen,
            str(decision.claim.bill.service_date),
            decision.claim.bill.kind,
            decision.claim.bill.event or None,
            decision.claim.bill.diagnosis,
            [
                (line.category, line.code.upper(), line.catalogue, left)
                for line, left in zip(decision.claim.bill.lines.order_by("number"), decision.left_fen, strict=True)
            ],
        )
        for decision in Decision.objects.order_by("cover", "sequence")
    ]
    assert seen == stored
    assert [len(row[-1]) for row in seen] == [1, 2, 3, 0]
    assert claims.person.tolist() == [0, 0, 1, 1]
    assert claims.severity.values[claims.severity.places[1]] == "severe"


def test_a_line_the_decision_did_not_know_stops_the_work(asked, version):
    question = asked()
    BillLine.objects.create(bill=Bill.objects.latest("pk"), number=2, category="drug", billed_fen=1, catalogue="in")
    assert services.answer_what_ifs(now=NOW) == 0
    question.refresh_from_db()
    assert question.state == WhatIf.State.WAITING
    with pytest.raises(ValueError, match="what was left open"):
        worked_out(version)


def test_a_question_that_workers_die_over_is_given_up(asked):
    question = asked()
    long_ago = NOW - timedelta(days=365)
    WhatIf.objects.filter(pk=question.pk).update(state="running", tries=MOST_TRIES, beat_at=long_ago)
    assert not services.answer(what_if_id=question.pk, now=NOW)
    question.refresh_from_db()
    assert question.state == WhatIf.State.FAILED
