"""The further forms of an audit, each made from its document alone: `render(document) -> str` of every module here."""
