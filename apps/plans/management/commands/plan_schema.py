"""Print the JSON Schema of terms files."""

from django.core.management.base import BaseCommand

from apps.plans.rules.schema import schema_text


class Command(BaseCommand):
    """`manage.py plan_schema > apps/plans/terms.schema.json` after the form of terms has changed."""

    help = "Print the JSON Schema of terms files, for editors."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(schema_text(), ending="")
