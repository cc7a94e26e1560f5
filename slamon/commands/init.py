"""slamon init: settings, rules and rule tests to begin with."""

from __future__ import annotations

import sys
from pathlib import Path

from slamon.commands import init_flags as flags
from slamon.commands.exits import Exit
from slamon.commands.init_asking import ask
from slamon.commands.init_checking import Missing, Unsound, files, in_the_clear, missing
from slamon.commands.init_flags import Given, Unusable
from slamon.commands.init_texts import RULES, SETTINGS, Answers
from slamon.commands.say import complain
from slamon.commands.text import typed
from slamon.rulefile.render import render
from slamon.rulefile.suggest import visible


def init(folder: Path, given: Given) -> Exit:
    """Write them, asking for what was not given if there is somebody to ask. Nothing is ever overwritten."""
    try:
        _refuse_to_overwrite(folder)
        answers = ask(folder, given) if sys.stdin.isatty() and sys.stdout.isatty() else flags.answers(given)
        _refuse_the_clear(answers)
        texts = files(folder, answers)
        _write(folder, texts)
    except Unsound as error:
        complain(render(error.diagnostics, outcome="; nothing was written").rstrip())
        return Exit.UNUSABLE
    except (Unusable, ValueError, LookupError) as error:
        complain(f"slamon init: {visible(str(error.args[0]))}")
        return Exit.UNUSABLE
    except OSError as error:
        complain(f"slamon init: {visible(str(error.filename))} cannot be written: {error.strerror}")
        return Exit.CANNOT_RUN
    _tell(folder, answers, texts)
    return Exit.FINE


def _refuse_to_overwrite(folder: Path) -> None:
    rules = sorted(one for one in (folder / "rules").rglob("*") if one.suffix in (".yml", ".yaml"))
    there = [path for path in (folder / SETTINGS, *rules) if path.exists()]
    if there:
        raise Unusable(
            f"{there[0]} is there already, and nothing is overwritten; look at it with: slamon check, "
            "or begin in another directory: slamon init DIR"
        )


def _refuse_the_clear(answers: Answers) -> None:
    if found := in_the_clear(answers):
        name, path = found
        part = "source" if name == answers.source.name else name
        raise Unusable(
            f"{path} of {name} is a secret, which does not stand in a file: "
            f"write --set '{part}.{path}=${{env:NAME}}' or --set '{part}.{path}=${{file:PATH}}'"
        )


def _write(folder: Path, texts: dict[str, str]) -> None:
    """All or none."""
    done: list[Path] = []
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                done.append(path)
                file.write(text)
    except BaseException:
        for path in done:
            path.unlink(missing_ok=True)
        raise


def _tell(folder: Path, answers: Answers, texts: dict[str, str]) -> None:
    for name in texts:
        print(f"wrote {visible(str(folder / name))}")
    needed = missing(folder, answers)
    if needed:
        print("\nBefore it can run, put the secrets where it looks for them:")
        for one in needed:
            print(f"  {_how(folder, one)}")
    inside = folder.resolve() == Path.cwd()
    where = "" if inside else f" --config {typed(folder / SETTINGS)}"
    rules = "rules" if inside else typed(folder / "rules")
    print(f"\nThe promises stand in {RULES}; slamon test {rules} tries them out.")
    print(f"Next: slamon doctor{where}")


def _how(folder: Path, one: Missing) -> str:
    what, _, rest = one.reference[2:-1].partition(":")
    about = f"    # {one.about}"
    return f"export {rest}=…{about}" if what == "env" else f"install -m 600 /dev/stdin {typed(folder / rest)}{about}"
