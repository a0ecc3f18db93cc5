"""The command line: a module a verb; each parses, calls a package, prints. No logic lives here."""
