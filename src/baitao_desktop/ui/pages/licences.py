"""许可: under what the program and its parts may be used."""

from __future__ import annotations

from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.pages.parts import card, selectable

PARTS = (
    ("界面", "PySide6、Qt", "LGPL-3.0"),
    ("加密资料库", "SQLCipher、SQLAlchemy", "BSD-3、MIT"),
    ("加密", "cryptography、age（pyrage）", "Apache-2.0、MIT"),
    ("排版和表格", "ReportLab、openpyxl、Pillow、pypdfium2", "BSD-3、MIT、HPND、Apache-2.0"),
    ("苹果照片", "pi-heif；其中 libheif、libde265", "BSD-3；LGPL-3.0"),
    ("表单", "pyxform", "BSD-2"),
    ("压缩", "zstandard", "BSD-3"),
)


class LicencePage(Page):
    room = "settings"

    def __init__(self) -> None:
        super().__init__("许可")
        frame, inside = card("本程序")
        inside.addWidget(label_of("木兰宽松许可证，第2版（MulanPSL-2.0）。可以免费使用、复制、修改和分发。"))
        self.inside.addWidget(frame)
        frame, inside = card("用到的软件")
        for what, names, licence in PARTS:
            inside.addWidget(selectable(f"{what}：{names}　{licence}"))
        self.inside.addWidget(frame)
        frame, inside = card("字体")
        inside.addWidget(
            label_of("思源黑体、思源宋体（OFL-1.1），白涛楷体（OFL-1.1），Fandol仿宋（GPL-3.0，附字体例外）。")
        )
        inside.addWidget(label_of("字体的许可全文和字体放在一起，随程序提供。", "hint"))
        self.inside.addWidget(frame)
        self.inside.addStretch(1)
