"""Turns snapshots into findings: catalogue, checks, waivers, attestations, preflight, comparison in time."""
