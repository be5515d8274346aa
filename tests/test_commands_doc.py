"""docs/commands.md promises what is there, and tells all that is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.app import app

DOC = (Path(__file__).parents[1] / "docs" / "commands.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in DOC.splitlines() if line.startswith("| `nianbao")]
# What every command or none has to say of itself, or what only narrows its answer.
UNTOLD = {"--help", "--json"}


def program() -> tuple[Any, Any]:
    """The program and its context."""
    group: Any = typer.main.get_command(app)
    return group, group.make_context("nianbao", ["--help"], resilient_parsing=True)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its full name."""
    group, context = program()
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        below = getattr(command, "commands", {})
        own = {f"{name} {each}": one for each, one in below.items()}
        if not below or getattr(command, "invoke_without_command", False):
            own[name] = command
        yield from own.items()


ALL = dict(commands())


def promised() -> Iterator[tuple[str, str]]:
    """(command, what the document says beside it) for each command of the first column, alternatives spelt out."""
    for usage, *said in ROWS:
        for quoted in re.findall(r"`nianbao ([^`]+)`", usage):
            plain = quoted.replace("\\|", "|")
            words = [re.findall(r"^[a-z|]+$", word) for word in plain.split()]
            names = [""]
            for word in words:
                if not word:
                    break
                names = [f"{name} {each}".strip() for name in names for each in word[0].split("|")]
            for name in names:
                yield name, f"{quoted} {ours(' '.join(said))}"


def ours(text: str) -> str:
    """The text without what it quotes of other programs."""
    return re.sub(r"`([^`]*)`", lambda quoted: quoted[1] if quoted[1].startswith(("nianbao ", "--")) else " ", text)


def options(command: Any) -> list[set[str]]:
    """The names of each option, those that switch it off among them: one of them is enough to tell it."""
    named = [{*parameter.opts, *parameter.secondary_opts} for parameter in command.params]
    return [names for names in named if any(name.startswith("--") for name in names)]


@pytest.mark.parametrize("name", [name for name in ALL if name])
def test_every_command_says_what_it_does_with_an_example(name):
    said = ALL[name].help or ""
    assert "Example: " in said
    assert f"nianbao {name.split()[0]}" in said


def test_every_group_has_an_example_and_every_example_can_be_called_so():
    group, context = program()
    below = [group.get_command(context, name) for name in group.list_commands(context)]
    helps = [group.help, *(one.help for one in below), *(one.help for one in ALL.values())]
    for said in helps:
        examples = re.findall(r"Example: (?:NIANBAO_\S+ )?nianbao (.+)", said or "")
        assert examples, said
        for example in examples:
            first, *words = shlex.split(example)
            command = group.get_command(context, first)
            if words and words[0] in getattr(command, "commands", {}):
                command = command.commands[words.pop(0)]
            command.make_parser(context).parse_args(words)  # no option that is not there, none without its value


def test_the_document_names_every_command_and_none_that_is_not_there():
    told = {name for name, _ in promised()}
    known = {name if name in ALL else name.rpartition(" ")[0] for name in told}
    assert sorted(known - ALL.keys()) == []
    assert sorted(ALL.keys() - known) == []


@pytest.mark.parametrize("name", ALL)
def test_every_option_of_a_command_is_told_and_none_that_it_has_not(name):
    said = " ".join(text for told, text in promised() if told == name or told.rpartition(" ")[0] == name)
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", said))
    siblings = [command for other, command in ALL.items() if other.split()[0] == name.split()[0]]
    assert sorted(told - {option for command in siblings for names in options(command) for option in names}) == []
    assert [names for names in options(ALL[name]) if not names & (told | UNTOLD)] == []
