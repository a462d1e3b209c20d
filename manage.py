#!/usr/bin/env python3
"""The one way in: `python3 manage.py demo`, `python3 manage.py verify`, and every Django command."""

import sys

from config.bootstrap import enter


def main() -> int:
    """Enter the project's environment, then hand over to the runner or to Django."""
    enter(sys.argv)
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command == "demo":
        from config.runner import demo

        return demo.main(sys.argv[2:])
    if command == "verify":
        from config.runner import verify

        return verify.main(sys.argv[2:])
    from config.runner import command as django_command

    return django_command.main(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
