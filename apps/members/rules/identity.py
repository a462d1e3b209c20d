"""Is this a well-formed identity number, and does it say the same as the form?"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from stdnum.cn import ric

from apps.core.periods import add_years
from apps.members.errors import (
    BirthCertificateFormat,
    BirthCertificateOutgrown,
    BirthDateDiffers,
    IdentityChecksum,
    IdentityDate,
    IdentityFormat,
    IdentityLength,
    SexDiffers,
)

BIRTH_CERTIFICATE = re.compile(r"[A-Z][0-9]{9}")
RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
SEPARATORS = re.compile(r"[\s\-.·]+")
CHECK_CHARACTERS = "10X98765432"  # by the weighed sum of the first 17 digits modulo 11
FICTIONAL_AREA = "110000"  # a whole province: no number is ever issued under it


class IdentityKind(StrEnum):
    RESIDENT = "resident"
    BIRTH_CERTIFICATE = "birth-certificate"


def normalised(number: str) -> str:
    """Full-width characters, spaces, dashes and a small x become the one written form."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", number)).upper()


def check_identity(*, kind: str, number: str, birth_date: date, sex: str, today: date) -> str:
    """The normalised number, when it is well formed and agrees with birth date and sex.

    Raises one of the Identity…, BirthCertificate…, BirthDateDiffers or SexDiffers errors.
    """
    number = normalised(number)
    if kind == IdentityKind.BIRTH_CERTIFICATE:
        return _birth_certificate(number, birth_date, today)
    return _resident(number, birth_date, sex)


def _birth_certificate(number: str, birth_date: date, today: date) -> str:
    if not BIRTH_CERTIFICATE.fullmatch(number):
        raise BirthCertificateFormat
    if add_years(birth_date, 1) <= today:
        raise BirthCertificateOutgrown
    return number


def _resident(number: str, birth_date: date, sex: str) -> str:
    holder = read_resident(number)
    if holder.birth_date != birth_date:
        raise BirthDateDiffers(day=holder.birth_date.isoformat())
    if holder.sex != sex:
        raise SexDiffers
    return number


class Holder(NamedTuple):
    """What a resident identity number says of its holder."""

    birth_date: date
    sex: str


def read_resident(number: str) -> Holder:
    """The holder by a normalised number; fast enough for a million of them.

    Raises IdentityLength, IdentityFormat, IdentityChecksum, IdentityDate.
    """
    if not RESIDENT.fullmatch(number):
        raise IdentityFormat if len(number) == 18 else IdentityLength(count=len(number))
    day_weight, born = _day(number[6:14])
    serial_weight, sex = _serial(number[14:17])
    if CHECK_CHARACTERS[(_weight(number[:6], 0) + day_weight + serial_weight) % 11] != number[17]:
        raise IdentityChecksum
    if born is None:
        raise IdentityDate
    return Holder(born, sex)


# Counties, days and serial numbers come again and again: each part of a number is worked out once.


@lru_cache(maxsize=65_536)
def _weight(digits: str, place: int) -> int:
    """The digits' part of the check sum (ISO 7064, MOD 11-2)."""
    return sum(int(digit) * pow(2, 17 - place - i, 11) for i, digit in enumerate(digits))


@lru_cache(maxsize=65_536)
def _day(digits: str) -> tuple[int, date | None]:
    """The library's whole ``validate`` is not used: it wants a known county and raises a bare KeyError on some."""
    try:
        return _weight(digits, 6), date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return _weight(digits, 6), None


@lru_cache(maxsize=1_024)
def _serial(digits: str) -> tuple[int, str]:
    return _weight(digits, 14), "male" if digits[2] in "13579" else "female"


def fictional_number(*, birth_date: date, sex: str, serial: int) -> str:
    """A number valid in form that belongs to nobody; ``serial`` (0-498) tells apart those born on one day."""
    order = 2 * serial + (1 if sex == "male" else 2)
    body = f"{FICTIONAL_AREA}{birth_date:%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(body + "0")
