"""Read XML that may come from anybody: no document types, no entities, bounded size, depth and number of elements."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from baitao_desktop.domain.errors import UserFacingError

MAX_BYTES = 32 * 1024 * 1024
MAX_ELEMENTS = 1_500_000
MAX_DEPTH = 200


def read_markup(source: bytes, what: str) -> Element:
    """The root element, names as `{namespace}name`; raises UserFacingError F01 for anything else than plain XML."""
    if len(source) > MAX_BYTES:
        raise UserFacingError(
            "F01", f"{what}有{len(source) // 1024 // 1024}MB，太大了，没有打开；请核对是不是拿错了文件。"
        )
    builder = TreeBuilder()
    count = depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count, depth
        count += 1
        depth += 1
        if count > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise UserFacingError("F01", f"{what}的内容太多或层次太深，没有打开；请核对是不是拿错了文件。")
        builder.start(_name(name), {_name(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_name(name))

    def refuse(*_: object) -> None:
        raise UserFacingError(
            "F01", f"{what}里带有外部引用或实体定义，为安全起见没有打开；请向发给您的人要一份正常导出的表。"
        )

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(source, True)
    except (expat.ExpatError, ValueError, LookupError) as trouble:
        line = getattr(trouble, "lineno", 0)
        where = f"第{line}行" if line else ""
        raise UserFacingError(
            "F01", f"{what}{where}不是完整的表单文件，可能没有传完；请重新取一份再打开。"
        ) from trouble
    root: Element = builder.close()
    return root


def local(element: Element) -> str:
    """The name without its namespace: hand-written forms put the instance in any (forms.md §2.5, 8)."""
    return element.tag.rpartition("}")[2]


def _name(name: str) -> str:
    return "{" + name if "}" in name else name
