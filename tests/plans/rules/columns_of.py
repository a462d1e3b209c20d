"""Years of claims as columns, from the same objects that the counter takes."""

import numpy as np

from apps.plans.rules import open_lines
from apps.plans.rules.batch import Claims, Coded, Lines, People, Year


def whole(values):
    return np.array(list(values), dtype=np.int64)


def columns_of(years):
    """``years``: an insured person, a policy and its claims in the order of deciding, each."""
    facts = sorted({name for insured, _policy, _claims in years for name in insured.facts})
    people = People(
        born=whole(insured.born.toordinal() for insured, _, _ in years),
        sex=Coded.of(insured.sex for insured, _, _ in years),
        start=whole(policy.start.toordinal() for _, policy, _ in years),
        end=whole(policy.end.toordinal() for _, policy, _ in years),
        renewed_years=whole(policy.renewed_years for _, policy, _ in years),
        facts={name: Coded.of(insured.facts.get(name) for insured, _, _ in years) for name in facts},
    )
    numbered = [(person, claim) for person, (_, _, claims) in enumerate(years) for claim in claims]
    claims = Claims(
        person=whole(person for person, _ in numbered),
        kind=Coded.of(claim.kind for _, claim in numbered),
        date=whole(claim.date.toordinal() for _, claim in numbered),
        nights=whole(claim.nights for _, claim in numbered),
        event=Coded.of(claim.event for _, claim in numbered),
        severity=Coded.of(claim.severity for _, claim in numbered),
        grade=whole(claim.grade or 0 for _, claim in numbered),
        diagnosis=Coded.of(claim.diagnosis for _, claim in numbered),
        level=Coded.of(claim.facility.level for _, claim in numbered),
        area=Coded.of(claim.facility.area for _, claim in numbered),
    )
    rows = [
        (number, line, left)
        for number, (_, claim) in enumerate(numbered)
        for line, left in zip(claim.lines, open_lines(claim), strict=True)
    ]
    lines = Lines(
        claim=whole(number for number, _, _ in rows),
        category=Coded.of(line.category for _, line, _ in rows),
        item=Coded.of(line.item for _, line, _ in rows),
        catalogue=Coded.of(line.catalogue for _, line, _ in rows),
        left=whole(left for _, _, left in rows),
    )
    return Year(people, claims, lines)
