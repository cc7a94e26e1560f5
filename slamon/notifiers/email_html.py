"""A message as a page that suits a telephone and a dark screen, and loads nothing."""

from __future__ import annotations

from html import escape

from slamon.core.message import Message, Tone
from slamon.notifiers.text import Row, facts, is_digest, mark, one_line, rows, web_url

_COLOURS: dict[Tone, str] = {"warning": "#9a5b00", "breach": "#b3261e", "good": "#1b7f3b", "info": "#31547f"}
_EDGES = {"breached": "#b3261e", "missed": "#b3261e", "at_risk": "#e09b1a", "met": "#1b7f3b"}
_OTHER_EDGE = "#7d8796"

_PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}
@media (prefers-color-scheme: dark) {{
  .page {{ background: #16181c !important; }}
  .card {{ background: #22252b !important; }}
  .text {{ color: #f1f3f5 !important; }}
  .note {{ color: #aab1bb !important; }}
  .row {{ background: #2c3038 !important; }}
}}
</style></head>
<body class="page" style="margin:0;padding:0;background:#eef0f3">
<div class="page" style="padding:16px 8px;background:#eef0f3">
<div class="card" style="max-width:600px;margin:0 auto;padding:20px;background:#ffffff;\
border-top:6px solid {colour};border-radius:6px;font:16px/1.5 Helvetica,Arial,sans-serif;\
word-break:break-word;overflow-wrap:anywhere">
<p style="margin:0 0 12px"><span style="display:inline-block;padding:2px 10px;border-radius:4px;\
background:{colour};color:#ffffff;font-size:13px;font-weight:bold;letter-spacing:1px">{mark}</span></p>
<h1 class="text" dir="{dir}" style="margin:0 0 16px;font-size:20px;line-height:1.3;color:#1c1f23">{title}</h1>
{body}{notes}</div></div></body></html>
"""
_FACTS = """\
<table role="presentation" style="width:100%;margin:0 0 16px;border-collapse:collapse;font-size:15px;line-height:1.4">
{rows}</table>
"""
_FACT = """\
<tr><td class="note" style="width:28%;padding:4px 12px 4px 0;vertical-align:top;font-size:13px;line-height:1.6;\
color:#5c6470">{label}</td>\
<td class="text" dir="auto" style="padding:4px 0;vertical-align:top;text-align:left;color:#1c1f23">{value}</td></tr>
"""
# The words around a subject are English: a subject in Arabic must not turn them round.
_COMMITMENT = """\
<p class="row text" dir="ltr" style="margin:0 0 6px;padding:8px 12px;border-left:4px solid {edge};\
background:#f4f5f7;color:#1c1f23;font-size:15px;line-height:1.4">{line}</p>
"""
_LINE = """\
<p class="text" dir="auto" style="margin:0 0 10px;color:#1c1f23">{line}</p>
"""
_LINKED = '<a class="text" href="{url}" style="color:#1c1f23;text-decoration:none">{line}</a>'
_LINK = """\
<p style="margin:16px 0"><a href="{url}" style="display:inline-block;padding:12px 20px;border-radius:4px;\
background:{colour};color:#ffffff;font-weight:bold;text-decoration:none">{label}</a></p>
"""
_NOTE = '<p class="note" style="margin:16px 0 0;font-size:13px;color:#5c6470">{note}</p>\n'


def page(message: Message, notes: list[str]) -> str:
    """The whole page; `notes` stand below it all."""
    colour = _COLOURS[message.tone]
    return _PAGE.format(
        title=escape(one_line(message.title, 500)),
        mark=mark(message),
        colour=colour,
        dir="ltr" if message.facts else "auto",  # without facts the words may be the user's own
        body=_body(message, _link(message, colour)),
        notes="".join(_NOTE.format(note=escape(note)) for note in notes),
    )


def _body(message: Message, link: str) -> str:
    """The link stands above the lines of a digest: on a telephone they are long."""
    shown = "".join(_row(row) for row in rows(message, 60, 300))
    return _facts(message) + (link + shown if is_digest(message) else shown + link)


def _facts(message: Message) -> str:
    found = "".join(_FACT.format(label=escape(k), value=escape(v)) for k, v in facts(message, 60, 1_000))
    return _FACTS.format(rows=found) if found else ""


def _row(row: Row) -> str:
    line = escape(row.line)
    if row.status is None:
        return _LINE.format(line=line)
    if row.url:
        line = _LINKED.format(url=escape(row.url), line=line)
    return _COMMITMENT.format(edge=_EDGES.get(row.status, _OTHER_EDGE), line=line)


def _link(message: Message, colour: str) -> str:
    url = web_url(message.url)
    label = f"Open all {len(message.covers):,}" if is_digest(message) else "Open the ticket"
    return _LINK.format(url=escape(url), colour=colour, label=label) if url else ""
