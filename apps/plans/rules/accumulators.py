"""What a policy year has used up so far: running totals by key, immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_PAID = "paid:"


@dataclass(frozen=True, slots=True)
class Accumulators:
    """Running totals (fen, or times for lump sums) of one insured person, plan and policy year."""

    totals: Mapping[str, int]

    @classmethod
    def empty(cls) -> Accumulators:
        """The first day of a policy year."""
        return cls(MappingProxyType({}))

    def to_json(self) -> dict[str, int]:
        """A plain mapping, keys in order."""
        return dict(sorted(self.totals.items()))

    @classmethod
    def from_json(cls, data: Mapping[str, int]) -> Accumulators:
        """The inverse of `to_json`.  Raises ValueError when a total is not a whole number of at least 0."""
        for key, total in data.items():
            if type(total) is not int or total < 0:
                raise ValueError(f"running total {key!r} is {total!r}, not a whole number of at least 0")
        return cls(MappingProxyType(dict(data)))

    @property
    def benefits(self) -> dict[str, int]:
        """Fen paid this year by benefit, those that paid something."""
        return {
            key.removeprefix(_PAID): total
            for key, total in sorted(self.totals.items())
            if key.startswith(_PAID) and total
        }

    @property
    def paid_fen(self) -> int:
        """Fen paid this year in total."""
        return sum(self.benefits.values())


def paid_key(benefit: str) -> str:
    """Where the paid total of a benefit stands."""
    return _PAID + benefit
