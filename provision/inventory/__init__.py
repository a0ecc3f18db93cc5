"""Loads and validates the inventory of servers, offline: region codes, lifecycle dates, Fleet and Server."""
