"""The words of hold reasons, payers, kinds and events: English msgids, translated where they meet HTTP."""

from apps.core.errors import N_

HOLDS = {
    "large-bill": N_("The bill of %(amount_fen)s is above %(limit_fen)s."),
    "large-payment": N_("It would pay %(amount_fen)s, more than %(limit_fen)s."),
    "diagnosis-unknown": N_("The family does not know the code of the diagnosis."),
    "medicine-unnamed": N_("A medicine on the receipt could not be named."),
    "late": N_("It was filed %(days)s days after the care."),
    "receipt-unclear": N_("The receipt number holds signs that do not belong there, or looks altered."),
    "receipt-near": N_("The receipt number is one character away from that of %(number)s, with the same amount."),
    "same-day-and-amount": N_("Claim %(number)s has the same day and amount."),
    "many-receipts": N_("%(count)s bills within %(days)s days."),
    "papers-seen-before": N_("The same photo or PDF came with another claim."),
    "account-new": N_("The account to be paid was changed a short while ago."),
    "soon-after-start": N_("The care was given %(days)s days after the cover began."),
    "earlier-cover": N_("Another cover comes first for this bill and is being looked at."),
}

HOLD_LABELS = {
    "large-bill": N_("Large bill"),
    "large-payment": N_("Large payment"),
    "diagnosis-unknown": N_("Diagnosis unknown"),
    "medicine-unnamed": N_("Medicine not named"),
    "late": N_("Filed late"),
    "receipt-unclear": N_("Receipt number unclear"),
    "receipt-near": N_("Similar receipt"),
    "same-day-and-amount": N_("Same day and amount"),
    "many-receipts": N_("Many receipts"),
    "papers-seen-before": N_("Same papers"),
    "account-new": N_("New account"),
    "soon-after-start": N_("Soon after start"),
    "earlier-cover": N_("Waits for another cover"),
}

KINDS = {
    "inpatient": N_("Stay in hospital"),
    "outpatient": N_("Visit to a clinic or hospital"),
    "special-outpatient": N_("Special outpatient treatment"),
    "pharmacy": N_("Medicine from a pharmacy"),
    "event": N_("An insured event, without a bill"),
}

EVENTS = {
    "diagnosis": N_("A serious illness was diagnosed"),
    "in-situ": N_("Carcinoma in situ was found"),
    "breast-cancer": N_("Breast cancer was found"),
    "female-disease": N_("Another cancer of the female organs was found"),
    "reconstruction": N_("Breast reconstruction after an operation"),
    "recurrence": N_("The cancer came back"),
    "metastasis": N_("The cancer has spread"),
    "critical-first": N_("A critical illness for the first time"),
    "death-illness": N_("Death by illness"),
    "death-accident": N_("Death by accident"),
    "disability": N_("Lasting disability"),
    "condolence": N_("Condolence"),
}

CATEGORIES = {
    "drug": N_("Medicine"),
    "exam": N_("Examination or test"),
    "bed": N_("Bed, care and meals in hospital"),
    "surgery": N_("Operation"),
    "device": N_("Device or implant"),
    "gene-test": N_("Gene test"),
    "other": N_("Something else"),
}

PAYERS = {
    "basic": N_("Basic insurance"),
    "catastrophic": N_("Catastrophic illness insurance"),
    "city": N_("City inclusive plan"),
    "enterprise": N_("Enterprise aid"),
    "assistance": N_("Medical assistance"),
    "charity": N_("Charity"),
    "own": N_("Your own part"),
}

LEVELS = {
    "primary": N_("Community clinic or township hospital"),
    "secondary": N_("County or district hospital"),
    "tertiary": N_("Large city or specialist hospital"),
}

AREAS = {"local": N_("In our area"), "outside": N_("Elsewhere")}

SEVERITIES = {"mild": N_("Mild"), "moderate": N_("Moderate"), "severe": N_("Severe")}

BENEFIT_STEPS = {
    "scope": N_("What falls under the plan"),
    "paid-before": N_("What others paid"),
    "deductible": N_("Deductible"),
    "band": N_("Bands"),
    "rate": N_("Share paid"),
    "visit-limit": N_("Limit for a visit"),
    "day-limit": N_("Limit for a day"),
    "item-limit": N_("Limit for an item"),
    "year-limit": N_("Limit for the year"),
    "overall-limit": N_("Limit of the whole plan"),
    "bill-limit": N_("Never above the bill"),
    "rounding": N_("Rounding"),
    "lump-sum": N_("Fixed sum"),
    "allowance": N_("Daily allowance"),
}
