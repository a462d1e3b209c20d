import django.contrib.postgres.fields
from django.db import migrations, models


def fill(apps, schema_editor):
    """What was open on each line follows from the stored inputs; the trigger that keeps decisions looks away."""
    from apps.claims.rules.deciding import inputs_from_json, left_fen

    Decision = apps.get_model("claims", "Decision")
    schema_editor.execute("ALTER TABLE claims_decision DISABLE TRIGGER USER")
    for decision in Decision.objects.only("id", "inputs").iterator(chunk_size=2000):
        left = list(left_fen(inputs_from_json(decision.inputs)))
        Decision.objects.filter(pk=decision.pk).update(left_fen=left)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("ALTER TABLE claims_decision ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_kept_as_decided")]
    operations = [
        migrations.AddField(
            model_name="decision",
            name="left_fen",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                help_text="what was open on each line when the cover was asked",
                size=None,
                default=list,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
