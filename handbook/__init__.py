"""The handbook: what `mkdocs build` puts into docs/ from the code, and the commands that docs/ tells people to run."""
