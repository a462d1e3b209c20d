"""A corpus of files nobody should take in, each with the sentence it is met with."""

import gzip
import io
import zipfile

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from apps.documents import errors
from apps.documents.models import Document
from apps.documents.services import MAX_BYTES, store_upload
from tests.documents.factories import pdf, photo, pixel_flood, upload, written

pytestmark = pytest.mark.django_db


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"x" * 1000)
    return out.getvalue()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
WRONG_KIND = {
    "program.jpg": b"MZ\x90\x00\x03" + bytes(400),
    "program.pdf": b"\x7fELF\x02\x01\x01" + bytes(400),
    "macho.png": b"\xcf\xfa\xed\xfe" + bytes(400),
    "script.jpg": b"#!/bin/sh\nrm -rf /\n",
    "batch.jpg": b"@echo off\r\nformat c:\r\n",
    "picture.svg": SVG,
    "picture.png": SVG,
    "bom.png": b"\xef\xbb\xbf" + SVG,
    "page.html": HTML,
    "page.jpg": HTML,
    "page.pdf": b"   " + HTML,
    "late.pdf": HTML + b"\n%PDF-1.7\n",
    "xhtml.png": b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
    "feed.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "macro.docm": zipped("word/vbaProject.bin"),
    "sheet.xlsx": zipped("xl/workbook.xml"),
    "archive.zip": zipped("receipt.jpg"),
    "nested.jpg": zipped("inner.zip"),
    "bomb.gz": gzip.compress(bytes(5_000_000)),
    "app.apk": zipped("AndroidManifest.xml"),
    "class.jpg": b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(100),
    "wasm.png": b"\x00asm\x01\x00\x00\x00",
    "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "text.rtf": b"{\\rtf1 {\\object\\objdata 0105}}",
    "shortcut.lnk": b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(100),
    "moving.gif": photo(kind="GIF"),
    "scan.tiff": photo(kind="TIFF"),
    "bitmap.bmp": photo(kind="BMP"),
    "web.webp": photo(kind="WEBP"),
    "icon.ico": b"\x00\x00\x01\x00\x01\x00" + bytes(60),
    "postscript.pdf": b"%!PS-Adobe-3.0\n(x) run\n",
    "flash.jpg": b"FWS\x09" + bytes(100),
    "film.mp4": b"\x00\x00\x00\x18ftypisom" + bytes(100),
    "eicar.jpg": rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    "sql.jpg": b"SQLite format 3\x00" + bytes(100),
    "plain.txt": b"I paid 100 yuan",
    "zeros.png": bytes(2000),
    "one.jpg": b"\xff",
    "two.jpg": b"\xff\xd8",
    "png-start.png": b"\x89PNG",
    "nul\x00name.jpg": b"MZ" + bytes(10),
    "../../etc/passwd": b"root:x:0:0",
}
BROKEN = {
    "cut.jpg": photo(400, 400)[:300],
    "header-only.jpg": b"\xff\xd8\xff\xe0" + bytes(20),
    "noise.jpg": b"\xff\xd8\xff" + bytes(range(256)) * 20,
    "cut.png": photo(400, 400, "PNG")[:120],
    "signature-only.png": b"\x89PNG\r\n\x1a\n",
    "zip-after.png": b"\x89PNG\r\n\x1a\n" + zipped("a"),
    "program-after.jpg": b"\xff\xd8\xff" + b"MZ\x90\x00" + bytes(400),
    "empty.pdf": b"%PDF-1.7\n%%EOF",
    "noise.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 50,
    "cut.pdf": pdf()[:200],
    "no-pages.pdf": written(PdfWriter()),
    "html.pdf": b"%PDF-1.4\n" + HTML,
    "too-long.pdf": pdf(pages=61),
}


def with_attachment() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("x.exe", b"MZ")
    return written(writer)


