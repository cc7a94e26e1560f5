"""Routes and the quiet of notifiers as the engine gets them."""

from __future__ import annotations

import pytest

from slamon.core.calendars import Calendar
from slamon.core.instants import DAY, HOUR, MINUTE
from slamon.core.match import EVERYTHING
from slamon.core.policy import Rules
from slamon.core.routes import Group, Recipient, Route, RouteStep, Wait
from slamon.rulefile import read_texts
from slamon.rulefile.diagnostics import Diagnostic
from slamon.rulefile.moments import MOMENTS
from tests.rulefile.texts import GOLD, NOTIFIERS, ROUTE, around, load, reports

STEP = "steps: [{when: breached, notify: pager}]"
MONITORED = (
    f"routes:\n  - {{name: rest, match: all, {STEP}}}\n  - name: itself\n    match: {{alert: monitor}}\n    steps:\n"
)


def rules(text: str) -> Rules:
    loaded = load(text, routes=True)
    assert loaded.rules is not None, loaded.render()
    return loaded.rules


def routes(snippet: str) -> tuple[Route, ...]:
    return rules(around("routes", snippet)).routes


def step(text: str) -> RouteStep:
    """The first step of a route for every ticket; another tells everybody something that can be updated."""
    (found,) = routes(f"- {{name: a, match: all, steps: [{text}, {{when: breached, notify: [slack, pager, mail]}}]}}")
    return found.steps[0]


def warnings(snippet: str) -> list[tuple[str, str]]:
    return [(str(found.place), found.code) for found in load(around("routes", snippet), routes=True).diagnostics]


# steps


def test_a_step_says_only_when_and_whom_and_the_rest_is_as_is_usual() -> None:
    found = step("{when: breached, notify: pager}")
    assert (found.when, found.notify, str(found.place)) == (("breached",), (Recipient("pager"),), "r.yml:7:35")
    assert (found.after, found.repeat, found.at_most, found.despite_ack) == (None, None, None, False)
    assert (found.during, found.otherwise, found.update) == (None, (), False)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_step_acts_at_every_moment_of_a_commitment(moment: str) -> None:
    assert step(f"{{when: {moment}, notify: pager}}").when == (moment,)


def test_single_warnings_are_in_the_form_in_which_targets_keep_them_and_each_moment_is_there_once() -> None:
    assert step("{when: [at_risk, 90.0%, 60m, 1h, at_risk], notify: pager}").when == ("at_risk", "90%", "1h")


@pytest.mark.parametrize("moment", ["raised", "cleared"])
def test_an_alert_about_slamon_itself_is_raised_and_cleared(moment: str) -> None:
    found = rules(f"{GOLD}{MONITORED}      - {{when: {moment}, after: 15m, notify: pager}}\n").routes[1]
    assert [(one.when, one.after) for one in found.steps] == [((moment,), Wait(15 * MINUTE))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", Wait(30 * MINUTE)),
        ("2d", Wait(2 * DAY)),
        ("1h30m", Wait(90 * MINUTE)),
        ("2h working", Wait(2 * HOUR, working=True)),
        ("1.5h working", Wait(90 * MINUTE, working=True)),
    ],
)
def test_a_step_waits_on_the_wall_or_at_work(text: str, expected: Wait) -> None:
    found = step(f"{{when: breached, after: {text}, repeat: {text}, at_most: 3, notify: pager}}")
    assert (found.after, found.repeat, found.at_most) == (expected, expected, 3)


def test_without_at_most_there_is_no_limit_to_repeats() -> None:
    found = step("{when: breached, repeat: 4h, notify: pager}")
    assert (found.repeat, found.at_most) == (Wait(4 * HOUR), None)


@pytest.mark.parametrize(("word", "expected"), [("ignore", True), ("drop", False)])
def test_a_step_may_ignore_acknowledgements(word: str, expected: bool) -> None:
    assert step(f"{{when: breached, ack: {word}, notify: pager}}").despite_ack is expected


def test_a_step_may_tell_others_outside_of_a_calendar() -> None:
    found = step("{when: breached, during: office, notify: pager, else: [slack, {via: mail, to: group}]}")
    assert isinstance(found.during, Calendar)
    assert found.during.name == "office"
    assert (found.notify, found.otherwise) == ((Recipient("pager"),), (Recipient("slack"), Recipient("mail", "group")))


def test_a_step_may_update_an_earlier_message() -> None:
    assert step("{when: met, notify: slack, as: update}").update


def test_a_recipient_is_a_notifier_with_whom_it_is_for_and_what_is_used_otherwise() -> None:
    assert step("{when: met, notify: [slack, {via: mail, to: customer.owner, else: pager}, {via: slack}]}").notify == (
        Recipient("slack"),
        Recipient("mail", "customer.owner", "pager"),
    )


# routes


def test_routes_stand_in_file_order_with_what_they_match() -> None:
    first, second = routes(
        f"- {{name: a, match: {{policy: gold, tags: x}}, continue: true, {STEP}}}\n- {{name: b, match: all, {STEP}}}"
    )
    assert (first.name, first.go_on, first.monitor, str(first.place)) == ("a", True, False, "r.yml:7:12")
    assert first.match.holds({"policy": "gold", "tags": ["x"]})
    assert (second.name, second.go_on, second.match) == ("b", False, EVERYTHING)


