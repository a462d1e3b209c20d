"""The explanation as PDF: the same facts and sentences as the page, in both languages."""

import os
import re
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from apps.audit.models import Access
from apps.claims.rules.states import Outcome
from apps.claims.services import review_claim
from apps.core import paper
from tests.claims.factories import ASTHMA, SECOND, make_bill, make_covered, make_officer, make_parent, take

from .test_bills import LINES, page

IS_MISSING = paper.find_font() is None and "CI" not in os.environ
pytestmark = [pytest.mark.django_db, pytest.mark.skipif(IS_MISSING, reason="no Chinese font on this machine")]


def document(browser, bill):
    answer = browser.get(reverse("claims:pdf", args=[bill.number]))
    assert answer.status_code == 200, answer
    return answer, PdfReader(BytesIO(answer.content))


def text_of(reader):
    """pypdf reads the two bytes of a character as two characters."""
    return re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in reader.pages).replace("\x00", ""))


def test_the_pdf_says_what_the_page_says(signed_in, stopped_clock):
    bill = make_bill(make_covered(ASTHMA, SECOND), lines=LINES, earlier={"basic": 50_00})
    answer, reader = document(signed_in(bill.filed_by), bill)
    text = text_of(reader)
    for part in (
        f"Explanation of claim {bill.number}",
        bill.person.name,
        "Family Doctor Mutual",
        "Others have already paid",
        "The plan pays 80% of ¥60.00",
        "Clause 2.1",
        "Not paid by this plan",
        "Spirometry",
        "Who pays what of this bill",
        "Basic insurance",
        f"1 / {len(reader.pages)}",
    ):
        assert part in text, part
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert f"explanation-{bill.number}.pdf" in answer.headers["Content-Disposition"]
    assert bill.person.name not in str(reader.metadata)


def test_the_pdf_speaks_chinese(signed_in, stopped_clock):
    bill = make_bill(make_covered(ASTHMA, SECOND), lines=LINES, earlier={"basic": 50_00})
    browser = signed_in(bill.filed_by)
    browser.cookies["django_language"] = "zh-hans"
    _answer, reader = document(browser, bill)
    text = text_of(reader).replace(" ", "")
    assert "其中30.00元已由其他支付方支付" in text
    assert reader.root_object["/Lang"] == "zh-Hans"


def test_a_long_bill_goes_on_over_several_sheets(signed_in, stopped_clock):
    lines = [type(LINES[0])("exam", f"Item number {number}", 1_00) for number in range(50)]
    bill = make_bill(lines=tuple(lines))
    _answer, reader = document(signed_in(bill.filed_by), bill)
    assert len(reader.pages) > 2
    assert all(f"Item number {number} " in text_of(reader) for number in range(50))


def test_a_claim_that_waits_says_so(signed_in, stopped_clock):
    bill = make_bill(diagnosis="", diagnosis_words="He coughs")
    _answer, reader = document(signed_in(bill.filed_by), bill)
    assert "Somebody at the fund looks at the papers" in text_of(reader)


def test_what_the_officer_changed_and_wrote_is_on_paper(signed_in, stopped_clock, now):
    bill, officer = make_bill(diagnosis="", diagnosis_words="He coughs"), make_officer()
    claim_id = take(bill, officer)
    review_claim(
        claim_id=claim_id,
        actor=officer,
        outcome=Outcome.REDUCE,
        reason="One inhaler a month",
        reductions={1: 20_00},
        diagnosis="J45.9",
        now=now,
    )
    text = text_of(document(signed_in(bill.filed_by), bill)[1])
    assert "One inhaler a month" in text
    assert "The officer took ¥20.00 off “Budesonide”" in text


def test_strangers_get_no_pdf_and_the_attempt_is_logged(signed_in, stopped_clock):
    bill, stranger = make_bill(), make_parent()
    assert signed_in(stranger).get(reverse("claims:pdf", args=[bill.number])).status_code == 404
    assert Access.objects.get(reader_id=stranger.pk).rule == "denied"


def test_the_page_leads_to_the_pdf(signed_in, stopped_clock):
    bill = make_bill()
    html = signed_in(bill.filed_by).get(reverse("claims:explanation", args=[bill.number])).content.decode()
    assert reverse("claims:pdf", args=[bill.number]) in html


def test_without_a_font_the_page_says_what_to_install(signed_in, stopped_clock, monkeypatch):
    monkeypatch.setattr(paper, "FONTS", ())
    bill = make_bill()
    browser = signed_in(bill.filed_by)
    assert "fonts-noto-cjk" in page(browser, bill, "explanation")
    assert browser.get(reverse("claims:pdf", args=[bill.number])).status_code == 302
    with pytest.raises(LookupError):
        paper.Paper("title", is_chinese=False, foot="")


def test_a_font_named_in_the_settings_comes_first(settings, tmp_path):
    named = tmp_path / "font.ttf"
    settings.PDF_FONT = str(named)
    assert paper.find_font().path != named
    named.write_bytes(b"")
    assert paper.find_font() == paper.Font(named, 0)
