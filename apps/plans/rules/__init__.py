"""The plans' terms and their evaluation, pure: who may join, what is asked, what it costs, what is paid and why."""

from apps.plans.errors import AnswerInvalid, BillOverpaid, TermsInvalid

from .accumulators import Accumulators
from .adjudication import adjudicate
from .bill import open_lines
from .claims import CATALOGUES, CATEGORIES, EVENTS, KINDS, PAYERS, Claim, Facility, Line
from .decision import Decision, Enrolment, Reason, Refused, Step
from .enrolment import assess_enrolment, assess_known, price_fen
from .facts import read_fact, read_facts
from .loading import content_hash, load_terms, parse_terms
from .people import Insured, Policy, completed_years
from .questionnaire import facts_from_answers, questions
from .reasons import JOINING_REASONS, REFUSALS, reason_text
from .record import decision_from_json, decision_to_json
from .sentences import sentence
from .terms import Benefit, Choice, DailyTask, Entitlement, Payer, Paying, Points, Question, Terms
from .written import Words

__all__ = [
    "CATALOGUES",
    "CATEGORIES",
    "EVENTS",
    "JOINING_REASONS",
    "KINDS",
    "PAYERS",
    "REFUSALS",
    "Accumulators",
    "AnswerInvalid",
    "Benefit",
    "BillOverpaid",
    "Choice",
    "Claim",
    "DailyTask",
    "Decision",
    "Enrolment",
    "Entitlement",
    "Facility",
    "Insured",
    "Line",
    "Payer",
    "Paying",
    "Points",
    "Policy",
    "Question",
    "Reason",
    "Refused",
    "Step",
    "Terms",
    "TermsInvalid",
    "Words",
    "adjudicate",
    "assess_enrolment",
    "assess_known",
    "completed_years",
    "content_hash",
    "decision_from_json",
    "decision_to_json",
    "facts_from_answers",
    "load_terms",
    "open_lines",
    "parse_terms",
    "price_fen",
    "questions",
    "read_fact",
    "read_facts",
    "reason_text",
    "sentence",
]
