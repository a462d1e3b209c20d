"""The filing form as a parent goes through it without JavaScript, and what happens when something is wrong."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.claims.models import Bill, ClaimDraft, Payout
from apps.documents.models import Document, HeldUpload
from apps.payments.models import PayeeAccount
from tests.claims.factories import NOW, day, make_account, make_bill, visit
from tests.documents.factories import photo, receipt, upload
from tests.members.factories import make_parent

pytestmark = pytest.mark.django_db

FACTS = {
    "service_date": day(1).isoformat(),
    "diagnosis": "J45.9",
    "place": "other",
    "place_name": "Sunny Clinic",
    "level": "primary",
    "area": "local",
    "action": "next",
}
LINE = {
    "lines-TOTAL_FORMS": "1",
    "lines-INITIAL_FORMS": "0",
    "lines-0-category": "drug",
    "lines-0-medicine": "R03BA02",
    "lines-0-description": "Budesonide inhaler",
    "lines-0-amount": "120.50",
    "lines-0-catalogue": "in",
}
RECEIPT = {"issuer": "Sunny Clinic", "receipt_number": "No. 5566-7788", "paid_basic": "20.50", **LINE, "action": "next"}
ACCOUNT = {"holder_name": "Fang Wang", "bank": "Harbour Bank", "number": "6222 0000 1111 2222"}


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def begin(browser, cover, kind="outpatient") -> ClaimDraft:
    key = uuid4()
    answer = browser.post(reverse("claims:new"), {"key": key, "person": cover.person_id, "kind": kind})
    assert answer.status_code == 302, words(answer)
    return ClaimDraft.objects.get(key=key)


def url(step, draft):
    return reverse(f"claims:{step}", args=[draft.key])


def go_to_check(browser, draft, *, facts=FACTS, paper=RECEIPT) -> None:
    assert browser.post(url("facts", draft), facts).url == url("receipt", draft)
    answer = browser.post(url("receipt", draft), {**paper, "papers": [receipt()]})
    assert answer.status_code == 302, words(answer)
    key = re.search(r'name="key" value="([^"]+)"', browser.get(url("account", draft)).content.decode())[1]
    assert browser.post(url("account", draft), {**ACCOUNT, "key": key}).url == url("check", draft)


def test_a_parent_files_a_claim_from_the_first_question_to_the_decision(browser, cover):
    draft = begin(browser, cover)
    go_to_check(browser, draft)
    seen = words(browser.get(url("check", draft)))
    for text in (
        "Asthma (J45.9)",
        "Sunny Clinic",
        "No. 5566-7788",
        "¥120.50",
        "¥20.50",
        "ending in 2222",
        "receipt.jpg",
    ):
        assert text in seen
    assert "6222" not in seen
    answer = browser.post(url("check", draft), follow=True)
    bill = Bill.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("claims:bill", args=[bill.number])
    assert "Your claim has arrived" in words(answer)
    assert (bill.billed_fen, bill.claims.get().paid_fen, bill.documents.count()) == (120_50, 100_00, 1)
    assert bill.lines.get().code == "R03BA02"


def test_a_stay_in_hospital_asks_for_both_days(browser, cover):
    draft = begin(browser, cover, "inpatient")
    go_to_check(browser, draft, facts={**FACTS, "service_date": day(9).isoformat(), "discharged": day(5).isoformat()})
    browser.post(url("check", draft))
    assert Bill.objects.get().discharged == day(5)


def test_an_event_has_no_lines_and_no_payers(browser, cover):
    draft = begin(browser, cover, "event")
    assert "discharged" not in browser.get(url("facts", draft)).content.decode()
    browser.post(url("facts", draft), {**FACTS, "event": "diagnosis"})
    page = browser.get(url("receipt", draft)).content.decode()
    assert "lines-0-amount" not in page
    assert "paid_basic" not in page
    go_to_check(
        browser,
        draft,
        facts={**FACTS, "event": "diagnosis"},
        paper={"issuer": "Sunny", "receipt_number": "77665544", "action": "next"},
    )
    browser.post(url("check", draft))
    assert Bill.objects.get().event == "diagnosis"


def test_lines_are_added_and_removed_and_everything_typed_stays(browser, cover):
    draft = begin(browser, cover)
    answer = browser.post(url("receipt", draft), {**RECEIPT, "action": "add-line", "papers": [receipt()]})
    assert answer.url.endswith("/receipt/#lines")
    page = browser.get(url("receipt", draft)).content.decode()
    for text in (
        "No. 5566-7788",
        "Budesonide inhaler",
        "120.50",
        'value="20.50"',
        "lines-1-amount",
        "Already uploaded: receipt.jpg",
    ):
        assert text in page
    two = {**RECEIPT, "lines-TOTAL_FORMS": "2", "lines-1-description": "Spacer", "action": "remove-line-0"}
    browser.post(url("receipt", draft), two)
    page = browser.get(url("receipt", draft)).content.decode()
    assert "Spacer" in page
    assert "Budesonide inhaler" not in page
    assert "lines-1-amount" not in page


def test_adding_a_line_with_htmx_swaps_what_a_full_page_shows(browser, cover):
    draft = begin(browser, cover)
    headers = {"HX-Request": "true", "HX-Target": "lines"}
    part = browser.post(url("receipt", draft), {**RECEIPT, "action": "add-line"}, headers=headers).content.decode()
    whole = browser.get(url("receipt", draft)).content.decode()
    assert "<html" not in part
    assert "lines-1-amount" in part
    assert re.sub(r"\s+", " ", part).strip() in re.sub(r"\s+", " ", whole)


def test_a_file_is_uploaded_once_and_can_be_removed(browser, cover):
    draft = begin(browser, cover)
    for _ in range(2):
        browser.post(url("receipt", draft), {**RECEIPT, "issuer": "", "papers": [receipt()]})
    held = HeldUpload.objects.get()
    browser.post(url("receipt", draft), {**RECEIPT, "action": f"drop-file-{held.pk}"})
    assert not HeldUpload.objects.exists()
    assert "No. 5566-7788" in browser.get(url("receipt", draft)).content.decode()


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"service_date": day(-1).isoformat()}, "outpatient", "This day is still to come"),
        ({"service_date": day(300).isoformat()}, "outpatient", "Xiaoyu had no cover on this day"),
        ({"service_date": "31.02.2026"}, "outpatient", "Enter a real date"),
        ({"discharged": day(2).isoformat()}, "inpatient", "lies before the day of admission"),
        ({"diagnosis": "other", "diagnosis_code": "asthma"}, "outpatient", "a letter and digits, such as J45.9"),
        ({"diagnosis": "unknown"}, "outpatient", "Write in a few words what the doctor said"),
        ({"place_name": ""}, "outpatient", "Enter the name of the place"),
        ({"event": ""}, "event", "Choose what happened"),
        ({"event": "disability"}, "event", "Enter the grade"),
    ],
)
def test_wrong_facts_are_told_at_the_field_and_nothing_typed_is_lost(browser, cover, change, kind, said):
    draft = begin(browser, cover, kind)
    typed = {**FACTS, "discharged": day(0).isoformat(), "event": "diagnosis", "place_name": "Typed Place", **change}
    answer = browser.post(url("facts", draft), typed)
    assert said in words(answer)
    field = next(iter(change)) if "diagnosis" not in change else list(change)[-1]
    assert 'aria-invalid="true"' in answer.content.decode(), field
    again = browser.get(url("facts", draft)).content.decode()
    assert typed["service_date"] in again
    assert typed["place_name"] in again
    assert not Bill.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines-0-amount": "0"}, "The amount must be above zero"),
        ({"lines-0-amount": "1e12"}, "Enter an amount in yuan with digits only"),
        ({"lines-0-amount": "1000000000000"}, "This amount is too large"),
        ({"lines-0-amount": "-5"}, "cannot be below zero"),
        ({"lines-0-amount": "1.234"}, "two decimals at most"),
        ({"lines-0-amount": ""}, "Enter the amount"),
        ({"lines-0-medicine": ""}, "Choose the medicine"),
        ({"lines-0-medicine": "other", "lines-0-code": ""}, "Enter the ATC code"),
        ({"paid_basic": "120.51"}, "The others together paid 120.51 yuan"),
        ({"receipt_number": "??"}, "letters and digits, at least four"),
        ({"issuer": ""}, "This field is required"),
    ],
)
def test_a_wrong_receipt_is_told_at_the_field_and_nothing_is_lost(browser, cover, change, said):
    draft = begin(browser, cover)
    answer = browser.post(url("receipt", draft), {**RECEIPT, **change, "papers": [receipt()]})
    assert said in words(answer)
    page = browser.get(url("receipt", draft)).content.decode()
    assert "Budesonide inhaler" in page
    assert "Already uploaded: receipt.jpg" in page
    assert not Bill.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.jpg", "is empty (0 bytes)"),
        (photo() + bytes(50 * 1024 * 1024), "huge.jpg", "is too large: 51 MB"),
        (b"MZ\x90\x00" + bytes(500), "program.jpg", "is not a photo or a PDF, whatever its name says"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg", "is not a photo or a PDF"),
    ],
)
def test_a_bad_file_is_told_and_good_ones_and_all_texts_stay(browser, cover, content, name, said):
    draft = begin(browser, cover)
    answer = browser.post(url("receipt", draft), {**RECEIPT, "papers": [receipt("good.jpg"), upload(content, name)]})
    page = answer.content.decode()
    assert said in words(answer)
    assert name in page
    for text in ("Already uploaded: good.jpg", "No. 5566-7788", "Budesonide inhaler"):
        assert text in page
    assert Document.objects.count() == 1


def test_without_any_paper_the_form_does_not_go_on(browser, cover):
    answer = browser.post(url("receipt", begin(browser, cover)), RECEIPT)
    assert "Add at least one photo or PDF" in words(answer)


def test_a_receipt_filed_before_is_told_at_its_number(browser, cover):
    make_bill(cover, filing=visit(receipt_number="55667788"))
    answer = browser.post(url("receipt", begin(browser, cover)), {**RECEIPT, "papers": [receipt()]})
    assert "one receipt is never paid twice" in words(answer)
    assert Bill.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "12"}, "8 to 30 digits"),
        ({"number": ""}, "Enter the account number"),
        ({"holder_name": ""}, "Enter the name of the account holder"),
        ({"bank": ""}, "Enter the name of the bank"),
    ],
)
def test_a_wrong_account_is_told_at_the_field(browser, cover, change, said):
    answer = browser.post(url("account", begin(browser, cover)), {**ACCOUNT, "key": uuid4(), **change})
    assert said in words(answer)
    assert not PayeeAccount.objects.exists()


def test_the_account_named_before_is_offered(browser, cover, parent):
    account, draft = make_account(parent), begin(browser, cover)
    assert "ending in 2222" in words(browser.get(url("account", draft)))
    browser.post(url("account", draft), {"account": "current", "key": uuid4()})
    assert PayeeAccount.objects.get() == account


def test_a_double_click_on_send_sends_once(browser, cover):
    draft = begin(browser, cover)
    go_to_check(browser, draft)
    answers = [browser.post(url("check", draft)) for _ in range(2)]
    assert answers[0].url == answers[1].url == reverse("claims:bill", args=[Bill.objects.get().number])
    assert Payout.objects.count() == 1


@pytest.mark.parametrize("step", ["facts", "receipt", "account", "check"])
def test_going_back_after_sending_leads_to_the_claim(browser, cover, step):
    draft = begin(browser, cover)
    go_to_check(browser, draft)
    browser.post(url("check", draft))
    for answer in (browser.get(url(step, draft), follow=True), browser.post(url(step, draft), FACTS, follow=True)):
        assert "This claim was sent already" in words(answer)
    assert Bill.objects.count() == 1


def test_an_expired_session_in_the_middle_of_the_form_loses_nothing(browser, cover, parent):
    draft = begin(browser, cover)
    browser.logout()
    answer = browser.post(url("facts", draft), {**FACTS, "place_name": "Typed while signed out"})
    assert answer.url == f"{reverse('account_login')}?next={url('facts', draft)}"
    answer = browser.post(url("receipt", draft), {**RECEIPT, "papers": [receipt()]})
    assert answer.status_code == 302
    browser.force_login(parent)
    answer = browser.get(url("facts", draft))
    assert "Typed while signed out" in answer.content.decode()
    assert "You were signed out while you typed" in words(answer)
    page = browser.get(url("receipt", draft)).content.decode()
    assert "Already uploaded: receipt.jpg" in page
    assert "Budesonide inhaler" in page


def test_with_htmx_an_expired_session_leads_the_whole_page_to_the_sign_in(client, browser, cover):
    draft = begin(browser, cover)
    headers = {"HX-Request": "true", "HX-Target": "lines"}
    answer = Client().post(url("receipt", draft), {**RECEIPT, "action": "add-line"}, headers=headers)
    assert answer["HX-Redirect"].startswith(reverse("account_login"))
    assert "Budesonide inhaler" in browser.get(url("receipt", draft)).content.decode()


def test_an_old_draft_takes_no_posts_without_a_session(cover, browser):
    draft = begin(browser, cover)
    ClaimDraft.objects.update(touched_at=NOW - timedelta(hours=13))
    Client().post(url("facts", draft), {**FACTS, "place_name": "From somewhere"})
    assert "From somewhere" not in ClaimDraft.objects.get().data


def test_signed_out_at_the_first_question_the_choice_comes_back(client, cover, stopped_clock):
    answer = client.post(reverse("claims:new"), {"person": cover.person_id, "kind": "pharmacy", "key": uuid4()})
    assert answer.url.endswith(f"person%3D{cover.person_id}%26kind%3Dpharmacy")


def test_a_draft_is_found_again_and_can_be_thrown_away(browser, cover):
    draft = begin(browser, cover)
    assert "Begun, not sent yet" in words(browser.get(reverse("claims:new")))
    browser.post(reverse("claims:drop", args=[draft.key]))
    assert not ClaimDraft.objects.exists()


@pytest.mark.parametrize("step", ["facts", "receipt", "account", "check"])
def test_another_persons_draft_is_not_there(browser, cover, signed_in, step):
    draft = begin(browser, cover)
    stranger = signed_in(make_parent())
    assert stranger.get(url(step, draft)).status_code == 404
    assert stranger.post(url(step, draft), FACTS).status_code == 404


def test_the_last_look_leads_back_to_what_is_missing(browser, cover):
    draft = begin(browser, cover)
    assert browser.get(url("check", draft)).url == f"{url('facts', draft)}?look=1"
    browser.post(url("facts", draft), FACTS)
    answer = browser.get(url("check", draft), follow=True)
    assert answer.redirect_chain[-1][0] == f"{url('receipt', draft)}?look=1"
    assert "Please look at this again" in words(answer)


def test_what_became_impossible_meanwhile_is_told_at_its_step(browser, cover):
    draft = begin(browser, cover)
    go_to_check(browser, draft)
    make_bill(cover, filing=visit(receipt_number="55667788"))
    answer = browser.post(url("check", draft), follow=True)
    assert "one receipt is never paid twice" in words(answer)
    assert HeldUpload.objects.count() == 1
    assert Bill.objects.count() == 1


def test_without_the_consent_the_form_says_so_at_once(browser, cover, now):
    cover.person.signatures.filter(text__kind="consent-claims").update(
        withdrawn_at=now, withdrawn_by=cover.person.registered_by
    )
    data = {"key": uuid4(), "person": cover.person_id, "kind": "outpatient"}
    assert "Without the consent for claims" in words(browser.post(reverse("claims:new"), data))


def test_the_draft_is_unreadable_in_the_database(browser, cover):
    from django.db import connection

    draft = begin(browser, cover)
    browser.post(url("facts", draft), FACTS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM claims_claimdraft")
        assert "Sunny" not in cursor.fetchone()[0]
