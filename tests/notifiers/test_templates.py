from __future__ import annotations

import os
import re
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from slamon.notifiers.console import payload as console_payload
from slamon.notifiers.email import payload as email_payload
from slamon.notifiers.slack import payload as slack_payload
from slamon.notifiers.template_context import NAMES
from slamon.notifiers.templates import MOST_CHARACTERS, Failed, Template, read, worded
from tests.notifiers.hostile import HOSTILE, covered, digest, message
from tests.notifiers.mailing import settings
from tests.notifiers.test_email_format import Tags, part
from tests.notifiers.test_slack_blocks import check as check_slack
from tests.notifiers.test_text import is_safe

ONE = message(facts=(("Due", "Mon 14:00"), ("Customer", "Nordwind")), covers=(covered(),))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{{ ticket }} {{ target }} {{ policy }} {{ source }} {{ moment }} {{ status }}", "4711 first_response gold desk breached breached"),
        ("{{ word }}/{{ tone }}: {{ title }} until {{ due }}", "BREACHED/breach: #4711 Printer on fire until Mon 14:00"),
        ("{{ fact.Customer }}, {{ fact['Due'] }}, {{ fact.Unknown }}.", "Nordwind, Mon 14:00, ."),
        ("{% for label, value in facts %}{{ label }}={{ value }};{% endfor %}", "Due=Mon 14:00;Customer=Nordwind;"),
        ("{% for one in facts if one.label != 'Due' %}{{ loop.index }} {{ one.value|upper }}{% endfor %}", "1 NORDWIND"),
        ("{% for line in lines %}{{ line }}{% else %}none{% endfor %}", "none"),
        ("{% if tone == 'breach' and not update %}late{% elif tone == 'warning' %}soon{% endif %}", "late"),
        ("{{ count + 1 }} {{ count * 21 / 2 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ -count }}", "2 10.5 3 1 -1"),
        ("{% if covers %}{{ covers[0].due }}{% endif %} {{ covers[:1]|length }} {{ at }}", "2026-11-22T12:20:00Z 1 2026-11-22T13:20:00Z"),
        ("{{ title ~ '!' }} {{ title|truncate(8) }} {{ to or 'all' }} {{ to|default('x', true) }}", "#4711 Printer on fire! #4711 P\u2026 all x"),
        ("{{ ['a', 'b']|join('-') }} {{ url }}", "a-b https://desk.example/issues/4711?a=1&b=2"),
        ("a{# nothing #}b {% raw %}{{ x }}{% endraw %}", "ab {{ x }}"),
    ],
)  # fmt: skip
def test_a_template_makes_words_of_what_a_message_knows(text: str, made: str) -> None:
    assert Template(text).render(ONE) == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello\n{{ tikcet }}", "line 2: there is no 'tikcet': write ticket"),
        ("{{ assignee.mail }}", r"line 1: there is no 'mail': write one of breached, cycle, due,"),
        ("{% for one in covers %}{{ one.tikcet }}{% endfor %}", "line 1: there is no 'tikcet': write ticket"),
        ("{{ title|uper }}", "line 1: there is no filter 'uper': write upper"),
        ("{{ title|center(10) }}", "line 1: there is no filter 'center': write one of capitalize, default, e,"),
        ("{% for c in ticket %}{% endfor %}", "line 1: a loop goes through one of the lists: write for \u2026 in covers, facts, lines"),
        ("{% for x in [1, 2] %}{% endfor %}", "line 1: a loop goes through one of the lists"),
        ("{% for lines in covers %}{% endfor %}", "line 1: 'lines' is a name that there is already"),
        ("{% for a, title in facts %}{% endfor %}", "line 1: 'title' is a name that there is already"),
        ("{{ lines }}", r"line 1: a list is not a text: write \{% for line in lines %\}"),
        ("{{ lines[0] }}", r"line 1: the list may be shorter: ask first, as in \{% if covers\|length > 0 %\}"),
        ("{% if x", "line 1: "),
        ("{{ covers[count] }}", r"line 1: what stands in brackets is written out: write covers\[0\]"),
        ("{% set a = 1 %}", "line 1: set is not known here"),
        ("{{ 1 / 0 }}", "line 1: division by zero"),
        ("x" * 16_001, "it has 16,001 characters: write at most 16,000"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_when_it_is_loaded_and_the_remedy_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^template: {said}"):
        Template(text)


ATTACKS = [
    "{{ 'a' * 10**8 }}",
    "{{ 'a' * 100000000 }}",
    "{{ [1] * 100000000 }}",
    "{{ 10**10**10 }}",
    "{{ 999999999999 * 999999999999 * 9 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ range(10**9)|length }}",
    "{{ lipsum(10**6) }}",
    "{{ title.center(10**9) }}",
    "{{ title|center(10**9) }}",
    "{{ title|indent(10**9) }}",
    "{{ title|replace('a', title) }}",
    "{{ 'x'|format(1) }}",
    "{{ lines|batch(10**9, 'x') }}",
    "{{ lines|map('upper')|list }}",
    "{{ title|tojson(indent=10**9) }}",
    "{{ title|safe }}",
    "{% autoescape false %}{{ title }}{% endautoescape %}",
    "{{ lines|join(lines|join(lines|join)) }}",
    "{{ covers|join }}",
    "{% set x = title %}{% set x = x ~ x %}",
    "{% set x %}{{ title }}{% endset %}",
    "{% with x = title ~ title %}{{ x ~ x }}{% endwith %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in covers recursive %}{{ loop(covers) }}{% endfor %}",
    "{% for a in covers %}{% for b in covers %}{% for c in covers %}{% for d in covers %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in covers %}{% for b in covers %}{% for c in covers %}{% if title in lines %}{% endif %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in covers %}{% for b in a %}{% for c in a %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{% call x() %}{% endcall %}",
    "{{ ''.__class__.__mro__ }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ fact.__class__ }}",
    "{{ facts.steps }}",
    "{{ title.format }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ namespace(a=1) }}",
    "{{ cycler('a') }}",
    "{{ joiner() }}",
    "{{ dict(a=1) }}",
    "{{ {'a': 1} }}",
    "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "{{ " + "[" * 3_000 + " }}",
    "{{ " + "not " * 3_000 + "1 }}",
    "{{ " + "9" * 5_000 + " }}",
    "{% if 1 %}" * 1_500 + "{% endif %}" * 100,
    "{{ -title }}",
    "{{ lines + lines }}",
]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:40])
def test_what_would_cost_without_bound_or_reach_outside_is_refused_at_once(text: str) -> None:
    started = time.process_time()
    with pytest.raises(ValueError, match=r"^template: "):
        Template(text)
    assert time.process_time() - started < 2


