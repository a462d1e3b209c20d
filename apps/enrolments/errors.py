"""What may be refused when somebody joins a plan or pays for it."""

from apps.core.errors import N_, DomainError


class SecondCover(DomainError):
    """``cover_id`` is the cover that is there already."""

    code = "second-cover"
    message = N_("%(name)s already has a cover of this plan for these days. A second one would pay nothing more.")


class ConsentsMissing(DomainError):
    code = "consents-missing"
    message = N_("Before a plan can be joined, the covenant and the consents for %(name)s are to be signed.")


class StartPassed(DomainError):
    code, field = "start-passed", "start"
    message = N_("The first day cannot be in the past. Choose today or a later day.")


class StartTooFar(DomainError):
    code, field = "start-too-far", "start"
    message = N_("Choose a first day within the next %(days)d days.")


class AnswerMissing(DomainError):
    code = "answer-missing"
    message = N_("Please answer this question.")

    def __init__(self, fact: str) -> None:
        super().__init__(fact=fact)
        self.field = fact


class FormSentAlready(DomainError):
    code = "form-sent-already"
    message = N_("This form was sent already, with other answers. Open the questions again to change an answer.")


class NothingDue(DomainError):
    code = "nothing-due"
    message = N_("There is nothing to pay here any more.")


class PaymentUnderWay(DomainError):
    code = "payment-under-way"
    message = N_("A payment is under way. Wait for the answer of the bank.")


class NoLongerFits(DomainError):
    code = "no-longer-fits"
    message = N_("The first day has moved to today, and the terms are not the same for it. Please answer again.")


class CoverGone(DomainError):
    code = "cover-gone"
    message = N_("This cover has ended or does not hold any more. Nothing was changed.")


class FiguresMoved(DomainError):
    code = "figures-moved"
    message = N_("What comes back has changed since you opened this page. Look at the new figure and confirm again.")


class NotOffered(DomainError):
    code, field = "not-offered", "schedule"
    message = N_("This plan cannot be paid like that. Choose one of the ways shown.")
