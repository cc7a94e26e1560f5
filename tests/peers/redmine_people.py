"""Who works at a Redmine and who asks there."""

from __future__ import annotations

from tests.peers.redmine import Redmine

AGENTS = ("alice", "bob")
CUSTOMERS = ("carol", "dave")
NAMES = {login: f"{login.title()} Example" for login in (*AGENTS, *CUSTOMERS)}
_MANAGER, _REPORTER = 3, 5


def make_project(redmine: Redmine, identifier: str) -> dict[str, int]:
    """A new project in which all of them have their role; their ids by login."""
    users = _make_people(redmine)
    made = {"name": identifier.upper(), "identifier": identifier, "is_public": False, "tracker_ids": [1, 2, 3]}
    redmine.call("POST", "/projects.json", {"project": made})
    for login, id in users.items():
        member = {"membership": {"user_id": id, "role_ids": [_MANAGER if login in AGENTS else _REPORTER]}}
        redmine.call("POST", f"/projects/{identifier}/memberships.json", member)
    return users


def _make_people(redmine: Redmine) -> dict[str, int]:
    known = {one["login"]: one["id"] for one in redmine.call("GET", "/users.json?limit=100")["users"]}
    for login in NAMES:
        if login not in known:
            user = {"login": login, "password": f"slamon-{login}", "firstname": login.title()}
            user |= {"lastname": "Example", "mail": f"{login}@example.org"}
            known[login] = redmine.call("POST", "/users.json", {"user": user})["user"]["id"]
    return {login: known[login] for login in NAMES}
