"""A migration operation that makes the database itself refuse to change or remove rows of a table."""

from django.db.migrations import RunSQL

REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on ``table``; only inserts are left."""
    return RunSQL(
        f"""{REFUSE}
        CREATE TRIGGER {table}_keeps_rows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER {table}_keeps_all BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
        f"""
        DROP TRIGGER IF EXISTS {table}_keeps_rows ON {table};
        DROP TRIGGER IF EXISTS {table}_keeps_all ON {table};
        """,
    )
