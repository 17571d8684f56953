"""The digital map as a picture: what a vision-language model reads, and the page's map layer."""

from annotator.scene.digital_map.labels import Label
from annotator.scene.digital_map.map import TILE_PX, DigitalMap, draw_digital_map

__all__ = ["TILE_PX", "DigitalMap", "Label", "draw_digital_map"]
