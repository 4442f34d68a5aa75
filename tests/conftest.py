"""What many tests share."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def shared_data() -> Path:
    """Real photos and films kept beside a developer's checkout; skips where they are absent."""
    if not DATA.is_dir():
        pytest.skip("no shared data beside the checkout")
    return DATA
