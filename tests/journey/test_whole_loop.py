"""One family's way through the whole fund, and the fund's way with its money: eight steps, each by the person named."""

from __future__ import annotations

import io
import random
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from PIL import Image

from apps.core.clock import business_day, now
from apps.core.periods import add_years
from apps.members.rules.identity import fictional_number
from apps.portal.demo.alliance import PASSWORD
from tests.journey.people import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.own_day]

PLAN = "asthma-road-to-health"
SEATS = (
    "chair",
    "council.hospital1",
    "council.hospital2",
    "council.tech",
    "council.doctor1",
    "council.doctor2",
    "council.parent2",
    "council.parent3",
)


@dataclass
class World:
    """Who takes part, and what they leave to each other."""

    chromium: object
    base: str
    language: str
    width: int
    has_scripts: bool = True

    def __post_init__(self) -> None:
        self.email = f"journey-{uuid.uuid4().hex[:10]}@example.com"
        self.child = f"{'王小' if self.language == 'zh-hans' else 'Kit '}{uuid.uuid4().hex[:4]}"
        self.born = add_years(business_day(now()), -8) - timedelta(days=random.randrange(20, 300))

    def visitor(self, login: str = "") -> Visitor:
        visitor = Visitor(self.chromium, self.base, self.language, self.width, self.has_scripts)
        return visitor.sign_in(login) if login else visitor


