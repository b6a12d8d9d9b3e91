from typing import Any

from django.core.management.base import BaseCommand

from integrations import services


class Command(BaseCommand):
    help = (
        "Delete calls beyond CALL_LOG_DAYS and CALL_LOG_ROWS, old webhook events and sign-ins "
        "that were begun and not finished. Run daily."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.prune()} rows deleted.")
