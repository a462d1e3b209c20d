"""Which families the demo has: who they are, when they join, which plan they choose, how ill they are (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from apps.core.periods import add_years
from apps.portal.demo.alliance import DOMAIN, LEAD_PARENT
from apps.portal.demo.names import Names

ASTHMA, BRAIN, PARKINSON, HER = (
    "asthma-road-to-health",
    "brain-carefree",
    "parkinson-carefree",
    "her-care",
)
SHARES = ((ASTHMA, 68), (HER, 14), (PARKINSON, 9), (BRAIN, 9))
FIRST_WAVE = 0.45  # joins in the first ninety days, when the alliance is announced


@dataclass(frozen=True)
class Family:
    """One family: the account holder, and the person to be insured."""

    number: int
    email: str
    guardian: str
    name: str
    born: date
    sex: str
    relation: str
    identity: str
    plan: str
    joins: date
    burden: float  # 0 well .. 1 very ill
    is_declined: bool = False

    @property
    def is_lead(self) -> bool:
        """The family whose sign-in is printed: it stays to the end."""
        return self.number == 1


def families(count: int, *, since: date, until: date, names: Names) -> Iterator[Family]:
    """The families in order of joining; the first one is the lead parent's."""
    random = names.random
    days = sorted(_joining_day(random, since, until) for _ in range(count))
    yield _lead(since, names)
    for number, joins in enumerate(days[1:], start=2):
        plan = random.choices([code for code, _ in SHARES], [share for _, share in SHARES])[0]
        yield _family(number, plan, joins, names)


def _joining_day(random: Random, since: date, until: date) -> date:
    span = 90 if random.random() < FIRST_WAVE else (until - since).days - 20
    return since + timedelta(days=random.randrange(max(span, 1)))


def _lead(since: date, names: Names) -> Family:
    born = add_years(since, -7) - timedelta(days=40)
    return Family(
        1,
        LEAD_PARENT.email,
        LEAD_PARENT.name,
        "林一诺",
        born,
        "male",
        "mother",
        names.identity(born, "male"),
        ASTHMA,
        since + timedelta(days=2),
        0.8,
    )


def _family(number: int, plan: str, joins: date, names: Names) -> Family:
    random = names.random
    surname = names.surname()
    relation, ages, sexes = {
        ASTHMA: ("parent", (1, 16), ("female", "male")),
        HER: ("self", (24, 63), ("female",)),
        PARKINSON: ("child", (52, 78), ("female", "male")),
        BRAIN: ("child", (60, 74), ("female", "male")),
    }[plan]
    sex = random.choice(sexes)
    born = add_years(joins, -random.randint(*ages)) - timedelta(days=random.randrange(30, 330))
    name = surname + names.given(sex)
    if relation == "parent":
        relation = random.choice(("mother", "father"))
    guardian_sex = "female" if relation == "mother" else "male"
    guardian = name if relation == "self" else (surname if relation != "mother" else names.surname())
    if relation != "self":
        guardian += names.given(guardian_sex)
    return Family(
        number=number,
        email=f"family{number}@{DOMAIN}",
        guardian=guardian,
        name=name,
        born=born,
        sex=sex,
        relation=relation,
        identity=names.identity(born, sex),
        plan=plan,
        joins=joins,
        burden=random.betavariate(1.2, 4.5),
        is_declined=random.random() < 0.03,
    )
