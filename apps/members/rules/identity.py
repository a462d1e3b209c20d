"""Is this a well-formed identity number, and does it say the same as the form?"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum

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
    if len(number) != 18:
        raise IdentityLength(count=len(number))
    if not RESIDENT.fullmatch(number):
        raise IdentityFormat
    if ric.calc_check_digit(number) != number[-1]:
        raise IdentityChecksum
    born = _birth_date_in(number)
    if born != birth_date:
        raise BirthDateDiffers(day=born.isoformat())
    if (int(number[16]) % 2 == 1) != (sex == "male"):
        raise SexDiffers
    return number


def _birth_date_in(number: str) -> date:
    """The library's whole ``validate`` is not used: it wants a known county and raises a bare KeyError on some."""
    try:
        day: date = ric.get_birth_date(number)
    except (ric.ValidationError, ValueError) as error:
        raise IdentityDate from error
    return day


def fictional_number(*, birth_date: date, sex: str, serial: int) -> str:
    """A number valid in form that belongs to nobody; ``serial`` (0-498) tells apart those born on one day."""
    order = 2 * serial + (1 if sex == "male" else 2)
    body = f"{FICTIONAL_AREA}{birth_date:%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(body + "0")
