"""The questionnaire that a plan's terms generate, and the facts its answers give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from apps.plans.errors import AnswerInvalid

from .conditions import Context
from .facts import read_fact
from .people import Insured, Policy
from .terms import Question, Terms

_EMPTY: tuple[object, ...] = (None, "", [], ())


def questions(terms: Terms, insured: Insured) -> tuple[Question, ...]:
    """What this person is asked before joining: the terms' questions that concern them."""
    context = Context(insured, Policy(insured.born, insured.born))
    return tuple(
        question for question in terms.questions if question.only_when is None or question.only_when.holds(context)
    )


def facts_from_answers(terms: Terms, answers: Mapping[str, Any]) -> dict[str, object]:
    """Facts for the engine, fit for JSON, from answers by fact name.

    An unanswered question gives no fact; a `multi` answered with nothing gives the empty list.
    Raises AnswerInvalid for an answer the question does not allow.
    """
    facts: dict[str, object] = {}
    for question in terms.questions:
        answer = answers.get(question.fact)
        if question.kind == "multi":
            facts[question.fact] = _multi(question, answer)
        elif answer not in _EMPTY:
            facts[question.fact] = _READERS[question.kind](question, answer)
    return facts


def _multi(question: Question, answer: Any) -> list[str]:
    chosen = [] if answer in _EMPTY else list(answer)
    allowed = {choice.value for choice in question.choices}
    if isinstance(answer, str) or not set(chosen) <= allowed:
        raise AnswerInvalid(question.fact)
    return [value for value in dict.fromkeys(chosen) if value]


def _choice(question: Question, answer: Any) -> object:
    if answer not in {choice.value for choice in question.choices}:
        raise AnswerInvalid(question.fact)
    return answer


def _yes_no(question: Question, answer: Any) -> object:
    truth = {True: True, False: False, "yes": True, "no": False, "true": True, "false": False}
    try:
        return truth[answer]
    except (KeyError, TypeError):
        raise AnswerInvalid(question.fact) from None


def _icd(question: Question, answer: Any) -> object:
    if isinstance(answer, str):
        answer = [code for code in answer.replace("，", ",").split(",") if code.strip()]
    codes: Any = _checked(question, answer)
    return list(codes)


def _plain(question: Question, answer: Any) -> object:
    value = _checked(question, answer)
    return value.isoformat() if isinstance(value, date) else str(value)


def _screening(question: Question, answer: Any) -> object:
    value: Any = _checked(question, answer)
    if "date" not in value:
        raise AnswerInvalid(question.fact)
    return {"result": value["result"], "date": value["date"].isoformat()}


def _checked(question: Question, answer: Any) -> object:
    """The answer as a fact in the engine's own form."""
    try:
        return read_fact(question.fact, answer)
    except ValueError:
        raise AnswerInvalid(question.fact) from None


_READERS: Mapping[str, Callable[[Question, Any], object]] = {
    "choice": _choice,
    "yes_no": _yes_no,
    "icd": _icd,
    "date": _plain,
    "number": _plain,
    "screening": _screening,
}
