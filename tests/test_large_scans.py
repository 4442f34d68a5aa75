"""Large scans stay within bounded memory; `tests.bench.large` measures 200 megapixels too."""

import pytest

pytest.importorskip("resource", reason="peak memory of a child is asked of a Unix")


@pytest.mark.slow
@pytest.mark.parametrize("to", ["tiff", "png"])
def test_a_24_megapixel_master_takes_less_than_a_gigabyte(tmp_path, to):
    from tests.bench.large import colorize, draw

    source = tmp_path / "scan.tif"
    draw(source, 24)
    memory, _ = colorize(source, tmp_path / "out", to)
    assert memory < 1000
