"""The reference Backbone source: serves contract v1 over HTTPS from seeded, synthetic data.

Standard library only (zstd where its package is there) and relative imports only, so that a plain python3 runs it
from a copied folder: `python3 -m source generate …`, `python3 -m source serve …`. Nobody in it is real: names are made
of syllables, and every identifier starts with 99, which no province, school or year of birth does.
"""
