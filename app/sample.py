"""The built-in sample city as a source: generated once into the data folder, found there afterwards."""

from __future__ import annotations

from pathlib import Path

from annotator.types import Provenance
from app.places import OpenSource, Places

SAMPLE = Provenance(
    imagery_provider="Sample city",
    imagery_date="generated",
    imagery_licence="Apache-2.0",
    imagery_attribution="SocioScribe sample city",
    map_provider="Sample city",
    map_attribution="SocioScribe sample city",
)


def sample_city_files(data: Path, seed: int) -> tuple[Path, Path]:
    """(picture, map) of the city with that seed, generated where they are missing."""
    folder = data / "sample_city" / str(seed)
    image, map_file = folder / "ortho.tif", folder / "map.geojson"
    if not (image.is_file() and map_file.is_file()):
        from annotator.scene.sample_city import sample_city, write_sample_city

        image, map_file, _ = write_sample_city(sample_city(seed), folder)
    return image, map_file


def add_sample_city(places: Places, project_id: str, data: Path, seed: int) -> OpenSource:
    """The sample city as a source of the project."""
    image, map_file = sample_city_files(data, seed)
    return places.add_files(project_id, image, map_file, name="Sample city", kind="sample_city", provenance=SAMPLE)
