"""Really open one upload, in a process of its own with little memory and time; answer what may be kept.

Runs as ``python -m apps.documents.inspection KIND``: the file on standard input, the cleaned file on standard output.
Exit code 0: keep the output; 3: refused, standard error is the code of a refusal; anything else: broken.
Imports nothing of Django: it starts fast and an attack on a decoder finds no secrets and no database.
"""

import contextlib
import io
import resource
import sys
import warnings

MAX_PIXELS = 25_000_000
MAX_PAGES = 60
MEMORY, SECONDS = 800 * 1024 * 1024, 15
ACTIVE = {"/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/AA", "/GoToE"}
ACTIVE |= {"/ImportData", "/SubmitForm", "/Movie", "/Sound", "/3D", "/FileAttachment"}


class Refused(Exception):
    """Its text is the code of a refusal."""


def clean_image(content: bytes, kind: str) -> bytes:
    """The same picture painted anew: turned upright, without EXIF, comments, thumbnails or anything appended."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"] if kind == "image/jpeg" else ["PNG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused("too-many-pixels")
            ImageOps.exif_transpose(image, in_place=True)
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too-many-pixels") from error
    mode = "L" if kind == "image/png" and image.mode in ("L", "1") else "RGB"
    plain = image if image.mode == mode else image.convert(mode)
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, "JPEG" if kind == "image/jpeg" else "PNG", **({"quality": 88} if kind == "image/jpeg" else {}))
    return out.getvalue()


def clean_pdf(content: bytes, kind: str) -> bytes:
    """The PDF as it is, once every object in it was looked at and none is a program or a file."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise Refused("protected-file")
    if not 0 < len(reader.pages) <= MAX_PAGES:
        raise Refused("broken-file")
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    for number in numbers:
        _check_object(reader, number)
    if b"/JavaScript" in content or b"/EmbeddedFile" in content:
        raise Refused("active-file")
    return content


def _check_object(reader: object, number: int) -> None:
    from pypdf.generic import IndirectObject

    todo: list[object] = [IndirectObject(number, 0, reader).get_object()]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if ACTIVE & (set(value) | {str(item) for item in value.values() if isinstance(item, str)}):
                raise Refused("active-file")
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)


def main(kind: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(500)
    content = sys.stdin.buffer.read()
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            cleaned = (clean_pdf if kind == "application/pdf" else clean_image)(content, kind)
    except Refused as refusal:
        print(refusal, end="", file=sys.stderr)
        return 3
    sys.stdout.buffer.write(cleaned)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
