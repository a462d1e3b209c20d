"""Why a file was not taken: what happened, why, and what to do now."""

from apps.core.errors import N_, DomainError


class UploadRefused(DomainError):
    code = "upload-refused"
    message = N_("This file cannot be taken.")
    field = "files"
    status = 422


class EmptyFile(UploadRefused):
    code = "empty-file"
    message = N_("“%(name)s” is empty (0 bytes). Take the photo again, or choose another file.")


class FileTooLarge(UploadRefused):
    code = "file-too-large"
    message = N_(
        "“%(name)s” is too large: %(size)s MB, and at most %(limit)s MB can be taken. "
        "Take the photo at a smaller size, or split the PDF."
    )


class WrongKindOfFile(UploadRefused):
    code = "wrong-kind-of-file"
    message = N_(
        "“%(name)s” is not a photo or a PDF, whatever its name says. Receipts are taken as JPEG, PNG or PDF. "
        "Photograph the paper and choose that photo."
    )


class PhoneFormat(WrongKindOfFile):
    code = "phone-format"
    message = N_(
        "“%(name)s” is in your phone's own photo format (HEIC), which hospitals and insurers cannot open. "
        "Set the camera to “most compatible”, or take a screenshot of the photo and choose that."
    )


class BrokenFile(UploadRefused):
    code = "broken-file"
    message = N_(
        "“%(name)s” begins like a photo or PDF but cannot be opened: it may be damaged or cut short. "
        "Take the photo again, or save the PDF again."
    )


class TooManyPixels(UploadRefused):
    code = "too-many-pixels"
    message = N_(
        "“%(name)s” has more than 25 million picture points. Choose a smaller photo size in the camera, or take a "
        "screenshot of the photo."
    )


class ProtectedFile(UploadRefused):
    code = "protected-file"
    message = N_("“%(name)s” is locked with a password. Save it without a password and choose it again.")


class ActiveFile(UploadRefused):
    code = "active-file"
    message = N_(
        "“%(name)s” is a PDF that carries a program or other files inside. For everyone's safety such files are not "
        "taken. Print it to a new PDF, or photograph it."
    )


class TooManyFiles(UploadRefused):
    code = "too-many-files"
    message = N_("“%(name)s” was not taken: at most %(limit)s files can be kept for one form. Remove one first.")


REFUSALS: dict[str, type[UploadRefused]] = {
    error.code: error for error in (WrongKindOfFile, PhoneFormat, BrokenFile, TooManyPixels, ProtectedFile, ActiveFile)
}
"""The answers of ``inspection`` by code."""