def test_a_route_groups_by_itself_unless_it_says_otherwise() -> None:
    (plain,) = routes(f"- {{name: a, match: all, {STEP}}}")
    assert plain.group == Group()
    (full,) = routes(
        f"- {{name: a, match: all, group: {{by: [policy, group, policy], wait: 1m, digest_above: 3}}, {STEP}}}"
    )
    assert full.group == Group(("policy", "group"), MINUTE, 3, MINUTE)
    (partly,) = routes(f"- {{name: a, match: all, group: {{by: target}}, {STEP}}}")
    assert partly.group == Group(("target",))


def test_a_route_about_slamon_itself_is_marked() -> None:
    steps = "steps: [{when: raised, notify: pager}]"
    narrow, bare = routes(
        f"- {{name: a, match: {{alert: monitor, source: x}}, {steps}}}\n- {{name: b, match: {{alert: monitor}}, {steps}}}"
    )
    assert (bare.monitor, bare.match) == (True, EVERYTHING)
    assert narrow.monitor
    assert not narrow.match.holds({"source": "y"})


def test_routes_are_left_alone_by_whom_they_do_not_concern() -> None:
    text = f"{GOLD}routes: [nonsense, {{group: 1}}]\nquiet: {{slack: {{until: noon}}}}\n"
    assert reports(load(text, routes=False)) == []
    assert len(reports(load(text, routes=True))) > 2


def test_notifiers_are_not_checked_where_they_are_not_known() -> None:
    text = around("routes", "- {name: a, match: all, steps: [{when: met, notify: anybody}]}").encode()
    assert not read_texts({"r.yml": text}).failed
    assert read_texts({"r.yml": text}, notifiers=NOTIFIERS).failed


# quiet


def test_a_notifier_is_quiet_outside_of_a_calendar_or_during_one() -> None:
    found = rules(
        f"{GOLD}{ROUTE}quiet:\n  slack: {{outside: office, except: [breached, 60m], instead: pager}}\n"
        "  mail: {during: office}\n"
    ).quiet
    assert list(found) == ["slack", "mail"]
    assert found["slack"].calendar is found["mail"].calendar
    assert [(one.outside, one.exempt, one.instead, str(one.place)) for one in found.values()] == [
        (True, ("breached", "1h"), "pager", "r.yml:11:3"),
        (False, (), None, "r.yml:12:3"),
    ]


def test_a_calendar_of_another_file_serves_routes_and_quiet() -> None:
    first, _, rest = GOLD.partition("calendars:")
    calendar, _, policies = rest.partition("\n")
    files = {
        "a.yml": f"{first}{policies}{ROUTE}quiet: {{pager: {{outside: nights}}}}\n".replace(
            "calendar: office", "calendar: nights"
        ),
        "b.yml": f"version: 1\ncalendars:{calendar}\n".replace("office", "nights"),
    }
    found = read_texts({name: text.encode() for name, text in files.items()}, notifiers=NOTIFIERS)
    assert found.diagnostics == ()
    assert found.rules is not None
    assert found.rules.quiet["pager"].calendar.name == "nights"


def twice() -> tuple[Diagnostic, ...]:
    quiet = "quiet: {slack: {outside: office}}\n"
    files = {"a.yml": f"{GOLD}{ROUTE}{quiet}", "b.yml": f"version: 1\n{quiet}"}
    return read_texts({name: text.encode() for name, text in files.items()}, notifiers=NOTIFIERS).diagnostics


def test_two_files_do_not_both_say_when_a_notifier_is_quiet() -> None:
    assert [(str(found.place), found.message, found.help) for found in twice()] == [
        (
            "b.yml:2:9",
            "duplicate quiet 'slack': it stands already at a.yml:10:9",
            "all that is said of a notifier stands in one place: put the two together",
        )
    ]


# what never acts


def test_a_route_behind_one_that_goes_on_is_reached() -> None:
    after = f"- {{name: b, match: {{x: 1}}, {STEP}}}"
    assert warnings(f"- {{name: a, match: all, {STEP}}}\n{after}") == [("r.yml:8:12", "never-reached")]
    assert warnings(f"- {{name: a, match: all, continue: true, {STEP}}}\n{after}") == []


def test_a_route_that_goes_on_may_itself_never_be_reached() -> None:
    first, second = f"- {{name: a, match: all, {STEP}}}", f"- {{name: b, match: all, continue: true, {STEP}}}"
    assert warnings(f"{first}\n{second}") == [("r.yml:8:12", "never-reached")]


def test_routes_about_slamon_itself_and_about_tickets_do_not_shadow_one_another() -> None:
    itself = "- {name: b, match: {alert: monitor}, steps: [{when: raised, notify: pager}]}"
    ours = f"- {{name: a, match: all, {STEP}}}"
    assert warnings(f"{ours}\n{itself}") == warnings(f"{itself}\n{ours}") == []


def test_a_notifier_that_stands_in_for_another_is_told_something() -> None:
    update = "routes: [{name: a, match: all, steps: [{when: breached, notify: slack}, {when: met, notify: pager, as: update}]}]"
    assert [found.code for found in load(f"{GOLD}{update}\n", routes=True).diagnostics] == ["never-acts"]
    quiet = "quiet: {slack: {outside: office, instead: pager}, pager: {during: office}}"
    assert reports(load(f"{GOLD}{update}\n{quiet}\n", routes=True)) == []


def test_the_console_is_told_everything_where_there_is_no_route() -> None:
    text = f"{GOLD}quiet: {{console: {{outside: office}}}}\n".encode()
    found = read_texts({"r.yml": text}, notifiers=frozenset({"console"})).diagnostics
    assert [one.code for one in found] == ["no-routes"]
