"""Backed up and restored as the owner's role, the application's role may do neither more nor less than before."""

import psycopg
import pytest

from config.embedded.provision import APP
from tests.fund.roles import RoleDatabase, role_database
from tests.fund.test_attacks import bank, entry, post, suspense

pytestmark = pytest.mark.slow
RIGHTS = """
SELECT table_name, string_agg(privilege_type, ',' ORDER BY privilege_type) FROM information_schema.role_table_grants
WHERE grantee = 'gongji_app' AND table_schema = 'public' GROUP BY table_name ORDER BY table_name
"""


def test_rights_seals_and_guards_come_back_with_the_rows(django_db_setup, tmp_path):
    folder = tmp_path / "kept"
    with role_database() as books:
        with books.connect(APP) as app:
            app.execute(post(entry("first", bank(5), suspense(-5))))
        said = books.manage("backup", str(folder))
        assert "Manifest SHA-256" in said
        with books.connect() as admin:
            before = admin.execute(RIGHTS).fetchall()
    other = RoleDatabase("test_gj_restored_roles")
    other.create()
    try:
        said = other.manage("restore", str(folder), "--uploads", str(tmp_path / "private"))
        assert "Restored and equal" in said
        with other.connect() as admin:
            assert admin.execute(RIGHTS).fetchall() == before
        with other.connect(APP) as app:
            app.execute(post(entry("second", bank(5), suspense(-5))))
        for attack in (post(entry("first", bank(6), suspense(-6))), "DELETE FROM fund_line"):
            with pytest.raises(psycopg.Error), other.connect(APP) as app:
                app.execute(attack)
        assert "2 entries balance" in other.manage("check_ledger", role=APP)
    finally:
        other.drop()
