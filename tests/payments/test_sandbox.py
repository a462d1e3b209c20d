"""The sandbox bank itself: one payment a key, faults on demand, a page a person can pay on."""

import httpx
import pytest

from apps.payments.sandbox.faults import BY_AMOUNT, PLACES
from apps.payments.sandbox.pages import TEXTS
from apps.payments.sandbox.service import Service
from apps.payments.sandbox.store import Store
from tests.payments.processes import BankProcess

BODY = {"amount_fen": 500, "account": "6222", "holder_name": "Lin Yue", "bank": "B", "memo": "m"}
ASKED = {"amount_fen": 123_456, "return_url": "http://portal.test/back/", "language": "zh-hans"}


@pytest.fixture
def slept():
    return []


@pytest.fixture
def bank(tmp_path, slept):
    service = Service(Store(tmp_path / "bank.sqlite3"), sleep=slept.append)
    with httpx.Client(transport=httpx.WSGITransport(app=service), base_url="http://bank.test") as client:
        yield client


def pay(bank, key="k", **changes):
    headers = {"Idempotency-Key": key, **changes.pop("headers", {})}
    return bank.post("/payments", json={**BODY, **changes}, headers=headers)


def lines(bank, after=0):
    return [(line["kind"], line["amount_fen"]) for line in bank.get(f"/statement?after={after}").json()["lines"]]


def test_a_key_pays_once(bank):
    assert pay(bank).json() == pay(bank).json() == bank.get("/payments/k").json()
    assert lines(bank) == [("paid", 500)]
    assert lines(bank, after=1) == []


def test_a_key_with_another_body_is_a_conflict(bank):
    pay(bank)
    assert pay(bank, amount_fen=501).status_code == 409
    assert lines(bank) == [("paid", 500)]


def test_told_to_ignore_keys_it_pays_twice_for_the_negative_control(bank):
    bank.post("/faults", json={"ignore_keys": True})
    pay(bank), pay(bank)
    assert len(bank.get("/payments").json()["payments"]) == 2
    bank.delete("/faults")
    pay(bank)
    assert len(bank.get("/payments").json()["payments"]) == 2


def test_told_to_hold_its_statement_it_tells_nothing_until_it_may(bank):
    bank.post("/faults", json={"hold_statement": True})
    pay(bank)
    assert lines(bank) == []
    bank.post("/faults", json={"hold_statement": False})
    assert lines(bank) == [("paid", 500)]


OUTCOMES = {
    "500": (500, []),
    "lost": (504, []),
    "late": (200, [("paid", 500)]),
    "502-done": (502, [("paid", 500)]),
    "garbage": (200, [("paid", 500)]),
    "reject": (422, []),
    "wrong-amount": (200, [("paid", 499)]),
    "return": (200, [("paid", 500), ("returned", 500)]),
    "duplicate": (200, [("paid", 500), ("paid", 500)]),
    "refuse-later": (200, [("rejected", 500)]),
}


@pytest.mark.parametrize("action", PLACES["submit"])
def test_every_fault_can_be_ordered_once(bank, action, slept):
    bank.post("/faults", json={"action": action, "seconds": 7}).raise_for_status()
    assert (pay(bank).status_code, lines(bank)) == OUTCOMES[action]
    assert slept == ([7.0] if action in ("500", "lost", "late") else [])
    assert pay(bank, "another").status_code == 200


@pytest.mark.parametrize(("fen", "action"), BY_AMOUNT.items())
def test_an_amount_brings_its_fault(bank, fen, action):
    status, _ = OUTCOMES[action]
    assert pay(bank, amount_fen=fen).status_code == status


def test_a_header_brings_its_fault(bank, slept):
    assert pay(bank, headers={"X-Sandbox-Fault": "late=5"}).status_code == 200
    assert slept == [5.0]


def test_a_fault_may_wait_for_one_amount_only(bank):
    bank.post("/faults", json={"action": "reject", "amount_fen": 700})
    assert pay(bank).status_code == 200
    assert pay(bank, "b", amount_fen=700).status_code == 422


