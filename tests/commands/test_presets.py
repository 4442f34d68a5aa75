"""Settings in files. What is written is read by Python's own TOML parser."""

import json
import tomllib
from dataclasses import fields

import pytest

from colorizer.archive.records.preset_files import OF_ONE_FILM, read_settings, write_settings
from colorizer.commands import cli
from colorizer.commands.cli import program_parser
from colorizer.commands.options import settings_from
from colorizer.commands.report import ExitCode
from colorizer.errors import SettingsError
from colorizer.settings import Settings

OTHER = Settings(
    vividness=0.1, codec="ffv1", verify=True, jpeg_quality=88, weights='it\'s "é" \\ \x7f'
)


def test_settings_go_through_a_file(tmp_path):
    file = tmp_path / "own.toml"
    write_settings(file, OTHER)
    assert tomllib.loads(file.read_text())["weights"] == str(OTHER.weights)
    assert Settings.from_dict(read_settings(file)) == OTHER
    write_settings(file, Settings())
    assert file.read_bytes() == b""


def test_presets_of_version_01_are_read(tmp_path):
    file = tmp_path / "soft.json"
    file.write_text(json.dumps({"schema": 1, "settings": {"vividness": 0.1, "codec": "ffv1"}}))
    assert read_settings(file) == {"vividness": 0.1, "codec": "ffv1"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour = 1", "unknown setting 'colour'"),
        ("vividness = 9", "--vividness must be from"),
        ('vividness = "much"', "--vividness"),
        ('codec = "divx"', "--codec must be one of"),
        ("verify = 1", "--verify can't be 1"),
        ('shots = "a.csv"', "shots is of one film or photo"),
        ("codec =", "holds no settings"),
        ("[" * 5000, "holds no settings"),
        ('{"settings": 3}', "holds no settings"),
        ("\0", "holds no settings"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_it(tmp_path, text, told):
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as error:
        read_settings(file)
    assert told in str(error.value)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


def test_options_come_before_the_file(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text('codec = "ffv1"\njpeg-quality = 70\n')
    words = ["run", "a.png", "-o", "out", "--settings", str(file), "--codec", "prores"]
    settings = settings_from(program_parser().parse_args(words))
    assert (settings.codec, settings.jpeg_quality) == ("prores", 70)


def test_the_list_is_a_file_of_every_setting(tmp_path, capsys):
    assert cli.main(["settings"]) == ExitCode.OK
    text = capsys.readouterr().out
    lines = [line.removeprefix("# ") for line in text.splitlines() if " = " in line]
    shown = [line for line in lines if line.split(" = ")[0] in {i.name for i in fields(Settings)}]
    assert len(shown) == len(fields(Settings)) - len(OF_ONE_FILM)
    assert tomllib.loads(text) == {}
    named = {name: value for name, value in tomllib.loads("\n".join(shown)).items() if value != ""}
    assert Settings.from_dict(named) == Settings()


def test_a_file_is_explained(tmp_path, capsys):
    file = tmp_path / "own.toml"
    write_settings(file, OTHER)
    assert cli.main(["settings", str(file)]) == ExitCode.OK
    text = capsys.readouterr().out
    assert tomllib.loads(text) == read_settings(file)
    assert f"# {Settings.__dataclass_fields__['codec'].metadata['help']}" in text
    file.write_text("colour = 1")
    assert cli.main(["settings", str(file)]) == ExitCode.USAGE
