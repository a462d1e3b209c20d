"""What the council refuses, each with a text for the person."""

from apps.core.errors import N_, DomainError, NotAllowed


class NoSeat(NotAllowed):
    code = "no-seat"


class SeatTaken(DomainError):
    code = "seat-taken"
    message = N_("All seats of this group are taken.")


class NotLocked(DomainError):
    code = "not-locked"
    message = N_("Only the surplus of a closed quarter can be used.")
    field = "close"


class TitleMissing(DomainError):
    code = "title-missing"
    message = N_("Give the proposal a title in at least one language.")
    field = "title_zh"


class NoLines(DomainError):
    code = "no-lines"
    message = N_("A proposal needs at least one line.")


class AboveSurplus(DomainError):
    code = "above-surplus"
    message = N_("The lines come to %(asked)s, but %(available)s of this surplus can still be used.")


class NoAccount(DomainError):
    code = "no-account"
    message = N_("%(payee)s has no bank account yet. The treasurer adds it first.")
    field = "payee"


class AccountChanged(DomainError):
    code = "account-changed"
    message = N_("The bank account of %(payee)s was changed after this was proposed. Cancel it and propose it again.")


class GrantNotPayable(DomainError):
    code = "grant-not-payable"
    message = N_("This line is not to be paid again: its payment has not failed, or the grant has lapsed.")


class ReportInPast(DomainError):
    code = "report-in-past"
    message = N_("The report is due on a day to come.")
    field = "report_due"


class WrongTerm(DomainError):
    code = "wrong-term"
    message = N_("A ballot is open for at least one day and at most sixty.")
    field = "days"


class WrongMoment(DomainError):
    """The resolution is not in a state for this."""

    code = "wrong-moment"
    message = N_("This cannot be done with the resolution now. Look at its page again.")


class SecondPersonNeeded(DomainError):
    code = "second-person-needed"
    message = N_("This takes two people: another council member does it.")


class NotComposed(DomainError):
    code = "not-composed"
    message = N_("The council is not complete, so no ballot can open: %(groups)s.")


class TooFewVoters(DomainError):
    code = "too-few-voters"
    message = N_(
        "Line %(line)s: only %(left)s council members without an interest are left, %(needed)s are needed. "
        "It goes to the members."
    )


class BallotClosed(DomainError):
    code = "ballot-closed"
    message = N_("The ballot is closed. No vote can be added.")


class NotOnRoll(DomainError):
    code = "not-on-roll"
    message = N_("You were not on the council when this ballot opened, so you cannot vote on it.")


class Recused(DomainError):
    code = "recused"
    message = N_("You have an interest in line %(line)s and cannot vote on it.")


class ChoiceMissing(DomainError):
    code = "choice-missing"
    message = N_("Choose for each line: for, against or abstain.")


class AlreadyVoted(DomainError):
    code = "already-voted"
    message = N_("Your vote is recorded already and stays as it is.")


class TooEarly(DomainError):
    code = "too-early"
    message = N_("The ballot is still open, and votes to come could change a result.")


class ReasonMissing(DomainError):
    code = "reason-missing"
    message = N_("Say why.")
    field = "reason"


class SurplusReopened(DomainError):
    """The close whose surplus was voted on has been opened again; the figure will be counted anew."""

    code = "surplus-reopened"
    message = N_(
        "The close of %(quarter)s was opened again, so its surplus is being counted anew. "
        "Cancel this resolution and propose it again on the new figure."
    )
