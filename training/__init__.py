"""Make, train and judge the networks."""

import colorizer as colorizer  # says how torch's threads wait, before torch is loaded
