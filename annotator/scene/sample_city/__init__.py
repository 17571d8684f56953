"""The built-in sample city: a made-up town drawn by our own seeded code, with its map and its truth."""

from annotator.scene.sample_city.city import SampleCity, sample_city
from annotator.scene.sample_city.files import write_sample_city
from annotator.scene.sample_city.record import TruthInstance

__all__ = ["SampleCity", "TruthInstance", "sample_city", "write_sample_city"]
