"""Two families of trouble: what a person can mend is a UserFacingError; everything else is a bug."""

from __future__ import annotations


class UserFacingError(Exception):
    """A trouble the person can understand and act on.

    `code` is short and stable (S storage, X exchange, F forms, P papers, A actions, U window; then digits);
    `text` is a whole Chinese sentence: which thing, what is wrong, what to do next. Never holds an identity.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{text}（{code}）")
        self.code = code
        self.text = text


class Refused(UserFacingError):
    """An act that a rule forbids; `clause` names the rule it rests on (empty for plain order)."""

    def __init__(self, code: str, text: str, clause: str = "") -> None:
        super().__init__(code, text + (f"依据：方案{clause}。" if clause else ""))
        self.clause = clause


def needed(text: str, what: str, clause: str = "") -> str:
    """The text without blanks at its ends; Refused A04 when nothing was given."""
    if not text.strip():
        raise Refused("A04", f"还没有填写{what}。请填写后再办。", clause)
    return text.strip()


class Cancelled(Exception):
    """Raised by a progress callback to stop long work; whoever does the work leaves nothing half done."""
