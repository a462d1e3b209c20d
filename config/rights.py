"""What the application's role may not do to append-only tables and to the ledger, whatever their triggers say."""

from django.db import connection

TAKE_BACK = """
DO $$
DECLARE kept record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gongji_app') THEN RETURN; END IF;
    FOR kept IN SELECT tgrelid::regclass AS name, (tgtype & 16) <> 0 AS is_frozen
            FROM pg_trigger WHERE tgname LIKE '%\\_keeps\\_rows' LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON %s FROM gongji_app', kept.name);
        IF kept.is_frozen THEN  -- its trigger refuses UPDATE too
            EXECUTE format('REVOKE UPDATE ON %s FROM gongji_app', kept.name);
        END IF;
    END LOOP;
    IF to_regclass('public.fund_entry') IS NOT NULL THEN  -- written by fund_post alone
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON fund_account, fund_entry, fund_line FROM gongji_app;
    END IF;
END $$;
"""


def protect_append_only() -> None:
    """Take back the rights to change what is only ever added to; for the owner, after every migration and restore."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK)
