"""The store: the only writer of decisions; never imports app."""
