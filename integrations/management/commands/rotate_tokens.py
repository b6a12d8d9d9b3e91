from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.rotation import rotate_secrets
from integrations.secrets import UnreadableSecret


class Command(BaseCommand):
    help = (
        "Re-encrypt all stored tokens with the first of TOKEN_KEYS. Afterwards the other keys can "
        "be taken out. Safe to stop and run again, also while workers run."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rotated = rotate_secrets()
        except UnreadableSecret as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{rotated} secrets re-encrypted; all are under the current key.")
