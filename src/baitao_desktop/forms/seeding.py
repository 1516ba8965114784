"""Rows that come from a catalogue (`bt:rows` of a repeat): one per item, keyed by the item's code (forms.md §4.3)."""

from __future__ import annotations

from .nodes import Node, Place
from .values import XPathError
from .working import MOST_ROWS, Working


class Seeding(Working):
    """The part of a `Filling` that gives a checklist its rows.

    In the table: the repeat's `bind::bt:rows` is the catalogue, filtered by answers, e.g.
    `instance('jcx')/root/item[selected(${dw}, zrdw)]`; `bind::bt:key` the column of codes (else `name`); a question
    of the row with `bind::bt:item` takes that column's text, once, so that a record keeps the wording it was
    inspected against. ODK tools pass all three over.
    """

    def called_for(self, path: str) -> tuple[str, ...]:
        """The codes of the catalogue's items now, in its order, each once; empty for a repeat without catalogue.

        Raises KeyError for a path that is no repeat.
        """
        parent, place = self._series[path]
        return tuple(self._items(parent, place))

    def surplus_rows(self, path: str) -> tuple[str, ...]:
        """The rows whose item the catalogue no longer calls for; they are marked on the page, never taken away."""
        wanted = set(self.called_for(path))
        parent, place = self._series[path]
        return tuple(node.row for node in parent.kids.get(place.name, ()) if not node.cut and node.row not in wanted)

    def seed(self, path: str) -> tuple[str, ...]:
        """Add a row for every item called for that has none yet, and bring all rows into the catalogue's order.

        Rows that are there, filled or not, keep all they hold; a row taken away by hand comes back empty. Gives the
        keys of all that a page must draw anew. Nothing is done when the paper says itself how many rows there are.
        """
        parent, place = self._series[path]
        items = self._items(parent, place)
        self._touched = {path: None}
        rows = parent.kids.setdefault(place.name, [])
        here = {row.row for row in rows}
        for code, item in items.items():
            if code not in here and len(rows) < MOST_ROWS:
                self._make_row(path, code, {name: cells[0].text for name, cells in item.kids.items()})
        order = {code: number for number, code in enumerate(items)}
        moved = sorted(rows, key=lambda row: order.get(row.row, len(order)))
        if moved != rows:
            rows[:] = moved
            for row in rows:
                self._changed(row, parent)
        self._work_off()
        return tuple(self._touched)

    def _items(self, parent: Node, place: Place) -> dict[str, Node]:
        question = self._by_node_path.get(place.path)
        seeds = question.seeds if question is not None else None
        if seeds is None:
            return {}
        try:
            found = seeds.nodes.value(self, Node(place.name, parent, place=place))
        except XPathError:
            return {}
        items: dict[str, Node] = {}
        for item in found if isinstance(found, list) else ():
            code = item.kids[seeds.value][0].text if item.kids.get(seeds.value) else ""
            if code and not any(sign in "[]/" for sign in code):
                items.setdefault(code, item)
        return items
