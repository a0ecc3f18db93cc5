"""The controls: a catalogue (YAML, a file a family), checks (a module a family) and the facts that they
read.
"""
