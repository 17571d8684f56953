"""The domain: scenes, taxonomy, reasoner, segmenter, metrics. No page and no database."""