def test_the_most_that_a_template_can_do_is_bounded_in_time_and_size() -> None:
    heavy = "{% for a in covers %}{% if " + "~".join(["title"] * 1_500) + " == '' %}x{% endif %}{% endfor %}"
    nested = "{% for a in lines %}{% for b in lines %}{% if (b|upper|lower|trim) in lines[:2] %}{% endif %}{% endfor %}{% endfor %}"
    huge = digest("x" * 900, 3_000, title="t" * 5_000, lines=("x" * 900,) * 3_000)
    started = time.process_time()
    assert Template(heavy).render(huge) == ""
    with pytest.raises(Failed, match="too often"):
        Template(nested).render(huge)
    assert time.process_time() - started < 5
    with pytest.raises(Failed, match=f"more than {MOST_CHARACTERS:,} characters"):
        Template("{% for line in lines %}{{ line }}{% endfor %}").render(huge)


def test_whether_a_template_fails_hangs_on_the_message_alone() -> None:
    template = Template(
        "{% for a in lines %}{% for b in lines %}{% if a == 'y' %}y{% endif %}{% endfor %}{% endfor %}x"
    )
    many = digest(lines=("x",) * 900)
    said = {worded(many, template).message.footer for _ in range(3)}
    assert len(said) == 1
    assert str(said.pop()).endswith("the template could not be used: line 1: it goes through its lists too often")


def test_a_template_that_fails_loses_no_alert_and_is_logged_once_and_so_is_its_recovery() -> None:
    template = Template("x{% if count == 3 %}{{ 1 / (count - 3) }}{% endif %}")
    with capture_logs() as logged:
        shown = [worded(one, template).message for one in (digest(count=3), digest(count=3), digest(count=4))]
    assert [one.title for one in shown] == ["#4711 Printer on fire", "#4711 Printer on fire", "x"]
    assert shown[0].facts == digest(count=3).facts
    assert (
        shown[0].footer
        == "due 14:00, sent 14:20 Printer on fire · the template could not be used: line 1: division by zero"
    )
    assert [(one["event"], one["problem"]) for one in logged] == [
        ("a template fails", "line 1: division by zero"),
        ("a template works again", "line 1: division by zero"),
    ]


def test_a_template_that_makes_nothing_leaves_the_message_as_it_was() -> None:
    shown = worded(ONE, Template("{% if count > 5 %}x{% endif %}")).message
    assert shown.facts == ONE.facts
    assert "the template could not be used: it makes nothing" in str(shown.footer)


def test_the_first_line_is_the_title_the_rest_the_lines_and_link_and_lateness_stay() -> None:
    shown = worded(ONE, Template("{{ ticket }} waits\nHello,\n\nplease answer {{ fact.Customer }}.")).message
    assert (shown.title, shown.lines) == ("4711 waits", ("Hello,", "", "please answer Nordwind."))
    assert (shown.facts, shown.url, shown.footer) == ((), ONE.url, ONE.footer)
    assert worded(ONE, Template("x\n{{ footer }}")).message.footer is None
    assert console_payload(shown).splitlines()[:3] == [
        "BREACHED  4711 waits",
        "          Hello,",
        "          please answer Nordwind.",
    ]


