"""Files that are taken: cleaned, private, held for a form, given out safely."""

import io
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from apps.core import clock
from apps.documents import storage
from apps.documents.errors import TooManyFiles
from apps.documents.models import Document, HeldUpload
from apps.documents.selectors import held_uploads, stream
from apps.documents.services import (
    HELD_FOR,
    drop_held,
    expire_held,
    forget_orphans,
    harmless_name,
    hold_upload,
    store_upload,
    take_held,
)
from tests.documents.factories import EXIF_GPS, pdf, photo, photo_with_exif, receipt, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def parent(make_user):
    return make_user()


def kept(document: Document) -> bytes:
    return storage.path_of(document.stored_as).read_bytes()


def test_a_photo_is_painted_anew_without_where_it_was_taken(parent, now):
    original = photo_with_exif()
    assert EXIF_GPS in original
    document = store_upload(file=upload(original), uploaded_by=parent, now=now)
    content = kept(document)
    assert EXIF_GPS not in content
    with Image.open(io.BytesIO(content)) as image:
        assert not image.getexif()
        assert image.size == (40, 60), "turned upright as its orientation said"


def test_what_is_appended_to_a_photo_is_gone(parent, now):
    document = store_upload(file=upload(photo() + b"<script>alert(1)</script>"), uploaded_by=parent, now=now)
    assert b"script" not in kept(document)


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("JPEG", "CMYK"), ("PNG", "I;16")]
)
def test_every_way_of_storing_colour_is_taken(parent, now, kind, mode):
    out = io.BytesIO()
    Image.new(mode, (20, 20)).save(out, kind)
    document = store_upload(file=upload(out.getvalue(), "r.png"), uploaded_by=parent, now=now)
    assert document.content_type == f"image/{kind.lower()}"


def test_a_pdf_is_kept_as_it_is(parent, now):
    document = store_upload(file=upload(pdf(3), "bill.pdf"), uploaded_by=parent, now=now)
    assert (document.kind, document.name, kept(document)) == ("pdf", "bill.pdf", pdf(3))


def test_the_name_follows_the_content(parent, now):
    assert store_upload(file=upload(photo(), "bill.pdf"), uploaded_by=parent, now=now).name == "bill.jpg"


def test_only_the_portal_can_read_the_file(parent, now):
    path = storage.path_of(store_upload(file=receipt(), uploaded_by=parent, now=now).stored_as)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "receipt" not in path.name


@pytest.mark.parametrize("name", ["../secret", "documents/../../x", "/etc/passwd", "documents"])
def test_no_stored_name_leads_out_of_private_storage(name):
    with pytest.raises(ValueError, match="private storage"):
        storage.path_of(name)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("C:\\Users\\me\\收据.jpg", "收据.jpg"),
        ("../../a.jpg", "a.jpg"),
        ("a\r\nb\u202egpj.jpg", "abgpj.jpg"),
        ("", "file"),
    ],
)
def test_names_are_made_harmless(given, shown):
    assert harmless_name(given) == shown


def test_a_picture_may_be_shown_in_place_but_a_pdf_is_always_a_download(parent, now):
    picture = store_upload(file=receipt(), uploaded_by=parent, now=now)
    paper = store_upload(file=upload(pdf(), "b.pdf"), uploaded_by=parent, now=now)
    assert stream(picture, is_inline=True)["Content-Disposition"].startswith("inline")
    assert stream(picture)["Content-Disposition"].startswith("attachment")
    answer = stream(paper, is_inline=True)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_form_keeps_each_file_once(parent, now):
    key = uuid4()
    first = hold_upload(file=receipt(), form_key=key, held_by=parent, now=now)
    again = hold_upload(file=receipt("same.jpg"), form_key=key, held_by=parent, now=now)
    hold_upload(file=receipt(colour="red"), form_key=key, held_by=parent, now=now)
    assert first == again
    assert held_uploads(form_key=key, held_by=parent).count() == 2
    with pytest.raises(IntegrityError, match="file_held_once_a_form"), transaction.atomic():
        HeldUpload.objects.filter(form_key=key).update(sha256="same")


def test_a_form_holds_ten_files_at_most(parent, now):
    key = uuid4()
    for number in range(10):
        hold_upload(file=receipt(colour=f"rgb({number * 25},0,0)"), form_key=key, held_by=parent, now=now)
    with pytest.raises(TooManyFiles, match="10 files"):
        hold_upload(file=receipt(colour="white"), form_key=key, held_by=parent, now=now)


def test_another_person_cannot_take_or_drop_what_i_hold(parent, make_user, now):
    key, stranger = uuid4(), make_user("stranger@example.com")
    held = hold_upload(file=receipt(), form_key=key, held_by=parent, now=now)
    drop_held(held_id=held.pk, form_key=key, held_by=stranger)
    assert take_held(form_key=key, held_by=stranger) == []
    assert take_held(form_key=key, held_by=parent) == [held.document]


def test_a_removed_file_is_gone_from_disk(parent, now, django_capture_on_commit_callbacks):
    held = hold_upload(file=receipt(), form_key=(key := uuid4()), held_by=parent, now=now)
    path = storage.path_of(held.document.stored_as)
    with django_capture_on_commit_callbacks(execute=True):
        drop_held(held_id=held.pk, form_key=key, held_by=parent)
        drop_held(held_id=held.pk, form_key=key, held_by=parent)
    assert not os.path.exists(path)
    assert not Document.objects.exists()


def test_what_was_never_sent_expires_and_what_was_sent_stays(parent, now):
    unsent, sent = uuid4(), uuid4()
    hold_upload(file=receipt(), form_key=unsent, held_by=parent, now=now)
    hold_upload(file=receipt(colour="red"), form_key=sent, held_by=parent, now=now)
    [document] = take_held(form_key=sent, held_by=parent)
    assert expire_held(now=now + HELD_FOR - timedelta(seconds=1)) == 0
    assert expire_held(now=now + HELD_FOR) == 1
    assert list(Document.objects.all()) == [document]


@pytest.mark.own_day  # the files' own times are compared
def test_bytes_of_a_rolled_back_transaction_are_removed_a_day_later(parent, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    written = clock.now()
    orphan = storage.path_of(storage.keep(b"left behind"))
    document = store_upload(file=receipt(), uploaded_by=parent, now=written)
    assert forget_orphans(now=written + timedelta(hours=23)) == 0
    assert forget_orphans(now=written + timedelta(hours=25)) == 1
    assert not orphan.exists()
    assert kept(document)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"size": 0}, "document_not_empty"),
        ({"content_type": "text/html"}, "document_kind_known"),
        ({"kind": "pdf"}, "document_kind_known"),
    ],
)
def test_the_database_refuses_other_documents(parent, now, change, constraint):
    document = store_upload(file=receipt(), uploaded_by=parent, now=now)
    with pytest.raises(IntegrityError, match=constraint):
        Document.objects.filter(pk=document.pk).update(**change)
