"""Who is an agent, who a bot, who a customer."""

from __future__ import annotations

import pytest

from slamon.sources.http import Agents, Bots, People, Person

SUPPORT, LEVEL_1 = frozenset({"Support"}), frozenset({"Level 1"})
ALICE = Person("5", "Alice Example", "alice", "alice@desk.example", SUPPORT, LEVEL_1, True)
CAROL = Person("7", "Carol Example", "carol", "carol@customer.example", frozenset({"Reporter"}))


@pytest.mark.parametrize(
    ("agents", "alice", "carol"),
    [
        (Agents(), "agent", "customer"),
        (Agents(roles=("support", "Manager")), "agent", "customer"),
        (Agents(roles=("Reporter",)), "customer", "agent"),
        (Agents(groups=("LEVEL 1",)), "agent", "customer"),
        (Agents(users=("carol",)), "customer", "agent"),
        (Agents(users=("Carol Example",)), "customer", "agent"),
        (Agents(users=("7",)), "customer", "agent"),
        (Agents(users=("CAROL@customer.example",)), "customer", "agent"),
        (Agents(domains=("desk.example",)), "agent", "customer"),
        (Agents(domains=("@Desk.Example",)), "agent", "customer"),
        (Agents(domains=("example",)), "customer", "customer"),
        (Agents(domains=("alice",)), "customer", "customer"),
        (Agents(roles=("Nobody",), users=("alice",)), "agent", "customer"),
    ],
)
def test_agents_are_those_whom_the_configuration_names_or_else_the_system(
    agents: Agents, alice: str, carol: str
) -> None:
    people = People(agents, Bots())
    assert (people.classify(ALICE), people.classify(CAROL)) == (alice, carol)


def test_a_bot_stays_a_bot_whatever_its_roles_are() -> None:
    people = People(Agents(roles=("Support",)), Bots(users=("Alice Example",)))
    assert people.classify(ALICE) == "bot"


def test_what_the_system_calls_a_bot_is_one_unless_it_is_named_as_agent() -> None:
    robot = Person("9", login="hubot", bot=True, agent=True)
    assert People(Agents(), Bots()).classify(robot) == "bot"
    assert People(Agents(users=("hubot",)), Bots()).classify(robot) == "agent"
    assert People(Agents(users=("hubot",)), Bots(users=("hubot",))).classify(robot) == "bot"


def test_nobody_in_particular_is_a_customer() -> None:
    assert People(Agents(), Bots()).classify(None) == "customer"
    assert People(Agents(domains=("",)), Bots(users=("",))).classify(Person("3")) == "customer"


def test_the_last_ten_are_remembered_each_once_newest_last() -> None:
    people = People(Agents(), Bots())
    for number in range(15):
        people.classify(Person(str(number)))
    people.classify(Person("8"))
    assert [shown for shown, _ in people.recent] == [*"567", "9", "10", "11", "12", "13", "14", "8"]
