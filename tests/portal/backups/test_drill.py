"""The drill: a story is backed up and restored elsewhere; every row, balance and hash is there, payments wait."""

import json
import shutil
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from apps.audit.models import Event
from apps.fund.models import Entry, Freeze
from apps.fund.selectors import is_frozen
from apps.fund.services import check_books, extend_chain
from apps.portal.backups import programs
from apps.portal.backups.manifest import NAME, facts
from apps.portal.backups.restoring import differences
from apps.portal.backups.writing import DUMP
from apps.portal.databases import create_database, drop_database, working_in
from apps.portal.demo.telling import load
from tests.fund.factories import booked, money_in_bank

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def other():
    """A name for another database, gone afterwards."""
    name = f"{connection.settings_dict['NAME']}_restored"
    drop_database(name)
    yield name
    drop_database(name)


@pytest.fixture
def private(tmp_path):
    """A folder of uploads of the test's own."""
    folder = tmp_path / "private"
    with override_settings(MEDIA_ROOT=str(folder)):
        yield folder


@pytest.fixture
def kept(private, tmp_path, make_user, now):
    """A backup of small books and one uploaded file, and what the database said when it was made."""
    from apps.documents.services import store_upload

    picture = SimpleUploadedFile("receipt.png", PNG, "image/png")
    store_upload(file=picture, uploaded_by=make_user("parent@example.com"), now=now)
    money_in_bank()
    extend_chain()
    return backed_up(tmp_path)


def backed_up(tmp_path):
    out = StringIO()
    call_command("backup", str(tmp_path / "kept"), stdout=out)
    return tmp_path / "kept"


def known():
    with transaction.atomic():
        return facts()


def test_a_whole_story_comes_back_equal(private, tmp_path, other, now):
    load(count=4, now=now, progress=lambda day, done, total: None)
    while extend_chain():
        pass
    before = known()
    folder = backed_up(tmp_path)
    assert before.tables["fund_entry"][0] > 50
    assert before.tables["claims_claim"][0] > 0
    booked()  # after the backup: not in it
    out = StringIO()
    call_command("restore", str(folder), into=other, stdout=out)
    assert f"{before.chain[0]:,} entries in the chain" in out.getvalue()
    assert known() != before
    with working_in(other):
        assert differences(before, known()) == []
        assert (known().balances, known().chain) == (before.balances, before.chain)
        assert check_books() == []
        call_command("check_ledger", stdout=out)


def test_uploads_and_words_come_back_and_payments_are_frozen(kept, private, other, now):
    call_command("restore", str(kept), into=other, stdout=StringIO())
    restored = private.with_name(f"private-{other}")
    names = {path.relative_to(private): path.read_bytes() for path in private.rglob("*") if path.is_file()}
    assert len(names) == 1
    assert {path.relative_to(restored): path.read_bytes() for path in restored.rglob("*") if path.is_file()} == names
    with working_in(other):
        assert is_frozen()
        freeze = Freeze.objects.get()
        assert now <= freeze.gap_from < now + timedelta(minutes=5)
        assert Event.objects.filter(action="restored").count() == 1
        assert set(Entry.objects.values_list("xact", flat=True)) == {0}
    assert not is_frozen()


def test_entries_stay_sealed_and_new_ones_are_booked_after_a_restore(kept, other):
    call_command("restore", str(kept), into=other, stdout=StringIO())
    with working_in(other):
        booked()
        late = "INSERT INTO fund_line (entry_id, account_id, amount_fen) SELECT min(entry_id), 1, 5 FROM fund_line"
        with pytest.raises(DatabaseError, match="sealed"), connection.cursor() as cursor:
            cursor.execute(late)
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute("UPDATE fund_entry SET xact = 1")
        assert check_books() == []


def test_what_is_there_is_not_overwritten_unless_told(kept, private):
    before = known()
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(kept))
    assert known() == before
    booked()
    call_command("restore", str(kept), force=True, stdout=StringIO())
    assert differences(before, known()) == []


