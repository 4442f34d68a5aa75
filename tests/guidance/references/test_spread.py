"""What a reference changed is changed alike where it is not seen but things are alike."""

import numpy as np
import pytest

from colorizer.guidance.references.spread import Claim, lay_claims
from tests.stages.shots_drawn import plain

SIZE = (60, 80)


def scene():
    """Return L and predicted ab of a picture of two things: sky above, grass below."""
    L, ab = np.full(SIZE, 80, np.float32), plain((0, -10), SIZE)
    L[30:], ab[:, 30:] = 40, np.array([-10, 20], np.float32)[:, None, None]
    return L, ab


def claim_of(where, colour, share=1.0):
    weight = np.zeros(SIZE, np.float16)
    weight[where] = share
    return Claim(plain(colour, SIZE).astype(np.float16), weight, share)


def test_a_claim_is_obeyed_and_what_is_unlike_is_left_alone():
    L, ab = scene()
    done = lay_claims(L, ab, [(1.0, claim_of(np.s_[34:56, :], (5, 40)))], 1.0)
    assert np.abs(done[:, 36:54] - np.array([5, 40])[:, None, None]).max() < 0.1
    assert np.abs(done[:, :28] - ab[:, :28]).max() < 0.1


def test_what_is_like_it_follows():
    L, ab = scene()
    done = lay_claims(L, ab, [(1.0, claim_of(np.s_[34:56, :40], (5, 40)))], 1.0)
    assert done[0, 40:50, 50:70].mean() == pytest.approx(5, abs=1)
    assert done[1, 40:50, 50:70].mean() == pytest.approx(40, abs=1.5)


def test_next_to_no_claim_changes_next_to_nothing():
    L, ab = scene()
    done = lay_claims(L, ab, [(1.0, claim_of(np.s_[40:44, 10:16], (5, 40)))], 1.0)
    assert np.abs(done - ab)[:, 48:, 40:].mean() < 2


def test_strength_and_distance_weaken_it():
    L, ab = scene()
    half = lay_claims(L, ab * 0.5, [(1.0, claim_of(np.s_[30:], (20, 40)))], 0.5)
    assert half[:, 45, 40] == pytest.approx((10, 20), abs=0.2)
    far = lay_claims(L, ab, [(1.0, claim_of(np.s_[30:], (20, 40), 0.25))], 1.0)
    assert -5 < far[0, 45, 40] < 5


def test_two_claims_are_mixed_by_their_parts():
    L, ab = scene()
    claims = [(0.75, claim_of(np.s_[30:], (20, 40))), (0.25, claim_of(np.s_[30:], (-20, 0)))]
    assert lay_claims(L, ab, claims, 1.0)[:, 45, 40] == pytest.approx((10, 30), abs=0.2)
