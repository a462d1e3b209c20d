from pathlib import Path

from django.db import migrations

from apps.core.append_only import append_only

REMOVE = """
DROP TRIGGER IF EXISTS payments_order_keeps_rows ON payments_order;
DROP TRIGGER IF EXISTS payments_order_keeps_all ON payments_order;
DROP FUNCTION IF EXISTS payments_guard_order, payments_note_step CASCADE;
DROP TABLE IF EXISTS payments_legal_step;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [
        append_only("payments_orderevent"),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), REMOVE),
    ]