@pytest.mark.parametrize("path", ["/payments/k", "/statement", "/checkouts/k"])
def test_questions_can_fail_too(bank, path):
    pay(bank)
    bank.post("/checkouts", json=ASKED, headers={"Idempotency-Key": "k"})
    place = {"/payments/k": "inquire", "/statement": "statement", "/checkouts/k": "checkout"}[path]
    bank.post("/faults", json={"on": place, "action": "500"})
    assert [bank.get(path).status_code for _ in range(2)] == [500, 200]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/payments", b"not json"),
        ("/payments", b"[]"),
        ("/payments", b"{}"),
        ("/payments", b'{"amount_fen": -1, "account": "6"}'),
        ("/checkouts", b'{"amount_fen": 1, "return_url": "javascript:alert(1)"}'),
        ("/faults", b'{"action": "explode"}'),
        ("/faults", b'{"action": "late", "on": "nowhere"}'),
    ],
)
def test_what_cannot_be_read_is_refused(bank, path, body):
    assert bank.post(path, content=body, headers={"Idempotency-Key": "k"}).status_code == 400
    assert lines(bank) == []


@pytest.fixture
def page(bank):
    return bank.post("/checkouts", json=ASKED, headers={"Idempotency-Key": "c"}).json()["pay_url"]


def told(bank):
    answer = bank.get("/checkouts/c")
    return answer.json().get("state", answer.status_code)


def test_the_page_shows_the_amount_in_the_payer_s_language(bank, page):
    chinese, english = bank.get(page), bank.get(page.replace("lang=zh", "lang=en"))
    assert "¥1,234.56" in chinese.text
    assert 'lang="zh-Hans"' in chinese.text
    assert "立即支付" in chinese.text
    assert "Pay now" in english.text
    assert "<script" not in chinese.text
    assert "style=" not in chinese.text
    policy = chinese.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://portal.test" in policy
    assert bank.get("/style.css").headers["content-type"] == "text/css; charset=utf-8"


def test_both_languages_say_the_same_things():
    assert set(TEXTS["en"]) == set(TEXTS["zh"])


@pytest.mark.parametrize(
    ("action", "answer", "times"),
    [("now", "paid", 1), ("late", "open", 0), ("twice", "paid", 2), ("silent", 503, 0), ("decline", "declined", 0)],
)
def test_a_person_pays_and_is_sent_back(bank, page, action, answer, times):
    done = bank.post(page, data={"action": action})
    assert (done.status_code, done.headers["location"]) == (303, "http://portal.test/back/")
    assert told(bank) == answer
    assert lines(bank) == [("received", 123_456)] * times


def test_pressing_twice_pays_once(bank, page):
    for _ in range(2):
        assert bank.post(page, data={"action": "now"}).status_code == 303
    assert lines(bank) == [("received", 123_456)]
    assert "这笔款已支付" in bank.get(page).text


def test_a_checkout_asked_for_again_is_the_same_page(bank, page):
    again = bank.post("/checkouts", json=ASKED, headers={"Idempotency-Key": "c"})
    assert again.json()["pay_url"] == page
    other = bank.post("/checkouts", json={**ASKED, "amount_fen": 1}, headers={"Idempotency-Key": "c"})
    assert other.status_code == 409


@pytest.mark.parametrize(("method", "path"), [("GET", "/pay/nothing"), ("POST", "/pay/nothing"), ("GET", "/admin")])
def test_what_is_not_known_is_not_found(bank, method, path):
    assert bank.request(method, path, data={"action": "now"} if method == "POST" else None).status_code == 404


def test_a_press_of_no_button_is_refused(bank, page):
    assert bank.post(page, data={"action": "steal"}).status_code == 400
    assert told(bank) == "open"


@pytest.mark.slow
def test_it_runs_as_a_process_of_its_own_and_keeps_what_it_knows(tmp_path):
    for status in (404, 200):
        bank = BankProcess(tmp_path)
        try:
            assert bank.client.get("/").text == "sandbox bank\n"
            assert bank.client.get("/payments/k").status_code == status
            assert pay(bank.client).status_code == 200
        finally:
            bank.stop()
