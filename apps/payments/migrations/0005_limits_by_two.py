from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

BEFORE = Path(__file__).with_name("0003_two_people.sql").read_text()
IN_FORCE, _, GUARD = BEFORE.partition("CREATE FUNCTION payments_check_release")
IN_FORCE = IN_FORCE[IN_FORCE.index("CREATE FUNCTION payments_limits_in_force") :]
GUARD = GUARD[GUARD.index("CREATE FUNCTION payments_guard_proposal") : GUARD.index("CREATE TRIGGER")]
REMOVE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM payments_proposal WHERE kind = 'limits') THEN
        RAISE EXCEPTION 'limits were proposed already: this migration cannot be taken back';
    END IF;
END $$;
DROP TRIGGER payments_limits_guard ON payments_limits;
DROP FUNCTION payments_guard_limits;
"""
KINDS = [
    ("release", "Pay it"),
    ("decline", "Do not pay it"),
    ("not-paid", "The bank has not paid it"),
    ("match-order", "It belongs to a payment"),
    ("match-checkout", "It belongs to money we asked for"),
    ("pair", "It is turned round by another line"),
    ("book", "It belongs to another account"),
    ("note", "It needs nothing but a note"),
    ("limits", "Other limits"),
]


class Migration(migrations.Migration):
    """Limits are proposed by one person and confirmed by another, like everything that moves money."""

    dependencies = [("payments", "0004_restored_books")]
    operations = [
        migrations.AlterField("proposal", "kind", models.CharField(max_length=14, choices=KINDS)),
        migrations.RemoveField("limits", "set_by"),
        migrations.AddField(
            "limits",
            "proposal",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="limits",
                to="payments.proposal",
            ),
        ),
        migrations.RemoveConstraint("proposal", "proposal_about_something"),
        migrations.AddConstraint(
            "proposal",
            models.CheckConstraint(
                name="proposal_about_something",
                condition=models.Q(
                    ("order__isnull", False), ("line__isnull", False), ("kind", "limits"), _connector="OR"
                ),
            ),
        ),
        migrations.AddConstraint(
            "proposal",
            models.UniqueConstraint(
                name="proposal_one_open_of_limits",
                fields=["kind"],
                condition=models.Q(("kind", "limits"), ("outcome", "open")),
            ),
        ),
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(),
            REMOVE + (IN_FORCE + GUARD).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        ),
    ]
