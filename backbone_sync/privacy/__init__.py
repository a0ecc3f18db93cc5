"""Purpose and privacy: what may be received, who may read it, what a person can ask for, and the record of it."""
