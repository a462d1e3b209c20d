from pathlib import Path

from django.db import migrations

from apps.core.append_only import append_only

REMOVE = """
DROP TRIGGER IF EXISTS fund_account_keeps_all ON fund_account;
DROP TRIGGER IF EXISTS fund_entry_balances ON fund_entry;
DROP TRIGGER IF EXISTS fund_line_balances ON fund_line;
DROP FUNCTION IF EXISTS fund_post, fund_seal_entry, fund_close, fund_seal_line, fund_carry, fund_guard_account,
    fund_check_entry, fund_check_new_entry, fund_check_new_line CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("fund", "0001_initial")]
    operations = [
        append_only("fund_entry"),
        append_only("fund_line"),
        append_only("fund_closing"),
        append_only("fund_chainlink"),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), REMOVE),
    ]
