"""What many tests share."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# Two processes of tests share the cores: more threads in each would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")

import numpy as np
import pytest

gc.disable()  # until all modules are imported
if "PYTEST_XDIST_WORKER" in os.environ:
    import torch  # noqa: F401 - after Qt, whose bindings look at each module, it takes twice as long

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def shared_data() -> Path:
    """Real photos and films kept beside a developer's checkout; skips where they are absent."""
    if not DATA.is_dir():
        pytest.skip("no shared data beside the checkout")
    return DATA


@pytest.fixture(scope="session", autouse=True)
def _a_picture_is_looked_at_once() -> Iterator[None]:
    """Keep what the encoder finds for negatives in a picture: many tests draw the same ones."""
    if not (module := sys.modules.get("colorizer.stages.negatives")):
        yield
        return
    plain, found = module.findings, {}

    def findings(L: np.ndarray) -> np.ndarray:
        key = L.shape, L.dtype, L.tobytes()
        if key not in found:
            found[key] = plain(L)
        return found[key].copy()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "findings", findings)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Make all but the first case of a test that is marked `matrix` slow."""
    seen = set()
    for item in items:
        if item.get_closest_marker("matrix") and not item.get_closest_marker("slow"):
            test = item.nodeid.partition("[")[0]
            if test in seen:
                item.add_marker("slow")
            seen.add(test)


def pytest_collection_finish() -> None:
    """Keep modules and tests out of garbage collections, which would look through each."""
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()
