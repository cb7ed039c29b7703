"""The region's salt: random bytes kept outside the region and its outputs; person ids are hashed with it on reading."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from drgcalc.base.errors import InputError

SALT_BYTES = 32


def default_salt_path(region_id: str) -> Path:
    """Where the salt of a region lives unless region.toml says otherwise: the user's configuration folder."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "drgcalc" / f"{region_id}.salt"


def load_salt(path: Path) -> bytes:
    """The salt in `path`. Raises InputError when there is none or it is too short to protect anyone."""
    try:
        salt = path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            f"the salt file {path} does not exist",
            hint="copy it from the machine that settled before: a new salt gives every person a new key",
        ) from None
    except OSError as error:
        raise InputError(
            f"the salt file {path} cannot be read: {error.strerror}", hint="check its owner and rights"
        ) from None
    if len(salt) < SALT_BYTES:
        raise InputError(
            f"the salt file {path} holds {len(salt)} bytes, {SALT_BYTES} are needed", hint="restore it from a copy"
        )
    return salt


def create_salt(path: Path) -> bytes:
    """Write a new random salt to `path`, readable by its owner only, and return it. InputError when it exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    salt = secrets.token_bytes(SALT_BYTES)
    with tempfile.NamedTemporaryFile(prefix=f".{path.name}.", dir=path.parent) as file:  # readable by its owner only
        file.write(salt)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)  # all of it or nothing, and never over another
        except FileExistsError:
            raise InputError(
                f"the salt file {path} exists already", hint="a salt is never replaced: person keys would change"
            ) from None
    return salt
