"""Inputs for the tests of networks."""

import torch


def a_gradient(height=64, width=96):
    return torch.linspace(0, 100, height * width).view(1, 1, height, width)
