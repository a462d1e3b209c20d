from django.db import migrations

from apps.core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("enrolments", "0001_initial")]
    operations = [append_only("enrolments_application"), append_only("enrolments_receipt")]
