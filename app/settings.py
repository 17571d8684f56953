"""All settings in one place: option > ``SOCIOSCRIBE_*`` variable > default. No file, no state.

The README's table is held against this class by a test; unknown ``SOCIOSCRIBE_*`` variables are refused.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from annotator.errors import BadInput

PREFIX = "SOCIOSCRIBE_"
ON_A_SPACE = {"demo": True, "host": "0.0.0.0"}  # noqa: S104 - a Space's proxy reaches the page from outside
"""Defaults on a Hugging Face Space."""


class Settings(BaseSettings):
    """Values that the command line, the environment or a default decides."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data: Path = Field(Path("data"), description="Folder of the store: database, pictures, masks, working copies.")
    store: str = Field("", description="Database URL; empty means SQLite in the data folder.")
    project: str = Field("default", min_length=1, max_length=200, description="Project to work in.")
    host: str = Field("127.0.0.1", description="Address the page listens on.")
    port: int = Field(7860, ge=0, le=65535, description="Port of the page; 0 takes a free one.")
    demo: bool = Field(
        False, description="Each visitor gets a store of their own, deleted after a day. On by default on a Space."
    )
    reasoner: str = Field("grounded", description="Who reads the query and proposes places.")
    segmenter: str = Field("grabcut", description="Who turns boxes and points into masks.")
    upload_mb: int = Field(200, ge=1, description="Largest upload, in megabytes (halved with demo).")
    queue: int = Field(64, ge=1, description="Requests waiting for a model at most (halved with demo).")
    body_kb: int = Field(2_048, ge=1, description="Largest body of a save, in kilobytes.")
    threads: int = Field(2, ge=1, le=64, description="Threads of the picture libraries.")
    sample_seed: int = Field(7, ge=0, description="Seed of the built-in sample city.")


def load_settings(options: Mapping[str, object] | None = None) -> Settings:
    """Settings from ``options`` (those that are not None), the environment and the defaults.

    Raises BadInput with a sentence for an unknown variable or a value that does not fit.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise BadInput(f"Unknown setting {unknown[0]}. Known are: {', '.join(sorted(known))}.")
    given = {key: value for key, value in (options or {}).items() if value is not None}
    if os.environ.get("SPACE_ID"):
        given = {name: value for name, value in ON_A_SPACE.items() if PREFIX + name.upper() not in os.environ} | given
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise BadInput(
            f"Setting {PREFIX + name.upper()} (option --{name.replace('_', '-')}): {first['msg']}."
        ) from None
