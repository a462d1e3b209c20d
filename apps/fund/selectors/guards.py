"""Whether everything that guards the ledger in the database is there as the migrations left it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.db import connection

from apps.fund.rules.guards import faults_in, guards_from

LEFT = Path(__file__).parent.parent / "guards.txt"
DEFINITIONS = """
WITH books AS (
    SELECT oid, relname, relrowsecurity FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND starts_with(relname, 'fund_')
)
SELECT format('trigger %I on %I', t.tgname, b.relname),
    pg_get_triggerdef(t.oid, true) || CASE t.tgenabled WHEN 'O' THEN '' ELSE ' -- switched off' END
    FROM pg_trigger t JOIN books b ON b.oid = t.tgrelid WHERE NOT t.tgisinternal
UNION ALL
SELECT format('constraint %I on %I', c.conname, b.relname), pg_get_constraintdef(c.oid, true)
    FROM pg_constraint c JOIN books b ON b.oid = c.conrelid WHERE c.contype IN ('c', 'f', 'p', 'u')
UNION ALL
SELECT format('index %I on %I', n.relname, b.relname),
    regexp_replace(pg_get_indexdef(n.oid), '::(text|character varying)|[][()]', '', 'g')
    FROM pg_index i JOIN books b ON b.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid
    WHERE i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
UNION ALL
SELECT format('rule %I on %I', r.rulename, b.relname), pg_get_ruledef(r.oid, true)
    FROM pg_rewrite r JOIN books b ON b.oid = r.ev_class
UNION ALL
SELECT format('row security on %I', relname), '' FROM books WHERE relrowsecurity
UNION ALL
SELECT format('function %I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
    concat_ws(' ', l.lanname, p.provolatile, CASE WHEN p.prosecdef THEN 'as owner' END, p.prorettype::regtype,
        p.proconfig, encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex'))
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.pronamespace = 'public'::regnamespace AND (starts_with(p.proname, 'fund_') OR p.proname = 'refuse_change')
ORDER BY 1
"""
"""Each guard and what it is, in the words of PostgreSQL; of functions the hash of the body.

Indexes without brackets and types, which a restore writes otherwise.
"""


def faulty_guards() -> list[str]:
    """What somebody removed, switched off, changed or added, in words; nothing when all is well."""
    with connection.cursor() as cursor:
        cursor.execute(DEFINITIONS)
        return faults_in(guards_left(), dict(cursor.fetchall()))


@cache
def guards_left() -> dict[str, str]:
    """What the migrations leave; a test compares it with a database just migrated."""
    return guards_from(LEFT.read_text(encoding="utf-8"))