def test_words_of_ones_own_leave_the_table_of_a_digest_alone() -> None:
    raw = email_payload(digest(), settings(25), Template("{{ count }} are late"))
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    assert mail["Subject"] == "BREACHED: 30 are late"
    assert [one.get_filename() for one in mail.iter_attachments()] == ["commitments.csv"]


TEXT = Template("{{ title }} {{ ticket }}\n{{ fact.Subject }}\n{% for one in covers %}{{ one.line }}\n{% endfor %}{{ lines|join(' ') }}")  # fmt: skip
PAGE = Template(
    '<h1 title="{{ title }}">{{ title }}</h1><a href="{{ url }}">x</a>'
    "{% for one in facts %}<p>{{ one.label }} {{ one.value }}</p>{% endfor %}{{ lines|join('<br>') }}{{ footer ~ '<i>' }}",
    "html",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_text_in_words_of_ones_own(name: str) -> None:
    hostile = digest(HOSTILE[name], 3)
    shown = worded(hostile, TEXT).message
    assert "could not" not in str(shown.footer)
    assert all(map(is_safe, console_payload(shown).splitlines()))
    check_slack(shown)
    page = Tags()
    made = worded(hostile, PAGE).html
    assert made is not None
    page.feed(made)
    assert page.tags == {"h1", "a", "p"}
    assert page.attributes == {"title", "href"}
    assert all(map(is_safe, made.splitlines()))


def test_a_page_of_ones_own_is_the_html_part_and_the_text_part_stays() -> None:
    mail = message_from_bytes(email_payload(ONE, settings(25), PAGE), policy=default)
    assert isinstance(mail, EmailMessage)
    assert part(mail, "html").startswith('<h1 title="#4711 Printer on fire">')
    assert "Customer: Nordwind" in part(mail, "plain")
    assert mail["Subject"] == "BREACHED: #4711 Printer on fire"


def test_a_page_of_ones_own_says_that_it_is_late_even_if_its_words_do_not() -> None:
    late = message(footer="due 14:00, sent <14:20>")
    for page, wanted in (
        ("<b>x</b>", "<b>x</b>\n<p>due 14:00, sent &lt;14:20&gt;</p>\n"),
        ("<body>x</body>", "<body>x<p>due 14:00, sent &lt;14:20&gt;</p>\n</body>"),
        ("{{ footer }}", "due 14:00, sent &lt;14:20&gt;"),
    ):
        assert worded(late, Template(page, "html")).html == wanted
    assert worded(message(footer=None), Template("x", "html")).html == "x"


def test_the_same_message_makes_the_same_bytes() -> None:
    for template in (TEXT, PAGE):
        assert email_payload(digest(), settings(25), template) == email_payload(digest(), settings(25), template)
    assert slack_payload(worded(ONE, TEXT).message) == slack_payload(worded(ONE, Template(_SAME)).message)


_SAME = "{{ title }} {{ ticket }}\n{{ fact.Subject }}\n{% for one in covers %}{{ one.line }}\n{% endfor %}{{ lines|join(' ') }}"


def test_a_template_stands_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "ops.txt").write_text("{{ ticket }} ä", encoding="utf-8")
    (tmp_path / "ops.HTML").write_text("<b>{{ title }}</b>")
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    assert read(tmp_path / "ops.txt").render(ONE) == "4711 ä"
    assert read(tmp_path / "ops.HTML").form == "html"
    with pytest.raises(ValueError, match=r"^template: '.*none\.txt' cannot be read: No such file or directory$"):
        read(tmp_path / "none.txt")
    with pytest.raises(ValueError, match="cannot be read: it is not UTF-8"):
        read(tmp_path / "bad.txt")


def test_a_file_that_never_ends_is_no_template(tmp_path: Path) -> None:
    large, pipe = tmp_path / "large.txt", tmp_path / "pipe"
    large.write_bytes(b"a" * (256 * 1024 + 1))
    os.mkfifo(pipe)
    for path in (Path("/dev/zero"), pipe, tmp_path):
        with pytest.raises(ValueError, match=rf"^template: '{path}' cannot be read: it is not a plain file$"):
            read(path)
    with pytest.raises(ValueError, match=r"^template: '.*large\.txt' cannot be read: it is larger than 256 KiB$"):
        read(large)


PAGES = Path(__file__).parents[2] / "docs/notifiers"


def test_the_template_of_the_documentation_works_and_every_name_is_documented() -> None:
    page = (PAGES / "templates.md").read_text(encoding="utf-8")
    documented = Template(page.split("```jinja\n")[1].split("```")[0])
    assert documented.render(digest(count=3)).splitlines()[1:] == [
        "3 promises are concerned:",
        "1. #4711 Printer on fire: first response is overdue by 1 h",
        "2. #4712 Printer on fire: first response is overdue by 1 h",
        "3. #4713 Printer on fire: first response is overdue by 1 h",
    ]
    names = {
        name for row in page.splitlines() if row.startswith("| `") for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert names == NAMES
