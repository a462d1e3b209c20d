from pathlib import Path

from django.db import migrations

OLD_WAY_IN = Path(__file__).with_name("0002_ledger.sql").read_text().partition("-- Entries: sealed")[0]
REMOVE = "DROP FUNCTION IF EXISTS fund_post(timestamptz, jsonb), fund_content_hash(jsonb);"


class Migration(migrations.Migration):
    dependencies = [("fund", "0002_ledger")]
    operations = [migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), REMOVE + OLD_WAY_IN)]
