"""Generated plans and claims for the properties."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from apps.plans.rules import Claim, Facility, Insured, Line, Policy

from .making import WORDS, benefit, small

CATEGORIES = ["drug", "exam", "other"]
FEN = st.integers(0, 30_000)
YUAN = st.integers(0, 20_000).map(lambda fen: f"{fen // 100}.{fen % 100:02d}")


@st.composite
def bands(draw):
    edges = sorted(draw(st.sets(st.integers(1, 300), max_size=3)))
    percents = draw(st.lists(st.integers(0, 100), min_size=len(edges) + 1, max_size=len(edges) + 1))
    rows = [{"up_to": f"{edge}.00", "percent": str(part)} for edge, part in zip(edges, percents, strict=False)]
    return {"bands": [*rows, {"percent": str(percents[-1])}], "clause": "bands"}


def percents():
    return st.integers(0, 100).map(lambda percent: {"percent": str(percent), "clause": "rate"})


FAR = {"facility": {"levels": ["tertiary"]}}


def own_limits(kinds):
    """Some of the limits of one benefit: never for a day and for an item at once."""
    chosen = st.lists(st.sampled_from(kinds), unique=True)
    return chosen.map(lambda kinds: [kind for kind in kinds if not (kind == "item" and "day" in kinds)])


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
            made["rate"] = {"percent": figure(f"{code}_rate", draw(percents()))}
            field = draw(st.sampled_from([None, "instead", "raised"]))
            if field:
                far = {"when": FAR, "percent": figure(f"{code}_far", draw(percents())), "says": WORDS}
                made["rate"][field] = [far]
        chosen = draw(own_limits(limits)) if limits else []
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
    place = Facility(draw(st.sampled_from(["primary", "tertiary"])))
    return Claim("c", "outpatient", on, facility=place, lines=tuple(chosen), paid_before=paid)


def years(**options):
    """The claims of a year in order of service."""
    return st.lists(claims(**options), min_size=1, max_size=5).map(lambda made: sorted(made, key=lambda c: c.date))


KINDS = ["inpatient", "outpatient", "pharmacy"]
EVENTS = ["diagnosis", "disability", "condolence"]
ICD = ["J45.9", "C50.1", "C53", "G20", None]
DAYS = st.dates(date(2021, 9, 1), date(2022, 12, 31))


def _limits(draw, figures, code, pool):
    chosen = draw(own_limits(["visit", "day", "item", "year"] if pool == "year" else ["visit", "day"]))
    made = []
    for per in chosen:
        steps = draw(st.lists(YUAN, min_size=1, max_size=3))
        figures[f"{code}_{per}"] = {"amounts": steps, "clause": per}
        made.append({"per": per, "amount": f"{code}_{per}"})
    if draw(st.booleans()):
        made.append({"per": pool, "amount": "pool", "pool": "shared"})
    return made


CONDITIONS = st.recursive(
    st.sampled_from(
        [
            {"sex": "female"},
            {"age": {"from": "adult"}},
            {"age": {"to": "days"}},
            {"facility": {"levels": ["primary", "secondary"]}},
            {"facility": {"areas": ["outside"]}},
            {"fact": "severity", "one_of": ["severe"]},
            {"fact": "screening.date", "days_before_start": "90"},
            {"fact": "screening.result", "one_of": ["negative"], "missing": "passes"},
            {"fact": "progressed", "by_service": True},
            {"fact": "progressed", "days_after_start": "30"},
            {"fact": "breast_surgery", "years_before_start": "5"},
            {"fact": "conditions", "has": ["J45", "C00-C97"]},
            {"fact": "hoehn_yahr", "at_most": "3"},
            {"fact": "markers", "includes": ["ALK+"]},
            {"fact": "benign_pathology", "is": True},
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=3,
)


def _rate(draw, figures, code):
    figures[f"{code}_rate"] = {"percent": str(draw(st.integers(0, 100))), "clause": "rate"}
    figures[f"{code}_other"] = {"percent": str(draw(st.integers(0, 100))), "clause": "other"}
    made = {"percent": f"{code}_rate"}
    for field in ("instead", "raised"):
        made[field] = [
            {"when": when, "percent": f"{code}_other", "says": WORDS} for when in draw(st.lists(CONDITIONS, max_size=2))
        ]
    return made


def _reimbursement(draw, figures, code, pool):
    made = {"limits": _limits(draw, figures, code, pool), "scope": _scope(draw)}
    if draw(st.booleans()):
        figures[f"{code}_free"] = {"amounts": draw(st.lists(YUAN, min_size=1, max_size=3)), "clause": "free"}
        made["deductible"] = {"per": draw(st.sampled_from(["year", "claim"])), "amount": f"{code}_free"}
    if draw(st.booleans()):
        figures[f"{code}_bands"] = draw(bands())
        made["bands"] = f"{code}_bands"
    if draw(st.booleans()):
        made["rate"] = _rate(draw, figures, code)
    return benefit(code, **made)


def _scope(draw):
    scope = {"kinds": draw(st.lists(st.sampled_from(KINDS), min_size=1, unique=True))}
    if draw(st.booleans()):
        scope["categories"] = [draw(st.sampled_from(CATEGORIES))]
    if draw(st.booleans()):
        scope["diagnosis"] = draw(st.sampled_from([["J45"], ["C00-C97"]]))
    if draw(st.booleans()):
        scope["never_again"] = ["C00-C97"]
    if draw(st.booleans()):
        scope["requires"] = [{"reason": "severity", "when": draw(CONDITIONS)}]
    if draw(st.booleans()):
        scope["formulary"] = ["A"]
    if draw(st.booleans()):
        scope["facility"] = {"levels": ["tertiary"]}
    return scope


def _lump(draw, figures, code, pool):
    figures[f"{code}_sum"] = {"amount": draw(YUAN), "clause": "sum"}
    limits = _limits(draw, figures, code, pool)
    made = {"amount": f"{code}_sum", "repeats": draw(st.booleans()), "limits": limits}
    event = draw(st.sampled_from(EVENTS))
    if event == "disability":
        figures[f"{code}_grades"] = {"percents": [str(10 * n) for n in range(10)], "clause": "grades"}
        made["by_grade"] = f"{code}_grades"
    return benefit(code, pays="lump-sum", scope={"events": [event]}, **made)


def _allowance(draw, figures, code, pool):
    figures[f"{code}_night"] = {"amount": draw(YUAN), "clause": "night"}
    scope = {"kinds": ["inpatient"]}
    limits = _limits(draw, figures, code, pool)
    return benefit(code, pays="allowance", scope=scope, per_night=f"{code}_night", limits=limits)


@st.composite
def any_plans(draw):
    """A plan with benefits of every sort, conditions, renewal steps, shared limits and joining."""
    figures = {
        "pool": {"amount": draw(YUAN), "clause": "pool"},
        "adult": {"years": "18", "clause": "age"},
        "days": {"days": "9000", "clause": "age"},
        "wait": {"days": "20", "clause": "wait"},
    }
    makers = draw(
        st.lists(st.sampled_from([_reimbursement, _reimbursement, _lump, _allowance]), min_size=1, max_size=4)
    )
    pool, codes = draw(st.sampled_from(["year", "day"])), ("one", "two", "three", "four")
    benefits = [make(draw, figures, code, pool) for make, code in zip(makers, codes, strict=False)]
    more = {}
    if draw(st.booleans()):
        figures["overall"] = {"amounts": draw(st.lists(YUAN, min_size=1, max_size=2)), "clause": "overall"}
        more["overall_limits"] = ["overall"]
    if draw(st.booleans()):
        more["waiting_days"] = "wait"
    if draw(st.booleans()):
        words = {"zh": "字", "en": "words"}
        more["joining"] = [{"reason": "condition", "clause": "1", "says": words, "when": draw(CONDITIONS)}]
    return small(benefits, figures, **more)


@st.composite
def people(draw):
    """Anyone, with facts of every sort or none."""
    facts = {
        "conditions": st.lists(st.sampled_from(["J45.9", "C50.2", "C53.9"]), max_size=2).map(tuple),
        "severity": st.sampled_from(["mild", "severe"]),
        "screening": st.fixed_dictionaries({"result": st.sampled_from(["negative", "positive"]), "date": DAYS}),
        "progressed": DAYS,
        "breast_surgery": st.dates(date(2016, 12, 1), date(2017, 2, 1)),
        "hoehn_yahr": st.integers(1, 5).map(Decimal),
        "markers": st.just(("ALK+",)),
        "benign_pathology": st.booleans(),
        "basic_insurance": st.sampled_from(["city", "national"]),
        "brain_screening": st.just("pass"),
        "nsclc_stage": st.just("II"),
        "roster": st.sampled_from(["low-income-chronic", "rural-subsistence"]),
        "occupation": st.just("courier"),
        "birth_defect_child": st.just(True),
    }
    known = draw(st.lists(st.sampled_from(sorted(facts)), unique=True))
    born = draw(st.one_of(st.dates(date(1940, 1, 1), date(2021, 12, 31)), st.just(date(2004, 2, 29))))
    return Insured(born, draw(st.sampled_from(["female", "male"])), {name: draw(facts[name]) for name in known})


@st.composite
def any_claims(draw):
    """Bills, stays and events of all sorts, some outside the policy."""
    day = date(2021, 12, 30) + timedelta(days=draw(st.integers(0, 40)))
    kind = draw(st.sampled_from([*KINDS, "event"]))
    diagnosis, place = draw(st.sampled_from(ICD)), Facility(draw(st.sampled_from(["primary", "tertiary"])))
    severity = draw(st.sampled_from([None, "severe"]))
    if kind == "event":
        name = draw(st.sampled_from(EVENTS))
        grade = draw(st.integers(1, 10)) if name == "disability" else None
        return Claim("c", kind, day, event=name, grade=grade, diagnosis=diagnosis, severity=severity)
    made = draw(claims())
    until = day + timedelta(days=draw(st.integers(0, 9))) if kind == "inpatient" else None
    return replace(made, kind=kind, date=day, discharged=until, diagnosis=diagnosis, facility=place, severity=severity)


@st.composite
def insured_years(draw):
    """A person, a policy year and claims in the order in which they are decided."""
    policy = Policy(date(2022, 1, 1), date(2022, 12, 31), draw(st.integers(0, 4)))
    return draw(people()), policy, draw(st.lists(any_claims(), max_size=6))
