"""What the tests of image sequences share."""

from colorizer.commands import cli


def run(*arguments: object) -> int:
    return cli.main(["run", "--size", "64", "-q", *map(str, arguments)])
