"""Measuring segmenters and reasoners against truth."""
