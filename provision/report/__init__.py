"""Renders audits and drills for people and for machines, and signs what it renders."""
