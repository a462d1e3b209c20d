"""When are two receipts the same one, and when does a number look as if someone had worked on it?"""

import re
import unicodedata
from hashlib import sha256

LEGAL_FORMS = re.compile(r"(有限责任公司|股份有限公司|有限公司|co\.?,?\s*ltd\.?|limited|inc\.?)$")


def issuer_key(name: str) -> str:
    """The issuer's name without what people type differently: width, case, spaces, punctuation, legal form."""
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    text = LEGAL_FORMS.sub("", text)
    return "".join(char for char in text if char.isalnum())


def receipt_key(number: str) -> str:
    """The receipt's number as letters and digits only, in capitals: ``No. 0012-34`` and ``００１２３４`` are one."""
    text = unicodedata.normalize("NFKC", number).upper()
    text = re.sub(r"^\s*(N[Oo0]\.?|№|编号|号码|票号)\s*[::]?\s*(?=[0-9A-Z])", "", text)
    return "".join(char for char in text if char.isascii() and char.isalnum())


def receipt_mark(issuer_key: str, receipt_key: str) -> str:
    """The receipt in 32 letters that do not tell it: the same again for a bill filed again after its row was lost."""
    return sha256(f"{issuer_key}\n{receipt_key}".encode()).hexdigest()[:32]


def is_readable(number: str) -> bool:
    """Whether enough of a number is left to tell receipts apart."""
    return 4 <= len(receipt_key(number)) <= 40


def looks_altered(number: str) -> bool:
    """Letters that pass for digits inside a run of digits, or signs that mean "I could not read it"."""
    text = unicodedata.normalize("NFKC", number).upper()
    return bool(re.search(r"[?*#_~]|\d[OILSBZ]\d", text))


def differ_by_one(one: str, other: str) -> bool:
    """Whether two different keys are one typed, missing, extra or swapped character apart."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    if len(short) < len(long):
        return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
    places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) == 1:
        return True
    swapped = len(places) == 2 and places[1] == places[0] + 1
    return swapped and one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]
