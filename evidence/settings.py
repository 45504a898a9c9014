"""Settings: what a person may change without changing code, from the environment or the command line."""

from __future__ import annotations

import os
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from evidence.errors import UsageError


class Settings(BaseSettings):
    """Every setting is read from ``INTEGRAND_<NAME>``, which counts as not set where it is empty; the command line overrides where it
    has an option."""

    model_config = SettingsConfigDict(env_prefix="INTEGRAND_", env_ignore_empty=True, extra="ignore", frozen=True)

    base: Path = Path("base")
    """The evidence base to work on."""
    workers: int = Field(default=min(2, os.cpu_count() or 1), ge=1, le=256)
    """Processes that read and tag documents side by side."""
    document_timeout_s: float = Field(default=120.0, gt=0)
    """A document that takes longer to read is refused."""
    document_memory_bytes: int = Field(default=2 * 2**30, ge=256 * 2**20)
    """Address space that reading one document may add to what its worker needs to stand ready; past it the document is refused."""
    max_file_bytes: int = Field(default=200 * 2**20, gt=0)
    """Larger local files are refused unread."""
    sources: Path | None = None
    """A file or folder of further source definitions."""
    contact: str = ""
    """The address (mail or web) that sites may write to; it goes into the User-Agent."""
    snapshots_kept: int = Field(default=3, ge=2, le=1_000)
    """Published snapshots that are kept, the current one among them; who reads the one before must not lose it."""
    semantic: bool = True
    """Whether embeddings are used in tagging and search."""
    adjudicator: str = ""
    """The address (http://127.0.0.1:PORT/v1) of a language model on this machine that is asked about unsure labels; none is asked by default."""
    adjudicator_model: str = ""
    """The name by which that address knows the model."""

    @field_validator("adjudicator")
    @classmethod
    def _on_this_machine(cls, address: str) -> str:
        """Documents never leave the machine, so nothing but a loopback address will do."""
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
            near = parts.port is not None and ip_address("127.0.0.1" if host == "localhost" else host).is_loopback
        except ValueError:
            near = False
        if address and not (near and parts.scheme == "http" and not parts.username):
            raise ValueError("expected an address of this machine, such as http://127.0.0.1:8080/v1")
        return address


@cache
def settings() -> Settings:
    """The settings of this process. Raises ``UsageError`` that names the variable for a value that does not fit."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "INTEGRAND_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(f"{name}: {first['msg']} (found {first['input']!r})") from error
