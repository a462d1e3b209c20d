"""Files as phones, scanners and attackers make them."""

import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter

EXIF_GPS = b"GPS-31.23-121.47"


def upload(content: bytes, name: str = "receipt.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def photo(width: int = 60, height: int = 40, kind: str = "JPEG", colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


def photo_with_exif() -> bytes:
    """A photo taken upright (orientation 6) by a phone that wrote down where."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = EXIF_GPS.decode()
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "JPEG", exif=exif, comment=EXIF_GPS)
    return out.getvalue()


def receipt(name: str = "receipt.jpg", colour: str = "teal") -> SimpleUploadedFile:
    """One acceptable photo; another colour makes another file."""
    return upload(photo(colour=colour), name)


def pdf(pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pixel_flood(side: int) -> bytes:
    """A few kilobytes of PNG that claim and fill ``side`` x ``side`` points."""

    def chunk(tag: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))

    row = b"\0" + bytes((side + 7) // 8)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
