"""What may not happen to a referral, each with the words for the person."""

from apps.core.errors import N_, DomainError


class AlreadyReferred(DomainError):
    """``referral_id`` leads to the open one."""

    code = "already-referred"
    message = N_("There is already an open referral of this person to this department.")
    field = "department"


class StepNotPossible(DomainError):
    code = "step-not-possible"
    message = N_("This is no longer possible: somebody has moved the referral on in the meantime.")


class DetailMissing(DomainError):
    """``field`` is set to the field that is missing."""

    code = "detail-missing"
    message = N_("Please fill this in.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class SlotTaken(DomainError):
    code = "slot-taken"
    message = N_("This time has just been taken. Please choose another one.")
    field = "slot"


class SlotNotOurs(DomainError):
    code = "slot-not-ours"
    message = N_("This time is past or belongs to another department. Please choose another one.")
    field = "slot"


class NoSuchDepartment(DomainError):
    code = "no-such-department"
    message = N_("Please choose a department of a hospital.")
    field = "department"


class NoSuchDoctor(DomainError):
    code = "no-such-doctor"
    message = N_("Please choose a family doctor.")
    field = "doctor"
