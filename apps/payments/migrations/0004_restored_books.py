from django.db import migrations, models

ADD = "INSERT INTO payments_legal_step VALUES ('requested', 'settled'), ('requested', 'failed'), ('held', 'settled')"
REMOVE = """
DELETE FROM payments_legal_step
WHERE (before, after) IN (('requested', 'settled'), ('requested', 'failed'), ('held', 'settled'))
"""


class Migration(migrations.Migration):
    """What restored books lack: unsent orders may end by the bank's statement, and the live feed has its own cursor."""

    dependencies = [("payments", "0003_two_people")]
    operations = [
        migrations.RunSQL(ADD, REMOVE),
        migrations.CreateModel(
            name="StatementFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_to", models.BigIntegerField(default=0, help_text="up to here no number is missing")),
                ("newest", models.BigIntegerField(default=0, help_text="the highest number the feed has shown")),
            ],
        ),
    ]
