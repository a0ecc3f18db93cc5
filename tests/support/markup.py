"""Is a page well formed, and does it hold together? Read by the standard library's HTML parser, not by our eyes."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "line", "circle", "polyline", "path", "rect"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls")


class Page(HTMLParser):
    """Elements with their attributes, and the faults of their nesting. Texts of scripts by their type."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.faults: list[str] = []
        self.scripts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        if self._open:
            self.faults.append(f"never closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice: {attrs}")
        self.elements.append((tag, given))
        if tag == "script":
            self.scripts.append((given.get("type", ""), ""))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            kind, before = self.scripts[-1]
            self.scripts[-1] = (kind, before + data)

    def loose_ends(self) -> list[str]:
        """Identifiers that are there twice, and references to ones that are not there."""
        ids = [given["id"] for _tag, given in self.elements if "id" in given]
        twice = sorted({f"twice: {one}" for one in ids if ids.count(one) > 1})
        asked = [
            one for _tag, given in self.elements for name in REFERENCES if name in given for one in given[name].split()
        ]
        asked += [given["href"][1:] for _tag, given in self.elements if given.get("href", "").startswith("#")]
        return twice + sorted({f"nowhere: {one}" for one in asked if one not in ids})
