"""What a stretch of work cost this process: wall time, its own CPU time, its peak of memory."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC_STATUS = Path("/proc/self/status")
PEAK = "VmHWM:"


@dataclass(slots=True)
class Usage:
    """Filled in when the measured block ends."""

    seconds: float = 0.0
    # User and system time of this process alone; of no child and no database server.
    cpu_seconds: float = 0.0
    # The peak since the process began.
    peak_mib: float = 0.0


@contextmanager
def measured() -> Iterator[Usage]:
    usage = Usage()
    cpu, started = cpu_seconds(), time.perf_counter()
    try:
        yield usage
    finally:
        usage.seconds = time.perf_counter() - started
        usage.cpu_seconds = cpu_seconds() - cpu
        usage.peak_mib = peak_mib()


def cpu_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def peak_mib() -> float:
    """The most memory this process ever had resident.

    Not ru_maxrss where it can be helped: on Linux a child inherits its parent's (getrusage(2)).
    """
    if PROC_STATUS.exists():
        for line in PROC_STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(PEAK):
                return int(line.split()[1]) / 1024
    # Bytes on macOS, KiB elsewhere.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
