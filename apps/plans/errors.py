"""What cannot be done with plan terms, said to the person who tried."""

from __future__ import annotations

from apps.core.errors import N_, DomainError, Told


class TermsInvalid(DomainError):
    """A terms file that does not hold together; ``problems`` has one line each, in English."""

    code = "terms-invalid"
    message = N_("The terms cannot be used: %(problem)s")

    def __init__(self, *problems: Told | str) -> None:
        super().__init__(problem=problems[0])
        self.problems = tuple(map(str, problems))


class CaseMalformed(DomainError):
    """A case file that cannot be answered; the message names the field and the offending value."""

    code = "case-malformed"
    message = "%(problem)s"
    status = 400

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)


class BillOverpaid(DomainError):
    """Earlier payers are said to have paid more than the bill."""

    code = "bill-overpaid"
    message = N_("%(payer)s is said to have paid %(paid)s, but only %(left)s of the bill was left.")
    field = "paid_before"


class OthersOverpaid(DomainError):
    """A visitor's bill of which others are said to have paid more than there is."""

    code = "others-overpaid"
    message = N_("Others cannot have paid more than the bill.")
    field = "others"


class AnswerInvalid(DomainError):
    """An answer of the questionnaire that the plan's terms do not know."""

    code = "answer-invalid"
    message = N_("Please answer this question with one of its choices.")

    def __init__(self, fact: str) -> None:
        super().__init__(fact=fact)
        self.field = fact


class NoSuchPlan(DomainError):
    """No published version of this plan is in force on that day."""

    code = "no-such-plan"
    message = N_("There is no plan “%(code)s” open on this day.")
    status = 404


class PlanVersionChanged(DomainError):
    """A published version is frozen: other terms need another version text."""

    code = "plan-version-changed"
    message = N_(
        "Version %(version)s of the plan %(code)s is published and cannot change. Give the new terms a new version."
    )


class DraftMoved(DomainError):
    """Somebody, or another tab, saved the draft since it was opened."""

    code = "draft-moved"
    message = N_(
        "%(name)s has saved this draft since you opened it. What you typed is still below: copy it, open the draft "
        "again and put it in there."
    )
    field = "text"


class DraftEnded(DomainError):
    """The draft is published or dropped."""

    code = "draft-ended"
    message = N_("This draft is published or dropped; it cannot change any more.")


class DraftNotReady(DomainError):
    """A draft with problems, or one whose text no longer passes the checks today."""

    code = "draft-not-ready"
    message = N_("This draft has to be mended before it can be published.")


class SecondPersonNeeded(DomainError):
    """Terms are published by somebody else than who wrote last."""

    code = "second-person-needed"
    message = N_("You wrote this draft last, so somebody else has to publish it.")
