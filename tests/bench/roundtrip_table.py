"""How the matrix of round trips is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_HEAD = """\
# What round trips keep

Made by `python -m tests.bench.roundtrip --markdown > tests/bench/ROUNDTRIP.md`.

"yes" is kept, "said" is lost or changed with a line that says so, "LOST" is lost without a word,
"FAILED" has no result, "-" can't be asked. H.264 and H.265 are written with `--quality 0`.
"""


def as_text(row: Any, columns: Sequence[str]) -> str:
    """Return a row as one line."""
    return f"{row.group:16} {row.pix_fmt:14} " + " ".join(
        f"{name} {row.kept[name]}" for name in columns if name in row.kept
    )


def as_markdown(tables: dict[str, list[Any]], columns: Sequence[str]) -> str:
    """Return tables in which rows alike but for their pixel format are one.

    Args:
        tables: title -> `roundtrip.Row`s.
        columns: in their order; those that no row of a table has are left out.
    """
    parts = [_HEAD]
    told: dict[str, None] = {}
    for title, rows in tables.items():
        used = [name for name in columns if any(name in row.kept for row in rows)]
        parts.append(f"| {title} | pixel formats | {' | '.join(used)} |")
        parts.append("|---" * (2 + len(used)) + "|")
        groups: dict[tuple[str, ...], list[Any]] = {}
        for row in rows:
            others = (row.kept.get(name, "-") for name in used if name != "luma")
            groups.setdefault((row.group, *others), []).append(row)
            told.update(dict.fromkeys(row.told.values()))
        for (group, *others), alike in groups.items():
            formats = ", ".join(row.pix_fmt for row in alike)
            luma = list(dict.fromkeys(row.kept["luma"] for row in alike))
            shown = luma[0] if len(luma) == 1 else f"{min(luma)} to {max(luma)}"
            parts.append(f"| {group} | {formats} | {' | '.join((shown, *others))} |")
        parts.append("")
    parts.append("The lines that say it:\n")
    parts += [f"- {line}" for line in told]
    return "\n".join(parts)
