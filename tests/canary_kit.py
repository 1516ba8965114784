"""Reading a file as anyone with the usual tools could, to look for a reporter who must not be there."""

from __future__ import annotations

import html
import io
import zipfile
from pathlib import Path


def text_of(path: Path) -> str:
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


def readings(path: Path) -> list[str]:
    """A file as every plain reading shows it: raw in three encodings, and the text of what can be opened."""
    data = path.read_bytes()
    out = [data.decode(code, errors="ignore") for code in ("utf-8", "utf-16-le", "gb18030")]
    if path.suffix == ".pdf":
        out.append(text_of(path))
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            # 表格里的汉字可能写成 &#27979; 这样的字符引用
            out += [html.unescape(box.read(name).decode("utf-8", errors="ignore")) for name in box.namelist()]
    return out
