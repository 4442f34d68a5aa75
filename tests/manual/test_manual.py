"""The manual: every page exists, names real options and formats, and is plain English."""

import argparse
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import colorizer.manual
from colorizer.commands import cli
from colorizer.commands import help as command
from colorizer.manual import TOPICS, page, summary
from colorizer.manual.option_table import option_page
from tests.plain_english import faults

FOLDER = Path(colorizer.manual.__file__).parent


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser and those of its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from parsers(one)


ALL = list(parsers(cli.program_parser()))
OPTIONS = {name for parser in ALL for action in parser._actions for name in action.option_strings}
COMMANDS = {parser.prog for parser in ALL}


def test_topics_are_the_pages():
    assert {file.stem for file in FOLDER.glob("*.md")} == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_has_a_title_and_a_line_that_says_what_it_is_about(topic):
    title, blank, line, after = page(topic).split("\n")[:4]
    assert re.fullmatch(r"# [A-Z].+", title)
    assert blank == after == ""
    assert summary(topic) == line
    assert line.endswith(".")
    assert len(line) < 100


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_names_only_options_commands_and_pages_that_exist(topic):
    text = page(topic)
    own = re.sub(r"`python -m[^`]*`", "", text)
    own = re.sub(r"^.*(python -m|ray start).*$", "", own, flags=re.MULTILINE)
    assert set(re.findall(r"(?<![\w-])--[a-z][\w-]+", own)) - {"--no-"} <= OPTIONS | {
        "--theme", "--scale", "--language",  # of gui.screenshots
        "--disable-usage-stats",  # of ray
    }  # fmt: skip
    named = re.findall(r"^colorizer (\w+)|`colorizer (\w+)", text, re.MULTILINE)
    assert {f"colorizer {a or b}" for a, b in named} <= COMMANDS
    assert set(re.findall(r"colorizer help (\w+)", text)) <= {*TOPICS}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_plain_english(topic):
    assert faults(page(topic)) == []


@pytest.mark.parametrize("parser", ALL, ids=lambda parser: parser.prog)
def test_help_is_plain_english(parser):
    texts = [parser.description, parser.epilog, *(action.help for action in parser._actions)]
    assert [fault for text in texts if text for fault in faults(text)] == []


def test_the_page_of_options_is_that_of_the_settings():
    assert page("options") == option_page(), "run python -m colorizer.manual"


def test_help_lists_topics_and_shows_pages(capsys):
    assert cli.main(["help"]) == 0
    listed = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[0] for line in listed] == list(TOPICS)
    assert cli.main(["help", "films"]) == 0
    assert capsys.readouterr().out == (FOLDER / "films.md").read_text(encoding="utf-8")


def test_an_unknown_topic_is_one_line_with_the_topics(capsys):
    assert cli.main(["help", "moving pictures"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert all(topic in told.err for topic in TOPICS)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_the_pager_and_text_if_it_has_none(monkeypatch, tmp_path):
    shown = tmp_path / "shown.txt"
    copy = f"import sys; open({str(shown)!r}, 'wb').write(sys.stdin.buffer.read())"
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("PAGER", subprocess.list2cmdline([sys.executable, "-c", copy])
                       if os.name == "nt" else f'{sys.executable} -c "{copy}"')  # fmt: skip
    command._show(page("speed"))
    assert shown.read_text(encoding="utf-8") == page("speed")
    assert sys.stdout.getvalue() == ""
    monkeypatch.setenv("PAGER", "no-such-pager")
    command._show(page("speed"))
    assert sys.stdout.getvalue() == page("speed")
