"""Several management commands in one process: Django starts once, which is most of their time."""

import shlex
import sys


def main(commands: list[str]) -> int:
    """Run `"collectstatic --no-input"` and the like, one after the other."""
    import django
    from django.core.management import call_command

    django.setup()
    for command in commands:
        call_command(*shlex.split(command))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
