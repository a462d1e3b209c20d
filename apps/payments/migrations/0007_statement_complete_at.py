from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_rests")]

    operations = [
        migrations.AddField(
            model_name="statementfeed",
            name="complete_at",
            field=models.DateTimeField(help_text="when it was last read to its end with no number missing", null=True),
        ),
    ]
