"""Setting up finds a way on machines of every kind; Python, pip and uv are stand-ins here."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TOOLS = ("sh", "dirname", "cat", "cksum", "cut", "rm", "mkdir", "cp", "chmod")
# Knows its own version by $FITS, makes virtual environments and "installs" what it is told to.
PYTHON = """#!/bin/sh
case "$*" in
*version_info*) exit "$FITS" ;;
"-c import venv") exit 0 ;;
"-m venv"*)
    for folder; do :; done
    mkdir -p "$folder/bin"
    cp "$0" "$folder/bin/python" ;;
*"pip install"*" uv") cp "$UV" "${0%python}uv" ;;
*) echo "pip $*" >>"$LOG" ;;
esac
"""
# Works where $CERTIFICATES are its "own", or the "system"'s if those are asked for.
UV = """#!/bin/sh
[ "$1" = --version ] && exit 0
echo "uv${UV_SYSTEM_CERTS:+ system} $*" >>"$LOG"
case "$CERTIFICATES${UV_SYSTEM_CERTS:+ asked}" in
none* | system)
    echo "invalid peer certificate: UnknownIssuer" >&2
    exit 1 ;;
esac
if [ "$1" = venv ]; then
    mkdir -p .venv/bin
    cp "$PYTHON" .venv/bin/python
fi
"""


class Machine:
    """A project folder and a PATH with nothing else on it."""

    def __init__(self, folder: Path) -> None:
        self.project, self.bin = folder / "project", folder / "bin"
        self.log = folder / "log"
        (self.project / "scripts").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(ROOT / "scripts" / "setup", self.project / "scripts" / "setup")
        for name in ("requirements.txt", "requirements-dev.txt"):
            (self.project / name).write_text("")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)
        self.uv = self.script(folder / "uv-to-install", UV)
        self.python = self.script(self.bin / "python3", PYTHON)

    def script(self, path: Path, text: str) -> Path:
        path.write_text(text)
        path.chmod(0o755)
        return path

    def set_up(
        self, wanted: str = "runtime", *, fits: bool = True, certificates: str = "own"
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.project / "scripts" / "setup", wanted],
            env={
                "PATH": str(self.bin),
                "FITS": "0" if fits else "1",
                "CERTIFICATES": certificates,
                "LOG": str(self.log),
                "UV": str(self.uv),
                "PYTHON": str(self.python),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_uv_installs_the_lock_once(machine: Machine) -> None:
    assert machine.set_up().returncode == 0
    assert machine.set_up().returncode == 0

    assert machine.calls == [
        "uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.txt"
    ]


def test_a_certificate_that_only_the_system_knows_is_accepted(machine: Machine) -> None:
    done = machine.set_up("dev", certificates="system")

    assert done.returncode == 0
    assert "UnknownIssuer" not in done.stderr
    assert machine.calls[1].startswith("uv system pip sync")
    assert len(machine.calls) == 2


@pytest.mark.parametrize(
    ("wanted", "lock"), [("runtime", "requirements.txt"), ("dev", "requirements-dev.txt")]
)
def test_pip_installs_the_lock_where_uv_cannot(machine: Machine, wanted: str, lock: str) -> None:
    done = machine.set_up(wanted, certificates="none")

    assert done.returncode == 0
    assert "trying pip" in done.stderr
    assert machine.calls[-1].startswith("pip -m pip install")
    assert machine.calls[-1].endswith(f"--require-hashes -r {lock}")


def test_a_python_that_does_not_fit_fetches_one_that_does(machine: Machine) -> None:
    done = machine.set_up(fits=False)

    assert done.returncode == 0, done.stderr
    assert machine.calls[0] == "uv venv --quiet --clear --seed --python 3.13 .venv"
    assert not (machine.project / ".venv-for-uv").exists()


def test_a_machine_that_can_fetch_none_is_told_what_to_install(machine: Machine) -> None:
    done = machine.set_up(fits=False, certificates="none")

    assert done.returncode == 1
    assert "needs Python 3.12 or 3.13 (not 3.14, see README)" in done.stderr
    assert not (machine.project / ".venv-for-uv").exists()
