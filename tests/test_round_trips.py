"""Nothing of a film is lost without a word, whatever codec and container it goes into."""

import pytest

from colorizer.media.codecs import _CODECS
from tests.bench.roundtrip import SOURCES, output_row, source_row

PAIRS = [(name, suffix) for name, known in _CODECS.items() for suffix in known.suffixes]


@pytest.mark.slow
@pytest.mark.parametrize(("codec", "suffix"), [pair for pair in PAIRS if pair[1] != ".m4v"])
def test_what_a_codec_and_container_do_not_keep_is_said(tmp_path, codec, suffix):
    known = _CODECS[codec]
    deep = "" if known.depths[0] == 8 else f"{known.depths[0]}le"
    row = output_row(tmp_path, codec, suffix, f"yuv{known.samplings[0]}p{deep}")
    assert "LOST" not in row.kept.values(), row.kept
    assert (row.kept["luma"] == "exact") is (codec in ("h264", "h265", "ffv1", "v210"))


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: " ".join(source[:3]))
def test_films_of_every_container_come_through_whole(tmp_path, source):
    assert "LOST" not in source_row(tmp_path, *source).kept.values()
