"""Lists handed in from outside, and which of them an expression means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .definition import Form
from .nodes import Node, list_node

# by file name (`units.csv`) or instance name: rows, each column → text
Lists = Mapping[str, Sequence[Mapping[str, str]]]


def list_called(name: str, form: Form, lists: Lists) -> Node:
    """What `instance(name)` gives: the list handed in by file or by name, else the form's own, else an empty one."""
    for wanted in (form.external.get(name, ""), name, f"{name}.csv"):
        if wanted in lists:
            return list_node(lists[wanted])
    if name in form.instances:
        return form.instances[name]
    return list_node([row for row in lists.get("itemsets.csv", ()) if row.get("list_name") == name])
