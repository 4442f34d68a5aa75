"""Every model, scaled down."""

import pytest

from colorizer.models import MODELS
from tests.models.scaled import scaled_model


@pytest.fixture(params=list(MODELS))
def model(request):
    return scaled_model(request.param).eval()