def receipt() -> dict:
    """A photograph of a receipt, never the same twice."""
    picture = io.BytesIO()
    Image.effect_noise((640, 900), 40).convert("RGB").save(picture, "JPEG")
    return {"name": "receipt.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def parent_registers_and_adds_a_child(world: World) -> Visitor:
    parent = world.visitor()
    parent.go("/")
    parent.go("/account/signup/")
    parent.fill(name="Journey", email=world.email, password1=PASSWORD)
    parent.press()
    parent.press()  # the home page's one way on: add a person
    parent.fill(
        name=world.child,
        birth_date=world.born.isoformat(),
        identity_number=fictional_number(birth_date=world.born, sex="female", serial=random.randrange(300, 498)),
    )
    parent.choose(relation="mother", sex="female", identity_kind="resident")
    parent.press()
    assert "/consents/" in parent.path, parent.text
    parent.tick_all()
    parent.press()
    assert "/ready/" in parent.path, parent.text
    return parent


def parent_joins_a_plan_and_pays(world: World, parent: Visitor) -> None:
    parent.press()
    parent.go(f"/plans/{PLAN}/")
    parent.press()
    parent.follow("/cover/join/")
    parent.press()  # no answer given: declined, with the reason
    assert "/applications/" in parent.path, parent.text
    assert "J45" in parent.text
    parent.go(f"/plans/{PLAN}/")
    parent.press()
    parent.follow("/cover/join/")
    parent.choose(conditions="J45.9")
    parent.press()
    parent.press()  # to the payment
    parent.press()  # to the payment page of the bank
    assert "/pay/" in parent.page.url
    parent.page.locator("button.primary").click()
    parent.page.wait_for_load_state()
    parent.until("main a.button[href^='/cover/']")
    parent.press()
    parent.until("main .chip.is-ok")


def parent_chooses_a_doctor(parent: Visitor) -> None:
    parent.go("/home/")
    parent.page.locator("main a[href*='/care/doctor/']").first.click()
    parent.check()
    parent.page.select_option("[name=clinic]", index=1)
    parent.page.locator("main form button").first.click()
    parent.check()
    person = parent.path.split("/")[3]
    parent.go(f"/care/doctor/{person}/1/")  # the demo's lead doctor
    parent.press()
    parent.go("/messages/")
    assert "周敏" in parent.text


def doctor_logs_a_visit_and_refers(world: World) -> str:
    doctor = world.visitor("doctor")
    doctor.go("/care/today/")
    doctor.page.locator(f"main a:has-text('{world.child}')").first.click()
    doctor.check()
    doctor.fill(pef_morning="100", pef_evening="110", pef_best="260", nights="9", c_act="9")
    doctor.choose(day_symptoms="6", reliever="5", activity="2")
    doctor.press("main form button.button:not(.is-quiet) >> nth=-1")
    assert "/care/visit/" in doctor.path or "/care/today" in doctor.path, doctor.text
    doctor.follow("/referrals/new/")
    doctor.tick_all()
    doctor.press()
    assert "/referrals/" in doctor.path, doctor.text
    return doctor.path


def hospital_sees_the_child_and_writes_back(world: World, referral: str) -> None:
    coordinator = world.visitor("coordinator")
    coordinator.go("/referrals/desk/")
    coordinator.go(f"{referral}accept-and-book/")
    coordinator.tick(coordinator.page.locator("main [name=slot]").first)
    coordinator.press()
    coordinator.go(referral)
    coordinator.press("main form[action$='/check-in/'] button")
    specialist = world.visitor("specialist")
    specialist.go("/referrals/specialist/")
    specialist.go(referral)
    specialist.press("main form[action$='/see/'] button")
    specialist.go(f"{referral}return-letter/")
    for box in specialist.page.locator("main form textarea").all():
        box.fill("按计划用药，四周后复查。")
    specialist.press()
    doctor = world.visitor("doctor")
    doctor.go(referral)
    assert "按计划用药" in doctor.text
    doctor.press("main form[action$='/ack-return/'] button")


def family_sees_the_timeline(parent: Visitor, referral: str) -> None:
    parent.go("/home/")
    parent.page.locator("main a[href^='/home/']").first.click()
    parent.check()
    assert parent.page.locator(f"main a[href='{referral}']").count() >= 4
    parent.go(referral)


def parent_files_a_claim(parent: Visitor) -> str:
    parent.go("/claims/new/")
    parent.tick(parent.page.locator("main [name=person]").first)
    parent.choose(kind="pharmacy")
    parent.press("main form button.button:not(.is-quiet) >> nth=-1")
    parent.fill(service_date=business_day(now()).isoformat())
    parent.choose(diagnosis="J45.9")
    parent.page.select_option("[name=place]", index=1)
    parent.press("main form button.button:not(.is-quiet) >> nth=-1")
    parent.page.set_input_files("[name=papers]", receipt())
    parent.fill(issuer="仁和大药房", receipt_number=f"J{uuid.uuid4().int % 10**12:012d}")
    parent.choose(**{"lines-0-category": "drug", "lines-0-medicine": "R03BA02"})
    parent.fill(**{"lines-0-description": "布地奈德", "lines-0-amount": "88.35"})
    payers = parent.page.locator("details:has([name=paid_basic]) summary")
    if payers.count() and not parent.page.locator("[name=paid_basic]").is_visible():
        payers.click()
    parent.fill(paid_basic="30")
    parent.press("main form button[value=next]:not(.is-quiet) >> nth=-1")
    parent.fill(holder_name="Journey", bank="Demo Bank", number="6200123456789012")
    parent.press("main form button.button:not(.is-quiet) >> nth=-1")
    parent.press("main form button.button:not(.is-quiet) >> nth=-1")
    assert "/claims/C-" in parent.path, parent.text
    assert "58.35" in parent.text
    return parent.path


def officer_decides(world: World, claim: str) -> None:
    officer = world.visitor("officer")
    officer.go("/claims/queue/")
    officer.page.locator(f"main a:has-text('{claim.split('/')[2]}')").first.click()
    officer.check()
    officer.press()  # take it
    officer.choose(outcome="approve")
    officer.press("main form button.button:not(.is-quiet) >> nth=-1")
    officer.go("/messages/outbox/")


def family_is_paid(parent: Visitor, claim: str) -> None:
    parent.go(claim)
    parent.until("main .chip.is-ok")
    assert "58.35" in parent.text
    parent.go(f"{claim}explanation/")
    parent.go("/claims/")


def treasurer_closes_the_quarter(world: World) -> None:
    treasurer = world.visitor("treasurer")
    treasurer.go("/payments/")
    treasurer.go("/ledger/")
    treasurer.go("/close/")
    if treasurer.page.locator("main a[href='/close/begin/?span=quarter']").count():
        treasurer.go("/close/begin/?span=quarter")
        treasurer.press()
        treasurer.until("main :text-is('¥0.00'), main .stats, main table")
    treasurer.go("/close/")
    treasurer.page.locator("main table a[href^='/close/']").first.click()
    treasurer.check()
    treasurer.go("/ledger/?since=2026-01-01")
    treasurer.go("/ledger/accounts/bank/?print=1")


def council_decides(world: World) -> None:
    proposer = world.visitor("council.parent1")
    proposer.go("/council/")
    proposer.go("/council/propose/")
    proposer.fill(title_zh="吸入技术培训", title_en="Inhaler training", text="为什么：一半的孩子吸入技术有误。")
    proposer.page.locator("main form button[name=add]").click()  # a second line, and nothing typed is lost
    proposer.check()
    assert proposer.page.input_value("[name=title_en]") == "Inhaler training"
    proposer.page.locator("main form button[name=remove]").last.click()
    proposer.check()
    prefix = proposer.page.locator("main [name$=-amount]").first.get_attribute("name").removesuffix("amount")
    due = (business_day(now()) + timedelta(days=120)).isoformat()
    proposer.choose(**{f"{prefix}purpose": "training"})
    proposer.page.select_option(f"[name={prefix}payee]", index=1)
    proposer.page.select_option(f"[name={prefix}owner]", index=1)
    proposer.fill(**{f"{prefix}amount": "10", f"{prefix}milestones": "两场培训", f"{prefix}report_due": due})
    proposer.press("main form button[name=send]")
    resolution = proposer.path
    assert resolution.startswith("/council/"), proposer.text
    chair = world.visitor("chair")
    chair.go(f"{resolution}open/")
    chair.press()
    for login in SEATS:
        votes(world.visitor(login), resolution)
    votes(proposer, resolution)
    closer = world.visitor("council.parent2")
    closer.go(f"{resolution}close/")
    closer.press()
    closer.go(resolution)
    closer.until("main .chip.is-ok")
    closer.go(f"{resolution}minutes/")
    treasurer = world.visitor("treasurer")
    treasurer.go("/payments/?state=settled")
    treasurer.until("main :text('¥10.00')")


def votes(member: Visitor, resolution: str) -> None:
    """For every line where the member may vote; a seat with an interest is told so."""
    member.go(resolution)
    if not member.page.locator(f"main a[href='{resolution}vote/']").count():
        return
    member.go(f"{resolution}vote/")
    for option in member.page.locator("main input[type=radio][value=for]").all():
        member.tick(option)
    member.press()
    member.press()  # the second look


def everyone_reads_the_public_page(world: World) -> None:
    visitor = world.visitor()
    visitor.go("/fund/")
    assert visitor.page.locator("main a[href^='/council/']").count() >= 1


@pytest.mark.parametrize(
    ("language", "width", "has_scripts"),
    [("zh-hans", 375, True), ("en", 1280, True), ("en", 375, False)],
    ids=["zh at 375 px", "en at 1280 px", "without JavaScript"],
)
def test_from_enrolment_to_the_council_vote(portal, chromium, language, width, has_scripts):
    world = World(chromium, portal, language, width, has_scripts)
    parent = parent_registers_and_adds_a_child(world)
    parent_joins_a_plan_and_pays(world, parent)
    parent_chooses_a_doctor(parent)
    referral = doctor_logs_a_visit_and_refers(world)
    hospital_sees_the_child_and_writes_back(world, referral)
    family_sees_the_timeline(parent, referral)
    claim = parent_files_a_claim(parent)
    officer_decides(world, claim)
    family_is_paid(parent, claim)
    treasurer_closes_the_quarter(world)
    council_decides(world)
    everyone_reads_the_public_page(world)
