"""Keeping a sandbox in a file, so that it is the same after a restart."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from integrations.sandbox.core import Sandbox


def load_state(sandbox: Sandbox, path: Path) -> bool:
    """Take the state from a file; False when there is none yet.

    Raises ValueError when the file is no snapshot.
    """
    if not path.exists():
        return False
    try:
        state = msgspec.json.decode(path.read_bytes(), type=dict)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{path} is no snapshot of a sandbox: {error}") from error
    sandbox.restore(state)
    return True


def save_state(sandbox: Sandbox, path: Path) -> None:
    """Write the state so that the file is whole at every moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with draft.open("wb") as file:
        file.write(msgspec.json.encode(sandbox.snapshot()))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
