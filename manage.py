#!/usr/bin/env python3
"""The one way in: `python3 manage.py demo`, `python3 manage.py verify`, and every Django command."""

import sys

from config.bootstrap import enter


def main() -> int:
    """Enter the project's environment, then hand over to the runner or to Django."""
    enter(sys.argv)
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command == "demo":
        from config.runner.demo import main as run
    elif command == "verify":
        from config.runner.verify import main as run
    else:
        from config.runner.command import main as run
    return run(sys.argv[2:] if command in {"demo", "verify"} else sys.argv)


if __name__ == "__main__":
    sys.exit(main())
