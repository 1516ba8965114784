"""A ledger page's question as SQL."""

from __future__ import annotations

from baitao_desktop.domain.query import Query
from baitao_desktop.storage import search
from baitao_desktop.storage.rows import Row, marks

_SORT = {
    "received": "h.received",
    "due": "h.due",
    "closed": "h.closed",
    "no": "h.no",
    "title": "h.title",
    "status": "h.status",
    "unit": "h.unit",
    "person": "h.person",
    "arrival": "",
}
# “~”排在日期里会出现的任何字符之后：到某日为止，含当日各时刻
_END_OF_DAY = "~"


def source(query: Query) -> tuple[str, list[object]]:
    """FROM and WHERE of a query over `head h`."""
    where = ["h.deleted = ?"]
    params: list[object] = [int(query.deleted)]
    tables = "head h"
    if query.form:
        where.append("h.form = ?")
        params.append(query.form)
    if query.status:
        where.append(f"h.status IN ({marks(len(query.status))})")
        params.extend(query.status)
    for column in ("unit", "person"):
        value = getattr(query, column)
        if value:
            where.append(f"h.{column} = ?")
            params.append(value)
    if query.since:
        where.append("h.received >= ?")
        params.append(query.since)
    for column, until in (("received", query.until), ("due", query.due_until)):
        if until:
            where.append(f"h.{column} <> '' AND h.{column} < ?")
            params.append(until + _END_OF_DAY)
    if query.flagged:
        where.append("h.flags > 0")
    if query.conflicted:
        where.append("h.conflicts > 0")
    if query.linked_to is not None:
        where.append("h.rid IN (SELECT rid FROM link WHERE other = ?)")
        params.append(bytes.fromhex(query.linked_to))
    for key in dict.fromkeys(key for key, _ in query.facets):
        values = [v for k, v in query.facets if k == key]
        where.append(f"h.rid IN (SELECT rid FROM facet WHERE key = ? AND val IN ({marks(len(values))}))")
        params.extend([key, *values])
    expression, recheck = search.ask(query.text)
    if expression:
        # 先问索引再看表头：CROSS JOIN 钉住次序（storage §4）
        tables = "fts f CROSS JOIN head h ON h.rid = f.rowid"
        where.insert(0, "f.fts MATCH ?")
        params.insert(0, expression)
    for word in recheck:
        where.append("EXISTS (SELECT 1 FROM words w WHERE w.rid = h.rid AND instr(w.t, ?) > 0)")
        params.append(word)
    return f"FROM {tables} WHERE {' AND '.join(where)}", params


def ids(query: Query) -> tuple[str, Row]:
    """SELECT of the rids in the page's order. ValueError for an order that does not exist."""
    if query.sort not in _SORT:
        raise ValueError(f"sort {query.sort!r}")
    body, params = source(query)
    way = "DESC" if query.descending else "ASC"
    column = _SORT[query.sort]
    by_arrival = f"{'f.rowid' if ' MATCH ' in body else 'h.rid'} {way}"
    order = f"{column} {way}, h.rid {way}" if column else by_arrival
    sql = f"SELECT h.rid {body} ORDER BY {order}"
    if query.limit > 0:
        sql += " LIMIT ?"
        params.append(query.limit)
    return sql, tuple(params)


def count(query: Query) -> tuple[str, Row]:
    body, params = source(query)
    return f"SELECT count(*) {body}", tuple(params)


def facet_counts(key: str, query: Query) -> tuple[str, Row]:
    body, params = source(query)
    return (
        f"SELECT val, count(*) FROM facet WHERE key = ? AND rid IN (SELECT h.rid {body}) GROUP BY val",
        (key, *params),
    )
