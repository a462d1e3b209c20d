"""The kinds of news: their words, the places to fill and the page they lead to.

A place ending in ``_date``, ``_at`` or ``_fen`` is written in the reader's language; so is ``{"zh": .., "en": ..}``.
``is_private`` news says nothing but "There is news" outside the portal: medical detail never travels by e-mail.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.errors import N_


@dataclass(frozen=True, slots=True)
class Kind:
    label: str
    subject: str
    body: str
    url_name: str
    url_args: tuple[str, ...] = ()
    is_private: bool = False


KINDS: dict[str, Kind] = {
    "contribution-due": Kind(
        N_("Contribution due"),
        N_("Contribution due for %(person)s"),
        N_("%(amount_fen)s for %(plan)s is to be paid by %(due_date)s. The cover starts once it is paid."),
        "enrolments:pay",
        ("contribution_id",),
    ),
    "instalment-due": Kind(
        N_("Contribution due"),
        N_("The next contribution for %(person)s is due"),
        N_("%(amount_fen)s for %(plan)s is to be paid on %(due_date)s. The cover goes on as it is."),
        "enrolments:pay",
        ("contribution_id",),
    ),
    "instalment-missed": Kind(
        N_("Contribution missed"),
        N_("A contribution for %(person)s was missed"),
        N_(
            "%(amount_fen)s for %(plan)s was due on %(due_date)s. "
            "Please pay it by %(grace_date)s; after that day nothing is covered."
        ),
        "enrolments:pay",
        ("contribution_id",),
    ),
    "cover-started": Kind(
        N_("Cover started"),
        N_("%(person)s is covered"),
        N_("The contribution has arrived. %(plan)s covers %(person)s from %(start_date)s."),
        "enrolments:cover",
        ("cover_id",),
    ),
    "cover-cancelled": Kind(
        N_("Cover not started"),
        N_("The application for %(person)s has lapsed"),
        N_("%(plan)s was not paid in time, so the cover did not start. You can apply again at any time."),
        "enrolments:mine",
    ),
    "cover-lapsed": Kind(
        N_("Cover lapsed"),
        N_("%(person)s is not covered at the moment"),
        N_(
            "A contribution for %(plan)s is missing, so nothing is covered from %(lapse_date)s on. "
            "Pay what is due by %(until_date)s and the cover comes back."
        ),
        "enrolments:cover",
        ("cover_id",),
    ),
    "cover-reinstated": Kind(
        N_("Cover is back"),
        N_("%(person)s is covered again"),
        N_("The contribution has arrived. %(plan)s covers %(person)s again from %(start_date)s."),
        "enrolments:cover",
        ("cover_id",),
    ),
    "cover-over": Kind(
        N_("Cover ended"),
        N_("The cover of %(person)s has ended"),
        N_("%(plan)s was not paid any more and ended on %(end_date)s. You can join again at any time."),
        "enrolments:cover",
        ("cover_id",),
    ),
    "cover-left": Kind(
        N_("Cover cancelled"),
        N_("The cover of %(person)s is cancelled"),
        N_("You have cancelled %(plan)s. %(amount_fen)s comes back to you."),
        "enrolments:cover",
        ("cover_id",),
    ),
    "contribution-refunded": Kind(
        N_("Contribution paid back"),
        N_("A contribution is paid back"),
        N_("%(amount_fen)s for %(plan)s goes back to your account for payments."),
        "portal:money",
    ),
    "allowance-granted": Kind(
        N_("Allowance"),
        N_("%(person)s gets an allowance from %(plan)s"),
        N_(
            "%(plan)s gives what was left of %(year)s back to its members. "
            "%(amount_fen)s for %(person)s goes to your account for payments."
        ),
        "portal:money",
    ),
    "allowance-needs-account": Kind(
        N_("Allowance waits for an account"),
        N_("%(amount_fen)s for %(person)s waits for an account"),
        N_(
            "%(plan)s gives what was left of %(year)s back to its members. "
            "Please name an account for payments that the bank can pay %(amount_fen)s to; "
            "it is sent as soon as the account can be used."
        ),
        "portal:account",
    ),
    "allowance-paid": Kind(
        N_("Allowance paid"),
        N_("The allowance for %(person)s is paid"),
        N_(
            "%(amount_fen)s, what %(plan)s gives back of %(year)s, "
            "went to the account ending in %(tail)s on %(paid_date)s."
        ),
        "portal:money",
    ),
    "place-offered": Kind(
        N_("Cover offered"),
        N_("%(group)s offers %(person)s cover by %(plan)s"),
        N_("Say yes or no by %(answer_by_date)s. The cover starts only if you say yes."),
        "enrolments:place",
        ("place_id",),
    ),
    "cover-given": Kind(
        N_("Covered by a group"),
        N_("%(person)s is covered by %(plan)s"),
        N_("%(group)s pays for it. The cover begins on %(start_date)s; there is nothing you need to do."),
        "enrolments:cover",
        ("cover_id",),
    ),
    "roster-to-confirm": Kind(
        N_("Roster to confirm"),
        N_("A roster of %(group)s waits for a second person"),
        N_("Look at the figures and confirm it, or withdraw it."),
        "enrolments:roster",
        ("roster_id",),
    ),
    "doctor-signed": Kind(
        N_("Family doctor chosen"),
        N_("%(doctor)s is now the family doctor of %(person)s"),
        N_(
            "From now on the doctor can read the health file of %(person)s. "
            "You see each reading in the list of readings."
        ),
        "care:file",
        ("person_id",),
        is_private=True,
    ),
    "new-patient": Kind(
        N_("New patient"),
        N_("%(person)s has chosen you as family doctor"),
        N_("The health file is open to you from today."),
        "care:file",
        ("person_id",),
        is_private=True,
    ),
    "follow-up-window": Kind(
        N_("Follow-up due"),
        N_("A follow-up of %(person)s is due"),
        N_("Please see %(doctor)s between %(opens_date)s and %(closes_date)s, best around %(due_date)s."),
        "care:file",
        ("person_id",),
        is_private=True,
    ),
    "follow-up-done": Kind(
        N_("Follow-up noted"),
        N_("The follow-up of %(person)s is in the health file"),
        N_("%(doctor)s has written down the visit. You can read it in the health file."),
        "care:visit",
        ("follow_up_id",),
        is_private=True,
    ),
    "referral-news": Kind(
        N_("Referral news"),
        N_("News about the referral of %(person)s to %(department)s"),
        N_("Open the referral to see what happened and who does what next."),
        "referrals:referral",
        ("referral_id",),
        is_private=True,
    ),
    "referral-booked": Kind(
        N_("Appointment booked"),
        N_("%(person)s has an appointment at %(department)s"),
        N_("The appointment is on %(starts_at)s. Bring the identity card and the medicines in use."),
        "referrals:referral",
        ("referral_id",),
        is_private=True,
    ),
    "referral-work": Kind(
        N_("Referral to look at"),
        N_("A referral of %(person)s waits for you"),
        N_("Please look at it by %(by_at)s."),
        "referrals:referral",
        ("referral_id",),
        is_private=True,
    ),
    "return-letter": Kind(
        N_("Return letter"),
        N_("The letter about %(person)s from %(department)s is here"),
        N_("It says what was found, what changes and what to watch for."),
        "referrals:referral",
        ("referral_id",),
        is_private=True,
    ),
    "claim-received": Kind(
        N_("Claim received"),
        N_("Claim %(number)s has arrived"),
        N_("We have your claim for %(person)s. You see each step of the decision in Gongji."),
        "claims:bill",
        ("number",),
        is_private=True,
    ),
    "claim-decided": Kind(
        N_("Claim decided"),
        N_("Claim %(number)s is decided"),
        N_("Open the claim to see the decision with each step of the calculation."),
        "claims:bill",
        ("number",),
        is_private=True,
    ),
    "claim-paid": Kind(
        N_("Claim paid"),
        N_("Claim %(number)s is paid"),
        N_("%(amount_fen)s went to the account ending in %(tail)s on %(paid_date)s."),
        "claims:bill",
        ("number",),
        is_private=True,
    ),
    "claim-unpaid": Kind(
        N_("Payment did not go through"),
        N_("The payment for claim %(number)s did not go through"),
        N_("The bank sent the money back. Please check the account for payments; nothing is lost."),
        "claims:bill",
        ("number",),
        is_private=True,
    ),
    "claim-stopped": Kind(
        N_("Payment stopped"),
        N_("The payment for claim %(number)s was stopped"),
        N_("Two people of the fund decided not to send %(amount_fen)s. Ask the fund why if you do not know."),
        "claims:bill",
        ("number",),
        is_private=True,
    ),
    "account-changed": Kind(
        N_("Account changed"),
        N_("The account for payments was changed"),
        N_(
            "Payments go to the account ending in %(tail)s from %(usable_at)s on. "
            "If this was not you, tell the fund before then."
        ),
        "claims:mine",
    ),
    "ballot-open": Kind(
        N_("Ballot open"),
        N_("A ballot is open: %(title)s"),
        N_("You can vote until %(closes_at)s."),
        "governance:resolution",
        ("resolution_id",),
    ),
    "ballot-closed": Kind(
        N_("Ballot closed"),
        N_("The ballot is closed: %(title)s"),
        N_("The result and the payments that follow from it are open to everyone."),
        "governance:resolution",
        ("resolution_id",),
    ),
}