def with_action(action: dict[str, str], key: str = "/OpenAction", on_page: bool = False) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    holder = page if on_page else writer.root_object
    entries = {NameObject(k): NameObject(v) if v.startswith("/") else TextStringObject(v) for k, v in action.items()}
    holder[NameObject(key)] = ArrayObject([DictionaryObject(entries)]) if on_page else DictionaryObject(entries)
    return written(writer)


def packed(content: bytes) -> bytes:
    """The same with its objects in compressed streams, where a search of the bytes sees nothing."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.compress_identical_objects()
    return written(writer).replace(b"/JavaScript", b"/Java#53cript")


ACTIVE = {
    "javascript.pdf": with_action({"/S": "/JavaScript", "/JS": "app.alert(2)"}, "/AA"),
    "attachment.pdf": with_attachment(),
    "launch.pdf": with_action({"/S": "/Launch", "/F": "cmd.exe"}),
    "open-script.pdf": with_action({"/S": "/JavaScript", "/JS": "app.alert(1)"}),
    "escaped-name.pdf": packed(with_action({"/S": "/JavaScript"})),
    "submit.pdf": with_action({"/S": "/SubmitForm", "/F": "http://x.example"}),
    "page-script.pdf": with_action({"/S": "/JavaScript", "/JS": "1"}, "/Annots", on_page=True),
    "media.pdf": with_action({"/Subtype": "/RichMedia"}, "/Annots", on_page=True),
    "remote.pdf": with_action({"/S": "/GoToE"}, "/Annots", on_page=True),
}


def refuse(make_user, now, content: bytes, name: str, expected: type[errors.UploadRefused]) -> str:
    with pytest.raises(expected) as refused:
        store_upload(file=upload(content, name), uploaded_by=make_user(), now=now)
    assert type(refused.value) is expected
    assert not Document.objects.exists()
    return str(refused.value)


@pytest.mark.parametrize("name", WRONG_KIND)
def test_what_is_no_photo_or_pdf_is_refused_whatever_its_name(make_user, now, name):
    assert "not a photo or a PDF" in refuse(make_user, now, WRONG_KIND[name], name, errors.WrongKindOfFile)


@pytest.mark.parametrize("name", BROKEN)
def test_what_only_begins_like_one_is_refused(make_user, now, name):
    assert "cannot be opened" in refuse(make_user, now, BROKEN[name], name, errors.BrokenFile)


@pytest.mark.parametrize("name", ACTIVE)
def test_a_pdf_with_a_program_or_a_file_inside_is_refused(make_user, now, name):
    assert "carries a program" in refuse(make_user, now, ACTIVE[name], name, errors.ActiveFile)


@pytest.mark.parametrize("side", [5_001, 9_000, 13_000, 20_000])
def test_a_flood_of_pixels_is_refused_before_it_is_painted(make_user, now, side):
    said = refuse(make_user, now, pixel_flood(side), "flood.png", errors.TooManyPixels)
    assert "25 million" in said


def test_an_empty_file_is_refused(make_user, now):
    assert "0 bytes" in refuse(make_user, now, b"", "r.jpg", errors.EmptyFile)


def test_a_file_of_fifty_megabytes_is_refused_with_its_size(make_user, now):
    said = refuse(make_user, now, photo() + bytes(50 * 1024 * 1024), "r.jpg", errors.FileTooLarge)
    assert "51 MB" in said
    assert "10 MB" in said


def test_the_limit_itself_is_taken(make_user, now):
    content = photo()
    file = upload(content + bytes(MAX_BYTES - len(content)))
    assert store_upload(file=file, uploaded_by=make_user(), now=now).size < 10_000


def test_a_locked_pdf_is_refused(make_user, now):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret")
    refuse(make_user, now, written(writer), "r.pdf", errors.ProtectedFile)


def test_a_phone_photo_format_gets_its_own_advice(make_user, now):
    said = refuse(make_user, now, b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "r.heic", errors.PhoneFormat)
    assert "most compatible" in said
