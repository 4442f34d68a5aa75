import pytest
import torch

from training.schedule import rate_factor


def test_cosine_warms_up_and_falls_to_nothing():
    assert rate_factor("cosine", 0, 0.0, 10) == pytest.approx(0.1)
    assert rate_factor("cosine", 50, 0.0, 10) == 1
    assert rate_factor("cosine", 50, 0.5, 10) == pytest.approx(0.5)
    assert rate_factor("cosine", 50, 1.0, 10) == 0


def test_constant_stays():
    assert {rate_factor("constant", 0, p, 0) for p in (0.0, 0.3, 1.0)} == {1.0}


def test_onecycle_is_torchs():
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1.0, total_steps=1001, cycle_momentum=False
    )
    for step in range(1001):
        # torch's rise ends a step before 30 % of the run
        wanted = schedule.get_last_lr()[0]
        assert rate_factor("onecycle", step, step / 1000, 0) == pytest.approx(wanted, abs=6e-3)
        optimizer.step()
        schedule.step()
