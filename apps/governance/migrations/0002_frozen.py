from pathlib import Path

from django.db import migrations

from apps.core.append_only import append_only

REMOVE = """
DROP TRIGGER IF EXISTS governance_resolution_keeps_all ON governance_resolution;
DROP FUNCTION IF EXISTS governance_guard_resolution, governance_only_while_draft, governance_guard_vote,
    governance_refuse CASCADE;
"""
TABLES = ("line", "rollseat", "recusal", "vote", "lineresult", "resolutionevent")


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]
    operations = [
        *(append_only(f"governance_{table}") for table in TABLES),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), REMOVE),
    ]
