"""Generated plans and claims for the properties."""

from datetime import date, timedelta

from hypothesis import strategies as st

from apps.plans.rules import Claim, Line

from .making import benefit, small

CATEGORIES = ["drug", "exam", "other"]
FEN = st.integers(0, 30_000)
YUAN = st.integers(0, 20_000).map(lambda fen: f"{fen // 100}.{fen % 100:02d}")


@st.composite
def bands(draw):
    edges = sorted(draw(st.sets(st.integers(1, 300), max_size=3)))
    percents = draw(st.lists(st.integers(0, 100), min_size=len(edges) + 1, max_size=len(edges) + 1))
    rows = [{"up_to": f"{edge}.00", "percent": str(part)} for edge, part in zip(edges, percents, strict=False)]
    return {"bands": [*rows, {"percent": str(percents[-1])}], "clause": "bands"}


@st.composite
def plans(draw, *, limits=("visit", "day", "item", "year"), has_rate=True):
    """A plan of one to three reimbursements with any mixture of steps, perhaps limits shared or over all."""
    figures, benefits = {}, []

    def figure(name, value):
        figures[name] = value
        return name

    def amount(name):
        return figure(name, {"amount": draw(YUAN), "clause": name})

    figures["pool"] = {"amount": draw(YUAN), "clause": "pool"}
    for number, code in enumerate(["one", "two", "three"][: draw(st.integers(1, 3))]):
        made = {"scope": {"categories": [CATEGORIES[number]]} if draw(st.booleans()) else {}}
        if draw(st.booleans()):
            per = draw(st.sampled_from(["year", "claim"]))
            made["deductible"] = {"per": per, "amount": amount(f"{code}_deductible")}
        if draw(st.booleans()):
            made["bands"] = figure(f"{code}_bands", draw(bands()))
        if has_rate and draw(st.booleans()):
            percent = {"percent": str(draw(st.integers(0, 100))), "clause": "rate"}
            made["rate"] = {"percent": figure(f"{code}_rate", percent)}
        chosen = draw(st.lists(st.sampled_from(limits), unique=True)) if limits else []
        made["limits"] = [{"per": per, "amount": amount(f"{code}_{per}")} for per in chosen]
        if draw(st.booleans()):
            made["limits"].append({"per": "year", "amount": "pool", "pool": "shared"})
        benefits.append(benefit(code, **made))
    overall = [amount("overall")] if draw(st.booleans()) else []
    return small(benefits, figures, overall_limits=overall)


@st.composite
def lines(draw, *, has_payers=True):
    billed = draw(FEN)
    paid = draw(st.integers(0, billed)) if has_payers and draw(st.booleans()) else 0
    return Line(draw(st.sampled_from(CATEGORIES)), draw(st.sampled_from("ABC")), "in", billed, {"basic": paid})


@st.composite
def claims(draw, *, has_claim_payers=True):
    chosen = draw(st.lists(lines(), min_size=1, max_size=4))
    left = sum(line.billed_fen - sum(line.paid_before.values()) for line in chosen)
    paid = {"city": draw(st.integers(0, left))} if has_claim_payers and draw(st.booleans()) else {}
    on = date(2022, 1, 1) + timedelta(days=draw(st.integers(0, 3)))
    return Claim("c", "outpatient", on, lines=tuple(chosen), paid_before=paid)


def years(**options):
    """The claims of a year in order of service."""
    return st.lists(claims(**options), min_size=1, max_size=5).map(lambda made: sorted(made, key=lambda c: c.date))
