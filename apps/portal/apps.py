"""What the pages above say to the apps below as the programs start."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "apps.portal"

    def ready(self) -> None:
        from apps.fund.words import say  # models are there only now
        from apps.portal import words

        say(rows=words.SOURCES, plans=words.plans, grants=words.grants)
