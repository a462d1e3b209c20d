"""`python -m config.runner.tables`: a database with all tables, which every process of the tests copies for itself."""

import sys

import django
from django.conf import settings
from django.core.management import call_command


def main() -> int:
    """Make it anew on the server the settings name; it stays until the next time."""
    django.setup()
    from apps.portal.databases import create_database, drop_database, working_in

    name = settings.DATABASES["default"]["TEST"]["TEMPLATE"]
    drop_database(name)
    create_database(name)
    with working_in(name):
        call_command("migrate", verbosity=0, interactive=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
