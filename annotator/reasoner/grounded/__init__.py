"""The embedded default reasoner: reads the map's features through the taxonomy, needs no weights."""

from annotator.reasoner.grounded.reasoner import GroundedReasoner

__all__ = ["GroundedReasoner"]
