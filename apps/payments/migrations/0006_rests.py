import django.db.models.deletion
from django.db import migrations, models

FIND = """
ALTER TABLE payments_order DISABLE TRIGGER payments_order_guard;
UPDATE payments_order rest SET rest_of_id = short.id FROM payments_order short
WHERE rest.business_key = short.business_key || ':short'
    AND (rest.source_label, rest.source_id) = (short.source_label, short.source_id);
ALTER TABLE payments_order ENABLE TRIGGER payments_order_guard;
"""


class Migration(migrations.Migration):
    """Which payment an order pays the rest of; those asked for before are found by their keys."""

    dependencies = [("payments", "0005_limits_by_two")]
    operations = [
        migrations.AddField(
            "order",
            "rest_of",
            models.ForeignKey(
                help_text="the payment of which the bank paid too little",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rests",
                to="payments.order",
            ),
        ),
        migrations.RunSQL(FIND, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "order",
            models.UniqueConstraint(
                name="order_one_rest",
                fields=["rest_of"],
                condition=models.Q(("state__in", ["failed", "returned"]), _negated=True),
            ),
        ),
    ]
