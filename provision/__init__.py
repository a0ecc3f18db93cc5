"""Backbone Daerah, the controller: provisions, audits and drills regional Backbone data servers."""

__version__ = "0.1.0"
