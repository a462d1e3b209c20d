"""Any Django command: with the settings named by the environment, or against the demo when it names none."""

import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

from config.runner.environment import DEFAULT_PORT, as_owner, demo_environment, home
from config.runner.lock import RunLock

WITHOUT_DATABASE = frozenset(
    {
        *("help", "version", "--help", "--version", "collectstatic", "makemessages", "diffsettings"),
        *("adjudicate", "check_plans", "plan_schema"),
        *("bench adjudicate-one", "bench adjudicate-batch"),
        *("bench payment-chaos", "bench claim-to-paid"),  # start their own
    }
)
BY_OWNER = frozenset({"migrate", "pgtrigger", "sqlflush", "flush", "bench", "backup", "restore"})


def main(argv: list[str]) -> int:
    """Run `manage.py <command>`."""
    command = argv[1] if len(argv) > 1 else "help"
    asked = f"bench {argv[2]}" if argv[1:2] == ["bench"] and argv[2:] else command
    with surroundings(asked, os.environ):
        if command in BY_OWNER:
            os.environ.update(as_owner(os.environ))
        from django.core.management import execute_from_command_line

        execute_from_command_line(argv)
        if command == "migrate":
            from config.rights import protect_append_only

            protect_append_only()
    return 0


@contextmanager
def surroundings(command: str, environ: MutableMapping[str, str]) -> Iterator[None]:
    """Fill in the demo's settings and database where nothing else is named; a server started for this ends with it."""
    if environ.get("DJANGO_SETTINGS_MODULE", "config.settings.demo") != "config.settings.demo":
        yield
        return
    environ.update(demo_environment(environ, port=int(environ.get("GONGJI_PORT", DEFAULT_PORT))))
    if "DATABASE_URL" in environ:
        yield
        return
    from config.embedded.cluster import Cluster
    from config.embedded.layout import layout_for
    from config.embedded.provision import addresses_of, provision

    layout = layout_for(home(environ), "demo")
    environ.update(addresses_of(layout).environment())
    if command in WITHOUT_DATABASE:
        yield
        return
    cluster = Cluster(layout, tied=False)
    cluster.start()
    try:
        if not cluster.adopted:
            provision(addresses_of(layout))
        yield
    finally:
        if not cluster.adopted and not RunLock(home(environ), "demo").is_held_elsewhere():
            cluster.stop()