def test_an_empty_database_and_an_occupied_folder(kept, private, other):
    create_database(other)
    with working_in(other), pytest.raises(CommandError, match="is not empty"):
        call_command("restore", str(kept))
    with working_in(other):
        call_command("restore", str(kept), uploads=private.with_name("elsewhere"), stdout=StringIO())
        assert check_books() == []
    with pytest.raises(CommandError, match="is there already"):
        call_command("restore", str(kept), into=other)


def test_a_backup_is_never_written_over(kept):
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(kept))


def test_a_backup_cut_off_leaves_nothing_under_its_name(tmp_path, private, monkeypatch):
    monkeypatch.setattr("apps.portal.backups.writing.manifest_of", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("backup", str(tmp_path / "kept"))
    assert not (tmp_path / "kept").exists()
    monkeypatch.undo()
    with override_settings(MEDIA_ROOT=str(private)):
        assert (backed_up(tmp_path) / NAME).exists()


def cut(folder):
    content = (folder / DUMP).read_bytes()
    (folder / DUMP).write_bytes(content[:-100])


def change_a_file(folder):
    next(path for path in (folder / "private").rglob("*") if path.is_file()).write_bytes(b"other")


def forget_the_manifest(folder):
    (folder / NAME).unlink()


def another_format(folder):
    data = json.loads((folder / NAME).read_text())
    (folder / NAME).write_text(json.dumps({**data, "format": 99}))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (cut, "missing or damaged"),
        (change_a_file, "missing or damaged"),
        (forget_the_manifest, "holds no complete backup"),
        (another_format, "format 99"),
        (shutil.rmtree, "holds no complete backup"),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_touched(kept, other, harm, said):
    harm(kept)
    before = known()
    with pytest.raises(CommandError, match=said):
        call_command("restore", str(kept), force=True)
    assert known() == before
    with pytest.raises(CommandError, match=said):
        call_command("restore", str(kept), into=other)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(psycopg.conninfo.make_conninfo(**conninfo(), dbname=other))


def conninfo():
    parameters = connection.get_connection_params()
    return {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}


def test_a_dump_that_breaks_off_changes_nothing(kept, monkeypatch):
    """The checksums fit, and yet pg_restore fails in the middle: the whole transaction goes back."""
    cut(kept)
    monkeypatch.setattr("apps.portal.backups.restoring._check_files", lambda *args: None)
    before = known()
    with pytest.raises(CommandError, match="nothing in it was changed"):
        call_command("restore", str(kept), force=True)
    assert known() == before


def test_other_keys_are_refused(kept):
    with override_settings(FIELD_KEYS=["t1:" + "A" * 43 + "="]), pytest.raises(CommandError, match="under other keys"):
        call_command("restore", str(kept), force=True)


def test_a_restore_that_is_not_equal_says_so(kept, other, monkeypatch):
    monkeypatch.setattr("apps.portal.backups.restoring.FINISH", "SELECT 1;")
    monkeypatch.setattr("apps.portal.backups.restoring.check_books", lambda: ["account bank is not the sum"])
    with pytest.raises(CommandError, match="not equal to the backup:\naccount bank"):
        call_command("restore", str(kept), into=other)


def test_files_that_rows_name_and_nobody_has_are_named(kept, private, tmp_path):
    shutil.rmtree(private)
    out, errors = StringIO(), StringIO()
    call_command("backup", str(tmp_path / "second"), stdout=out, stderr=errors)
    assert "1 uploaded files were not found" in errors.getvalue()


def test_a_server_newer_than_every_program_says_what_to_install(monkeypatch):
    monkeypatch.setattr(programs, "_at_hand", lambda name: iter([(9, "/usr/bin/pg_dump")]))
    with pytest.raises(CommandError, match="apt-get install"):
        programs.program("pg_dump")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060f8cf"
    "c0000003010100c9fe92ef0000000049454e44ae426082"
)
