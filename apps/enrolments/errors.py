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


class JoinedThroughGroup(DomainError):
    code = "joined-through-group"
    message = N_("This plan is joined through your union or sponsor. Ask there to be put on the list.")


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


class NotCoveredToday(DomainError):
    code = "not-covered-today"
    message = N_("Points are counted on days on which the cover holds, and today it does not.")


class NotOffered(DomainError):
    code, field = "not-offered", "schedule"
    message = N_("This plan cannot be paid like that. Choose one of the ways shown.")


# Groups and their rosters


class SheetRefused(DomainError):
    """A file that cannot be read as a roster at all."""

    code, field = "sheet-refused", "file"
    message = N_("This file cannot be read as a roster.")
    status = 422


class EmptySheet(SheetRefused):
    code = "empty-sheet"
    message = N_("The file has no rows of people. Put one person in each row below the headings and upload it again.")


class SheetTooLarge(SheetRefused):
    code = "sheet-too-large"
    message = N_(
        "The file has %(size)d MB, and at most %(limit)d MB can be taken. Split the roster into several files."
    )


class TooManyRows(SheetRefused):
    code = "too-many-rows"
    message = N_("The roster has more than %(limit)s rows. Split it into several files.")


class NotATable(SheetRefused):
    code = "not-a-table"
    message = N_(
        "This is neither a CSV nor an Excel workbook (.xlsx), whatever its name says. Save the table as one of them."
    )


class OldWorkbook(SheetRefused):
    code = "old-workbook"
    message = N_("This workbook has the old Excel format or a password. Save it as .xlsx without a password.")


class EncodingUnknown(SheetRefused):
    code = "encoding-unknown"
    message = N_("The characters of this file are in no encoding we know. Save it as “CSV UTF-8” or as .xlsx.")


class SheetBroken(SheetRefused):
    code = "sheet-broken"
    message = N_(
        "The file is damaged: it cannot be read from row %(row)d on. Open it, save it again and upload the copy."
    )


class UnpacksTooLarge(SheetRefused):
    code = "unpacks-too-large"
    message = N_("Unpacked, this workbook would be far larger than a roster. Copy the table into a new workbook.")


class HeadingsMissing(SheetRefused):
    code = "headings-missing"
    message = N_(
        "No row of headings with “name” and “identity number” was found. The first row says: %(found)s. "
        "Name the columns as in the sample file."
    )


class HeadingTwice(SheetRefused):
    code = "heading-twice"
    message = N_("Two columns mean the same: “%(first)s” and “%(second)s”. Keep one of them.")


class SheetUnexplained(SheetRefused):
    code = "sheet-unexplained"
    message = N_(
        "The file could not be checked, three times. The people who run the portal find the reason in its log."
    )


SHEET_REFUSALS: dict[str, type[SheetRefused]] = {
    refusal.code: refusal
    for refusal in (
        EmptySheet,
        SheetTooLarge,
        TooManyRows,
        NotATable,
        OldWorkbook,
        EncodingUnknown,
        SheetBroken,
        UnpacksTooLarge,
        HeadingsMissing,
        HeadingTwice,
        SheetUnexplained,
    )
}


class NameMissing(DomainError):
    code, field = "name-missing", "name"
    message = N_("The name is missing.")


class NameUnusable(DomainError):
    code, field = "name-unusable", "name"
    message = N_("This is not a name of 1 to 60 letters.")


class IdentityMissing(DomainError):
    code, field = "identity-missing", "identity"
    message = N_("The identity number is missing.")


class IdentityRounded(DomainError):
    code, field = "identity-rounded", "identity"
    message = N_(
        "Excel has turned this identity number into a number and lost its last digits. "
        "Format the column as text and enter the number again."
    )


class DateUnreadable(DomainError):
    code, field = "date-unreadable", "birth_date"
    message = N_("This date cannot be read. Write it as 1990-03-31 or 19900331, or leave it empty.")


class SexUnreadable(DomainError):
    code, field = "sex-unreadable", "sex"
    message = N_("Write male or female (男 or 女), or leave it empty.")


class CellsMerged(DomainError):
    code = "cells-merged"
    message = N_("Cells of this row are merged with others. Split them and fill in every row.")


class NotForThisPerson(DomainError):
    """``zh`` and ``en`` are the plan's own sentence."""

    code = "terms"
    message = N_("The plan is not for this person.")


class OnThisRosterTwice(DomainError):
    code = "repeated"
    message = N_("This person is on this roster already, further up.")


class CoveredAlready(DomainError):
    code = "covered"
    message = N_("This person is covered by this plan already in that time, or was offered a place in it.")


class OnAnotherRoster(DomainError):
    code = "elsewhere"
    message = N_("This person is on another roster for this plan that is not enrolled yet.")


class GroupPaysTooLittle(DomainError):
    code, field = "group-pays-too-little", "group_fen"
    message = N_("Members who are simply covered pay nothing: the group pays all of the price, %(price)s.")


class SecondAgreement(DomainError):
    code, field = "second-agreement", "plan_code"
    message = N_("This group has an agreement on this plan for these days already.")


class AgreementOver(DomainError):
    code, field = "agreement-over", "start"
    message = N_("The agreement holds from %(first)s to %(last)s. Choose a first day within it.")


class SameFile(DomainError):
    """``roster_id`` is the roster that this file became."""

    code, field = "same-file", "file"
    message = N_("This very file was uploaded already. You find it among the rosters.")


class NotToConfirm(DomainError):
    code = "not-to-confirm"
    message = N_("This roster is not waiting to be confirmed any more. Open it again to see why.")


class OwnRoster(DomainError):
    code = "own-roster"
    message = N_("You uploaded this roster. A second person of your group confirms it.")


class NobodyToEnrol(DomainError):
    code = "nobody-to-enrol"
    message = N_("Nobody on this roster can be enrolled. Mend the rows and upload the file again.")


class PlaceGone(DomainError):
    code = "place-gone"
    message = N_("This place was answered already, or its time to answer is over.")


class PlaceTooLate(DomainError):
    code = "place-too-late"
    message = N_(
        "Covers under the agreement with your group begin on %(last)s at the latest, and this one would begin later. "
        "Nothing was changed and nothing is to be paid. Ask your group for a place under its next agreement."
    )


class PlaceChanged(DomainError):
    code = "place-changed"
    message = N_(
        "The terms of the plan for a cover that begins today are not those under which the place was offered. "
        "Nothing was changed and nothing is to be paid. Ask your group to put you on a new roster."
    )
