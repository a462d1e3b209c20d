"""Why a claim cannot be filed or decided so, in words for the person who tried."""

from apps.core.errors import N_, DomainError


class FilingRefused(DomainError):
    """Something in the filed bill cannot be; nothing is stored."""

    code = "filing-refused"
    status = 422


class DischargeBeforeAdmission(FilingRefused):
    code = "discharge-before-admission"
    message = N_(
        "The day of leaving hospital lies before the day of admission. Compare both with the discharge paper; "
        "leaving on the same day is fine."
    )
    field = "discharged"


class DayInFuture(FilingRefused):
    code = "day-in-future"
    message = N_("This day is still to come. A bill can be filed once the care was given.")
    field = "service_date"


class DischargeInFuture(DayInFuture):
    message = N_("This day is still to come. File the bill of a stay after leaving hospital.")
    field = "discharged"


class TooLongAgo(FilingRefused):
    code = "too-long-ago"
    message = N_("Bills are taken up to two years after the care. Please check the year.")
    field = "service_date"


class NoCoverThatDay(FilingRefused):
    code = "no-cover-that-day"
    message = N_(
        "%(person)s had no cover on this day, so nothing can be paid for it. Check the date on the receipt, "
        "or look at the covers of the family."
    )
    field = "service_date"


class NoLines(FilingRefused):
    code = "no-lines"
    message = N_("Add at least one line of the receipt with its amount.")
    field = "lines"


class AmountOutOfRange(FilingRefused):
    code = "amount-out-of-range"
    message = N_("An amount must be above zero and at most %(limit)s yuan. Please check the figure on the receipt.")
    field = "amount"


class PayersAboveBill(FilingRefused):
    code = "payers-above-bill"
    message = N_(
        "The others together paid %(paid)s yuan, but the lines add up to %(billed)s yuan only. "
        "Check both against the receipt."
    )
    field = "paid_basic"


class EventIncomplete(FilingRefused):
    code = "event-incomplete"
    message = N_("Choose what happened.")
    field = "event"


class ReceiptAlreadyFiled(FilingRefused):
    code = "receipt-already-filed"
    message = N_(
        "This receipt number of this issuer has been filed before, and one receipt is never paid twice. Compare the "
        "number with the paper. If it is right, look at your claims: it is probably there already."
    )
    field = "receipt_number"


class ReceiptUnreadable(FilingRefused):
    code = "receipt-unreadable"
    message = N_("Enter the number as printed on the receipt: letters and digits, at least four of them.")
    field = "receipt_number"


class ConsentMissing(FilingRefused):
    code = "consent-missing"
    message = N_(
        "Without the consent for claims nobody at the fund may read the papers of %(person)s. "
        "Please give it on the page of consents, then send the claim again; all you typed is kept."
    )


class NoDocuments(FilingRefused):
    code = "no-documents"
    message = N_("Add at least one photo or PDF of the receipt.")
    field = "papers"


class AccountMissing(FilingRefused):
    code = "account-missing"
    message = N_("Choose the account to be paid, or name a new one.")
    field = "account"


class ClaimAlreadyDecided(DomainError):
    code = "claim-already-decided"
    message = N_("This claim was decided already; a decision is never overwritten.")


class EarlierCoverOpen(DomainError):
    code = "earlier-cover-open"
    message = N_("Another cover comes first for this bill and is not decided yet. Decide that one first.")


class OwnFamilyClaim(DomainError):
    code = "own-family-claim"
    message = N_("This is a claim of your own family. A colleague has to decide it.")


class NotTaken(DomainError):
    code = "claim-not-taken"
    message = N_("Take the claim first: the papers are opened only to the officer who handles it.")


class ReasonMissing(DomainError):
    code = "reason-missing"
    message = N_("Write the reason in words the family understands.")
    field = "reason"
    status = 422


class DiagnosisMissing(DomainError):
    code = "diagnosis-missing"
    message = N_("The family did not know the diagnosis. Enter its code from the papers before you approve.")
    field = "diagnosis"
    status = 422


class ReductionTooLarge(DomainError):
    code = "reduction-too-large"
    message = N_("Line %(line)s: at most %(left)s yuan can be taken off; the rest was paid by others.")
    field = "reductions"
    status = 422


class ReductionMissing(DomainError):
    code = "reduction-missing"
    message = N_("Say by how much at least one line is reduced, or approve in full.")
    field = "reductions"
    status = 422


class PaymentNotMendable(DomainError):
    code = "payment-not-mendable"
    message = N_("There is no failed payment of this claim to be sent again.")
