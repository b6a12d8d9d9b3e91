"""The sandbox of a measurement: its process, with the limits of the providers or without."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from syncs.bench.children import manage
from syncs.demo.processes import DidNotStart, running

type Told = dict[str, dict[str, str]]


@contextmanager
def sandbox(dataset: str, limits: str = "off") -> Iterator[tuple[str, Told]]:
    """Its address and what it tells of each provider, for the length of the block."""
    command = manage("sandbox", "--port=0", "--json", f"--dataset={dataset}", f"--limits={limits}")
    with running(command, stdout=subprocess.PIPE) as child:
        line = child.stdout.readline() if child.stdout else ""
        if not line:
            raise DidNotStart("The sandbox did not start; its own words stand above.")
        told = json.loads(line)
        yield told["hubspot"]["base_url"].removesuffix("/hubspot"), told
