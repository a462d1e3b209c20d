"""`python -m config.runner.tables`: a database with all tables, which every process of the tests copies for itself."""

import sys

import django
from django.core.management import call_command

TEMPLATE = "gongji_template"


def main() -> int:
    """Make it anew on the server the settings name."""
    django.setup()
    from apps.portal.databases import create_database, drop_database, working_in

    drop_database(TEMPLATE)
    create_database(TEMPLATE)
    with working_in(TEMPLATE):
        call_command("migrate", verbosity=0, interactive=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
