"""Words that read like another language word for word, and what the field's manuals say."""

import re

AVOID = {
    r"\b(is|are|was|were|be|not|what|already) there\b(?! (is|are|was|a|an|no|any))": "exists",
    r"\bthere is (it|none|one)\b": "exists",
    r"\b(goes|go|going|went) on\b": "continues",
    r"\bin work\b": "in progress",
    r"\banew\b": "again",
    r"\bbeside\b": "next to, besides",
    r"\bbehind\b": "after",
    r"\bwho(so)?ever\b|\bwhom\b": "name the person or thing",
    r"\bof no account\b": "ignored",
    r"\b(needed|all|none) but\b": "required unless, except",
    r"\bin hand\b": "current",
    r"\bobeyed\b": "read, used",
    r"\bthe asked\b": "the requested",
    r"\bis no (file|folder|photo|film|valid|template|such)\b": "is not a",
    r"\bone a line\b|\bonce a run\b|\bone a\b": "per",
    r"\bso long\b": "for this time",
    r"\bunsure\b": "low confidence",
    r"\bcoloris|\bcolouri[sz]e": "colorize",
    r"\bcolours? (it|them|five|each)\b": "colorize",
}  # fmt: skip
"""Pattern -> what to write instead."""


def faults(text: str) -> list[str]:
    """Return the words of a text that are to be avoided, each with what to write instead."""
    return [
        f"{found.group()!r} in {text[max(0, found.start() - 30) : found.end() + 30]!r}: {better}"
        for pattern, better in AVOID.items()
        for found in re.finditer(pattern, text, re.IGNORECASE)
    ]
