"""Work off the queue, under a supervisor that replaces a frozen cluster."""

import logging
import os
import socket
import zlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from syncs.schedules import ensure_schedules
from syncs.supervisor import Supervisor, cluster_command
from syncs.workoff import work_off

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Run the workers. Several machines may do so at once; on one machine, one is enough."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once",
            action="store_true",
            help="work off what is due now in this process, then stop; needs no queue",
        )

    def handle(self, **options: Any) -> None:
        if options["once"]:
            runs = work_off()
            self.stdout.write(f"Nothing is due any more, after {runs} runs.")
            return
        ensure_schedules()
        name = worker_name()
        pid_file = Path(settings.VAR_DIR) / f"{name}.pid.json"
        Supervisor(name, cluster_command(manage_file()), pid_file).run()


def worker_name() -> str:
    """The same for each start on this machine from this folder, so that leftovers are found."""
    place = (
        f"{socket.gethostname()}:{Path(settings.VAR_DIR).resolve()}:{os.environ.get('WORKER', '')}"
    )
    return f"worker-{zlib.crc32(place.encode()):08x}"


def manage_file() -> Path:
    return Path(settings.BASE_DIR) / "manage.py"
