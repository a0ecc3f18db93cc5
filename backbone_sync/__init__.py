"""The sync service: pulls a region's data from the central Backbone into PostgreSQL and accounts for it."""

__version__ = "0.1.0"
