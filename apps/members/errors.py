"""What may be refused when people are registered, sign, or let others act for them."""

from apps.core.errors import N_, DomainError


class IdentityLength(DomainError):
    code, field = "identity-length", "identity_number"
    message = N_("A resident identity number has 18 characters; this one has %(count)d.")


class IdentityFormat(DomainError):
    code, field = "identity-format", "identity_number"
    message = N_("A resident identity number is 17 digits and then a digit or X.")


class IdentityChecksum(DomainError):
    code, field = "identity-checksum", "identity_number"
    message = N_("The last character does not fit the others: a digit is mistyped. Compare it with the card.")


class IdentityDate(DomainError):
    code, field = "identity-date", "identity_number"
    message = N_("Digits 7 to 14 are the birth date, and this is not a real day. Compare them with the card.")


class BirthCertificateFormat(DomainError):
    code, field = "birth-certificate-format", "identity_number"
    message = N_("A birth certificate number is one letter and then 9 digits, for example Q110123456.")


class BirthCertificateOutgrown(DomainError):
    code, field = "birth-certificate-outgrown", "identity_number"
    message = N_("A birth certificate is enough only in the first year of life. Enter the resident identity number.")


class BirthDateDiffers(DomainError):
    code, field = "birth-date-differs", "birth_date"
    message = N_("The identity number says %(day)s. Check the date and the number.")


class SexDiffers(DomainError):
    code, field = "sex-differs", "sex"
    message = N_("The identity number belongs to the other sex. Check both.")


class BornInFuture(DomainError):
    code, field = "born-in-future", "birth_date"
    message = N_("This day has not come yet. Enter the day of birth.")


class BornTooLongAgo(DomainError):
    code, field = "born-too-long-ago", "birth_date"
    message = N_("This is more than %(years)d years ago. Check the year.")


class AlreadyInFamily(DomainError):
    code, field = "already-in-family", "identity_number"
    message = N_("%(name)s is already in your family. You will find the page under Family.")


class AlreadyRegistered(DomainError):
    code, field = "already-registered", "identity_number"
    message = N_("This number is registered already, by someone else. Write to us and we will sort it out with you.")


class AlreadyYourself(DomainError):
    code, field = "already-yourself", "relation"
    message = N_("You are registered already. Choose how you are related to this other person.")


class NotAnAdult(DomainError):
    code, field = "not-an-adult", "relation"
    message = N_("This person is under 18. A parent, a grandparent or another guardian registers a child.")


class NotAChild(DomainError):
    code, field = "not-a-child", "relation"
    message = N_("This person is 18 or older. Choose son or daughter, husband or wife, or another relative.")


class KeyOfAnother(DomainError):
    code = "key-of-another"
    message = N_("This form belongs to another account. Open the page again.")


class TextOutdated(DomainError):
    code = "text-outdated"
    message = N_("This text has a newer version. Open the page again and read it before you sign.")


class TextChanged(DomainError):
    code = "text-changed"
    message = N_("The published text %(kind)s, version %(version)d, was changed. Give the change a new version.")


class AssentMissing(DomainError):
    code, field = "assent-missing", "assent_name"
    message = N_("From 14 on your child agrees too: let %(name)s type their own name here.")


class AlreadyWithdrawn(DomainError):
    code = "already-withdrawn"
    message = N_("This was withdrawn already.")
