"""Content Credentials (C2PA): a signature, by the user's own key, that says the colour was added.

It is the last thing written into a result, as any later change would break it. Signing needs no
network; the signature has no time stamp of a third party.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from colorizer import __version__
from colorizer.errors import SettingsError, TargetError
from colorizer.files.bundle import how_to_get
from colorizer.files.strangers import NOTES_BYTES, open_regular, read_whole
from colorizer.notes import note
from colorizer.places.frame_pattern import is_pattern

_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_ALGORITHMS = (
    ("1.2.840.10045.3.1.7", "es256"),
    ("1.3.132.0.34", "es384"),
    ("1.3.132.0.35", "es512"),
    ("1.2.840.113549.1.1", "ps256"),
    ("1.3.101.112", "ed25519"),
)
"""Object identifier in a key -> algorithm of its signatures."""


class Signing:
    """Signs results with one certificate and key.

    Args:
        certificate: PEM file, the signer's certificate first, then those it hangs on.
        key: PEM file of its private key, without a password.

    Raises:
        SettingsError: the library is missing or a file can't be used.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        try:
            import c2pa
        except ImportError as error:
            raise SettingsError(
                note("signing.needs_library", how=how_to_get("film-colorizer[c2pa]"))
            ) from error
        try:
            chain, private = (read_whole(file, NOTES_BYTES) for file in (certificate, key))
        except OSError as error:
            raise SettingsError(
                note("file.path_cannot_read", file=error.filename, why=error.strerror)
            ) from error
        if b"BEGIN CERTIFICATE" not in chain:
            raise SettingsError(note("signing.no_certificate", file=certificate))
        algorithm = _algorithm(key, private)
        info = c2pa.C2paSignerInfo(algorithm.encode(), chain, private, None)
        try:
            self._signer = c2pa.Signer.from_info(info)
        except c2pa.C2paError as error:
            raise SettingsError(
                note("signing.cannot_sign", certificate=certificate, key=key, why=_line(error))
            ) from error

    def sign(self, part: Path, *, target: Path, source: Path, model: str) -> list[str]:
        """Sign a complete result in its place.

        Args:
            part: the file.
            target: the name it will have; its suffix tells the format.
            source: what it was made from, named in the signature as its parent.
            model: that made the colour.

        Returns:
            A line for what can't be signed.

        Raises:
            TargetError: signing failed; `part` is as it was.
        """
        import c2pa

        if is_pattern(part):  # a single file is complete
            return [note("signing.no_one_file")]
        known = c2pa.Builder.get_supported_mime_types()
        kind = target.suffix.lower().removeprefix(".")
        if kind not in known:
            return [note("signing.no_way", suffix=kind)]
        signed = part.with_name(part.name + ".signed")
        warnings = []
        try:
            with c2pa.Builder(_manifest(target, model)) as builder:
                if not _add_parent(builder, source, known):
                    warnings.append(note("signing.source_not_named"))
                with part.open("rb") as read, signed.open("w+b") as written:
                    builder.sign(self._signer, kind, read, written)
            signed.replace(part)
        except (c2pa.C2paError, OSError) as error:
            signed.unlink(missing_ok=True)
            raise TargetError(target, note("signing.failed", why=_line(error))) from error
        return warnings


def _manifest(target: Path, model: str) -> dict[str, Any]:
    agent = {"name": "Colorizer", "version": __version__}
    colour = {
        "action": "c2pa.color_adjustments",
        "digitalSourceType": _SOURCE_TYPE,
        "softwareAgent": agent,
        "description": f"colour added by the trained model {model}; it is a guess",
    }
    return {
        "claim_generator_info": [agent],
        "title": target.name,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [colour]}}],
    }


def _add_parent(builder: Any, source: Path, known: list[str]) -> bool:
    """Name the source as what was opened; return whether its format is known."""
    import c2pa

    kind = source.suffix.lower().removeprefix(".")
    if kind in known:
        with suppress(c2pa.C2paError, OSError), open_regular(source) as file:
            named = {"title": source.name, "relationship": "parentOf"}
            builder.add_ingredient(named, kind, file)
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
            return True
    made = c2pa.C2paDigitalSourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
    builder.set_intent(c2pa.C2paBuilderIntent.CREATE, made)
    return False


def _algorithm(key: Path, pem: bytes) -> str:
    """Return the algorithm that a private key signs with.

    Raises:
        SettingsError: no key, or one that C2PA does not use.
    """
    import base64

    lines = pem.decode("ascii", "replace").splitlines()
    body = "".join(line for line in lines if "-----" not in line and ":" not in line)
    with suppress(ValueError):
        data = base64.b64decode(body) if "PRIVATE KEY" in pem.decode("ascii", "replace") else b""
        if data and "BEGIN RSA PRIVATE KEY" in lines[0]:
            return "ps256"
        for identifier, name in _ALGORITHMS:
            if _encoded(identifier) in data:
                return name
    raise SettingsError(note("signing.no_private_key", file=key))


def _encoded(identifier: str) -> bytes:
    """Return an object identifier as it stands in DER, without its length."""
    first, second, *rest = map(int, identifier.split("."))
    found = bytearray([40 * first + second])
    for number in rest:
        group = [number & 0x7F]
        while number := number >> 7:
            group.append(0x80 | number & 0x7F)
        found += bytes(reversed(group))
    return bytes(found)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())
