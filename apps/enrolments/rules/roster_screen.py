"""Rows of a roster by columns: which are surely fine, at a fraction of what reading them one by one costs.

Whoever passes is read to the very same person by ``RowReader``; whoever does not is left to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.enrolments.rules.roster import LONGEST_NAME, SEXES, Facts, RowReader
from apps.enrolments.rules.roster_columns import BIRTH_DATE, FACTS, IDENTITY, NAME, SEX
from apps.members.rules.identity import CHECK_CHARACTERS, Holder

Truth = NDArray[np.bool_]
WEIGHTS = np.array([pow(2, 17 - place, 11) for place in range(17)])
CHECKS = np.array([ord(character) for character in CHECK_CHARACTERS])
LENGTH = 18
NINE = 9
UNKNOWN = -1
LENGTHS = range(2, LONGEST_NAME + 1)  # of a name of letters alone, which is taken as it is
MALE = {text: int(sex == "male") for text, sex in SEXES.items()}


class Screen:
    """Tells of many rows at once which are fine and what their covers cost."""

    def __init__(self, columns: Sequence[str], reader: RowReader) -> None:
        self._columns, self._reader = columns, reader
        self._prices: dict[tuple[int, Facts], int] = {}  # by day, sex and facts; -1: not for this person
        self._facts: dict[tuple[str, ...], Facts] = {}

    def prices(self, cells: Sequence[Sequence[str]]) -> NDArray[np.int64]:
        """For each row, of cells by columns, the price in fen of somebody who can surely be enrolled, or -1."""
        columns = dict(zip(self._columns, cells, strict=True))
        fine, days, is_male = read_numbers(columns[IDENTITY])
        fine &= _truths(map(str.isalpha, columns[NAME])) & _truths(map(LENGTHS.__contains__, map(len, columns[NAME])))
        if BIRTH_DATE in columns:
            fine &= ~_truths(map(bool, columns[BIRTH_DATE]))
        if SEX in columns:
            said = np.fromiter(map(MALE.get, columns[SEX], repeat(UNKNOWN)), int)
            fine &= said == is_male
        return self._judged(fine, days * 2 + is_male, [columns[name] for name in FACTS if name in columns])

    def _judged(self, fine: Truth, people: NDArray[np.int64], facts: Sequence[Sequence[str]]) -> NDArray[np.int64]:
        """Each different question is asked once."""
        codes: dict[tuple[str, ...], int] = defaultdict(count().__next__)
        rows = zip(*facts, strict=True) if facts else repeat((), len(people))
        code = np.fromiter(map(codes.__getitem__, rows), int)
        keys, place = np.unique(people * len(codes) + code, return_inverse=True)
        cells = list(codes)
        answers = [self._price(key // len(codes), cells[key % len(codes)]) for key in keys.tolist()]
        return np.where(fine, np.array(answers)[place], -1)

    def _price(self, person: int, cells: tuple[str, ...]) -> int:
        facts = self._facts.get(cells)
        if facts is None:
            facts = self._facts[cells] = self._reader.facts_of(*cells)
        price = self._prices.get((person, facts))
        if price is None:
            price = self._prices[person, facts] = self._ask(person, facts)
        return price

    def _ask(self, person: int, facts: Facts) -> int:
        day, is_male = divmod(person, 2)
        try:
            born = date(day // 10_000, day // 100 % 100, day % 100)
        except ValueError:
            return -1
        verdict = self._reader.judge(Holder(born, "male" if is_male else "female"), facts)
        return -1 if verdict.faults else verdict.price_fen


def _truths(said: Iterable[bool]) -> Truth:
    return np.fromiter(said, bool)


def read_numbers(numbers: Sequence[str]) -> tuple[Truth, NDArray[np.int64], Truth]:
    """Of each number: well formed with the right check character; its birth date as YYYYMMDD; male."""
    letters: NDArray[Any] = np.array(numbers, dtype=f"U{LENGTH + 1}").view(np.uint32)
    letters = letters.reshape(len(numbers), LENGTH + 1).astype(np.int64)
    digits = letters[:, :17] - ord("0")
    checks = CHECKS[(digits @ WEIGHTS) % 11]
    fine = ((digits >= 0) & (digits <= NINE)).all(axis=1) & (letters[:, 17] == checks) & (letters[:, LENGTH] == 0)
    days = digits[:, 6:14] @ (10 ** np.arange(7, -1, -1))
    return fine, days, digits[:, 16] % 2 == 1
