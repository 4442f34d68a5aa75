"""A matrix of cases of which the default suite runs some, and the slow one the rest."""

from collections.abc import Iterable
from typing import Any

import pytest


def mostly_slow(cases: Iterable[Any], *usual: Any) -> list[Any]:
    """Return cases as `parametrize` takes them; all but the usual ones are slow.

    Args:
        cases: values, or tuples of them.
        usual: those that stand for all in the default suite.
    """
    cases = list(cases)
    missing = [case for case in usual if case not in cases]
    assert not missing, missing
    return [case if case in usual else _slow(case) for case in cases]


def _slow(case: Any) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
