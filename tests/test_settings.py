"""Settings are declared once and check themselves."""

import json
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from colorizer.errors import SettingsError
from colorizer.settings import (
    Colouring,
    FilmWriting,
    Keeping,
    PhotoWriting,
    Reading,
    Settings,
)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"size": 32}, "--size must be from 64 to 1024, got 32"),
        ({"strength": -0.1}, "--strength must be from 0.0 to 2.0"),
        ({"vividness": 1.5}, "--vividness must be"),
        ({"jpeg_quality": 101}, "--jpeg-quality must be"),
        ({"codec": "xvid"}, "--codec must be one of h264, h265"),
        ({"existing": "ask"}, "--existing must be one of skip, update"),
        ({"quality": 64}, "--quality must be from 0 to 63"),
        ({"size": "256"}, "--size must be a number"),
        ({"size": True}, "--size must be a number"),
    ],
)
def test_bad_values_name_the_option(values, message):
    with pytest.raises(SettingsError, match=message):
        Settings(**values)


def test_a_preset_names_the_codec():
    assert Settings(preset="archive").codec == "ffv1"
    assert Settings(preset="edit", codec="prores").codec == "prores"
    assert Settings.from_dict(Settings(preset="web").as_dict()).codec == "av1"
    with pytest.raises(SettingsError, match="--preset archive is ffv1; leave out --codec"):
        Settings(preset="archive", codec="h265")
    with pytest.raises(SettingsError, match="--hardware is never exact"):
        Settings(hardware=True, quality=0)


def test_settings_travel_through_json():
    settings = Settings(weights=Path("a/b.safetensors"), quality=0, smooth=False, strength=1.5)
    assert Settings.from_dict(json.loads(json.dumps(settings.as_dict()))) == settings
    assert Settings.from_dict({}) == Settings()


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(SettingsError, match="unknown setting 'sise'; known are model, weights"):
        Settings.from_dict({"sise": 3})


def test_settings_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Settings().size = 128


def test_every_field_is_declared_with_help():
    assert all(item.metadata["help"] for item in fields(Settings))


def test_a_file_may_be_named_as_text():
    assert Settings(weights="a.safetensors").weights == Path("a.safetensors")
    assert Settings(weights="").weights is None


def test_every_slice_checks_its_own_values():
    for part, values in [
        (Reading, {"start": "soon"}),
        (Colouring, {"size": 1}),
        (FilmWriting, {"preset": "archive", "codec": "h265"}),
        (PhotoWriting, {"jpeg_quality": 0}),
        (Keeping, {"name": "{nothing}"}),
    ]:
        with pytest.raises(SettingsError):
            part(**values)
        with pytest.raises(SettingsError):
            Settings(**values)


def test_a_slice_is_read_from_all_settings_and_takes_its_own():
    told = Settings(start="3", codec="ffv1", damaged="salvage").as_dict()
    assert Reading.within(told) == Reading(start="3", damaged="salvage")
    with pytest.raises(SettingsError, match="--start"):
        Reading.within({**told, "start": 3})
