"""Every codec that can be asked for is known wherever codecs are told apart."""

import pytest

from colorizer.media.film import codecs
from colorizer.media.film.coding import PictureFacts, choose_coding
from colorizer.settings import CODECS, PRESETS, FilmWriting
from gui.words.setting_words import choice_words


def test_every_list_of_codecs_is_the_same():
    assert set(CODECS) == set(codecs._CODECS)
    assert set(PRESETS.values()) - {None} <= set(CODECS)


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_has_options_and_a_name_in_the_window(codec):
    picture = PictureFacts((576, 720), 8, "420", False)
    coding = choose_coding(FilmWriting(codec=codec), picture, threads=1)
    assert coding.encoder
    assert choice_words(codec, "codec")
    profile = coding.options.get("profile", "")
    assert profile.startswith("dnxhr") == (codec == "dnxhr"), "no codec gets another's options"
