"""The forms of a claim: what the family types, step by step, and what the officer answers."""

from apps.claims.forms.account import AccountForm
from apps.claims.forms.facts import FactsForm
from apps.claims.forms.receipt import LineFormSet, ReceiptForm
from apps.claims.forms.review import ReviewForm
from apps.claims.forms.start import StartForm

__all__ = ["AccountForm", "FactsForm", "LineFormSet", "ReceiptForm", "ReviewForm", "StartForm"]
