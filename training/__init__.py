"""Make, train and judge the networks."""
