"""Small tables for notebooks. All text is escaped: names and contexts come from strangers."""
from __future__ import annotations

import html


def table(title, rows, colour=None):
    style = f" style='color:{colour}'" if colour else ""
    body = "".join(
        f"<tr><th style='text-align:left'>{html.escape(str(k))}</th><td style='text-align:left'>{html.escape(str(v))}</td></tr>"
        for k, v in rows if v not in (None, ""))
    return f"<div><b{style}>{html.escape(title)}</b><table>{body}</table></div>"


def text(title, rows):
    """The same for terminals."""
    return "\n".join([title] + [f"  {k:<18} {v}" for k, v in rows if v not in (None, "")])


def short(name):
    """A hexadecimal name, cut."""
    return name[:16] + "..." if len(name) > 16 else name


def context(data):
    """Bytes that somebody chose: as text if all is printable ASCII."""
    return data.decode("ascii") if all(0x20 <= b < 0x7F for b in data) else "0x" + data.hex()
