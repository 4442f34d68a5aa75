"""Everything of a film but its picture: sound, subtitles, attachments, chapters, metadata.

Packets are copied as they are, read in a second pass that keeps step with the encoded video, so
that no more than the difference between two frames is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer import __version__
from colorizer.media.film.clock import Clock, DecodeTimes, Epoch, near_epoch
from colorizer.media.film.container import open_container
from colorizer.media.film.matroska import delay_room
from colorizer.media.film.open import chapters_within, is_cover
from colorizer.media.film.priming import MUXERS, early_sound
from colorizer.media.film.sound import Cuts
from colorizer.media.film.streams import template_options
from colorizer.media.film.subtitles import rewritten, text_codec
from colorizer.notes import note
from colorizer.places.timecode import advance_timecodes

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer, OutputContainer

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC digital source type of a picture to which a trained model has added colour."""
NOTE = f"Colour added by machine (Colorizer {__version__}); digital source type: {SOURCE_TYPE}"
"""Comment that every film gets, after its own."""
_OWN_TAGS = ("encoder", "major_brand", "minor_version", "compatible_brands", "duration")
"""Container tags that describe the old file."""
_AROUND = 10
"""Seconds around a part in which titles on show at its edges, and late packets, are looked for."""
_LOOKED_AT = 500
"""Packets of a copied picture stream that are looked at for the order of its frames."""
_QUICKTIME = {
    **{"deu": "ger", "nld": "dut", "swe": "sve", "ell": "gre", "isl": "ice", "zho": "chi"},
    **{"fre": "fra", "cze": "ces", "slo": "slk", "rum": "ron", "eus": "baq", "fas": "per"},
    **{"sqi": "alb", "mkd": "mac", "msa": "may"},
}
"""Languages (ISO 639-2) by the code under which FFmpeg writes them into QuickTime."""
_STATISTICS = ("duration", "bps", "number_of_", "_statistics", "encoder", "alpha_mode")
"""Beginnings of stream tags that describe the old coding."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a film."""

    first: int
    """Index of its first frame."""
    rate: Fraction
    """Frames per second."""
    seconds: Fraction | None
    """How long it is; None up to the film's end."""


class StreamCopy:
    """Copies streams of a film into an output, up to a given time.

    Attributes:
        delays: name and seconds of every sound track that needs a delay in its header.
    """

    def __init__(
        self,
        source: Path,
        indices: list[int],
        origin: Fraction,
        part: Part | None = None,
        epochs: Sequence[Epoch] = (),
    ) -> None:
        """Open the film once more.

        Args:
            source: the film.
            indices: streams to copy.
            origin: seconds subtracted from every time stamp.
            part: what of the film is wanted, None for all.
            epochs: the new clocks that its picture came to.
        """
        self.delays: list[tuple[str, Fraction]] = []
        self._epochs = epochs
        self._source = source
        self._part = part
        self._longest = Fraction(0)
        self._container = open_container(source, picture=True)
        self._indices = indices
        self._origin = origin
        self._outputs: dict[int, Any] = {}
        self._clocks: dict[int, Clock] = {}
        self._orders: dict[int, DecodeTimes] = {}
        self._warnings: list[str] = []
        self._output: Any = None
        self._cuts = Cuts()
        self._early: dict[int, Fraction] = {}

    def add_to(self, output: OutputContainer) -> None:
        """Add the streams, chapters and metadata to an output that has its video stream."""
        self._output = output
        if output.format.name in MUXERS and not (self._part and self._part.first):
            self._early = early_sound(self._source, self._indices, self._origin)
        for index in self._indices:
            stream = self._container.streams[index]
            if output.format.name == "matroska" and is_cover(stream):
                self._attach(stream)
                continue
            text = text_codec(stream, output.format.name)
            copy: Any = (
                output.add_mux_stream(text)
                if text
                else output.add_stream_from_template(stream, **template_options(stream))
            )
            copy.metadata.update(stream_tags(stream, output.format.name, coded_again=False))
            if early := self._early.get(index):
                name = copy.metadata.get("title", "")
                copy.metadata["title"] = name + delay_room(early)
                self.delays.append((name, early))
            copy.disposition = int(stream.disposition)
            self._outputs[index] = copy
            self._clocks[index] = Clock(
                Fraction(stream.time_base or 1), is_gap=self._is_gap, known=self._epochs
            )
            if stream.type == "video" and (ahead := _order_delay(self._source, stream)):
                self._orders[index] = DecodeTimes(ahead)
        own = container_tags(self._container, output.format.name)
        if self._part:
            advance_timecodes(own, self._part.first, self._part.rate)
            if self._part.first:  # or sound before it would be skipped
                self._seek()
        output.metadata.update(own)
        length = self._part.seconds if self._part else None
        chapters: Any = chapters_within(self._container.chapters(), self._origin, length)
        output.set_chapters(chapters)
        self._packets = self._container.demux(
            [self._container.streams[index] for index in self._outputs]
        )
        self._next = self._read() if self._outputs else None

    def until(self, seconds: Fraction | None) -> None:
        """Copy all packets up to a time; None copies the rest."""
        while self._next is not None and (seconds is None or self._next[0] <= seconds):
            self._output.mux(self._next[1])
            self._next = self._read()

    def report(self) -> list[str]:
        """Return what had to be mended or was lost, one line each."""
        mended = sum(clock.mended for clock in self._clocks.values())
        if mended:
            self._warnings.append(note("film.copied_stamps_mended", number=mended))
        if self._longest:
            shown = max(1, round(self._longest * 1000))
            self._warnings.append(note("film.sound_cut", milliseconds=shown))
        return self._warnings

    def close(self) -> None:
        """Close the second view of the film."""
        self._container.close()

    def _read(self) -> tuple[Fraction, Packet] | None:
        """Return the next packet with its new time in seconds."""
        from av.error import FFmpegError

        while True:
            try:
                packet = next(self._packets)
            except StopIteration:
                return None
            except (FFmpegError, OSError) as error:
                reason = getattr(error, "strerror", error)
                self._warnings.append(note("film.sound_cut_off", why=reason))
                return None
            if packet.dts is None and packet.pts is None and not packet.size:
                continue  # PyAV's end mark
            if self._cuts.leaves_out(packet):
                continue
            stream = packet.stream
            text = text_codec(stream, self._output.format.name)
            copied = rewritten(packet, text) if text else packet
            if copied is None:
                continue
            time = self._retimed(copied, stream.index)
            if self._part is None or self._is_wanted(copied, stream, time, self._part.seconds):
                return max(time, Fraction(0)) if self._part else time, copied
            if self._part.seconds is not None and time > self._part.seconds + _AROUND:
                return None

    def _is_wanted(
        self, packet: Packet, stream: Any, time: Fraction, seconds: Fraction | None
    ) -> bool:
        """Tell whether a packet belongs to the part; a title on show at its beginning is cut."""
        if is_cover(stream):
            packet.pts = packet.dts = 0
            return True
        base = Fraction(packet.time_base)
        length = (packet.duration or 0) * base
        if stream.type == "audio":
            self._longest = max(self._longest, length)
        if seconds is not None and time - self._early.get(stream.index, 0) >= seconds:
            return False
        if stream.type == "subtitle":
            end = time + length if seconds is None else min(time + length, seconds)
            begin = max(time, Fraction(0))
            packet.pts = packet.dts = round(begin / base)
            packet.duration = round((end - begin) / base)
            return end > 0
        return time >= 0

    def _seek(self) -> None:
        """Go near the part wanted; where the file can't be sought all is read."""
        from av.error import FFmpegError

        if self._epochs:
            return  # a time may be met twice
        with suppress(FFmpegError):
            self._container.seek(max(0, int((self._origin - _AROUND) * 10**6)))

    def _retimed(self, packet: Packet, index: int) -> Fraction:
        base, step = Fraction(packet.time_base), packet.duration or 1
        start = round(self._origin / base)
        stamp = packet.pts if packet.dts is None else packet.dts
        if index in self._orders and packet.pts is not None:
            stamp = self._orders[index].of(packet.pts, packet.dts, step)
        dts = self._clocks[index].advance(stamp, step) - start
        if early := self._early.get(index):
            dts += round(early / base)
        # A stamp mended moves the presentation by as much.
        moved = dts - (dts if stamp is None else stamp)
        packet.pts = dts if packet.pts is None else packet.pts + moved
        packet.dts = dts
        packet.stream = self._outputs[index]
        return dts * base

    def _is_gap(self, _: Fraction, end: Fraction) -> bool:
        """Tell whether a large step forward is one of the picture's clock too; else it is a gap."""
        return near_epoch(self._epochs, end) is None

    def _attach(self, stream: Any) -> None:
        """Turn a cover picture into a Matroska attachment."""
        with open_container(Path(self._container.name.removeprefix("file:"))) as container:
            packet = next(container.demux(container.streams[stream.index]), None)
            data = bytes(packet) if packet is not None else b""
        codec = stream.codec_context.name if stream.codec_context else "mjpeg"
        kind = {"mjpeg": "jpeg"}.get(codec, codec)
        name = stream.metadata.get("filename", f"cover.{'jpg' if kind == 'jpeg' else kind}")
        self._output.add_attachment(name, stream.metadata.get("mimetype", f"image/{kind}"), data)


def _order_delay(source: Path, stream: Any) -> int:
    """Return how many packets of a stream its coding order runs ahead of its showing order."""
    times = []
    with open_container(source, picture=True) as container:
        for packet in container.demux(container.streams[stream.index]):
            if packet.size and packet.pts is not None:
                times.append(packet.pts)
            if len(times) == _LOOKED_AT:
                break
    rank = {stamp: place for place, stamp in enumerate(sorted(times))}
    known = stream.codec_context.has_b_frames if stream.codec_context else 0
    return max([known, *(place - rank[stamp] for place, stamp in enumerate(times))])


def stream_tags(stream: Any, muxer: str, *, coded_again: bool) -> dict[str, str]:
    """Return the metadata of a stream that stays true of its copy, in a muxer's words."""
    tags = dict(stream.metadata)
    if muxer == "mov" and (language := tags.get("language")):
        tags["language"] = _QUICKTIME.get(language, language)
    if not coded_again:
        return tags
    return {k: v for k, v in tags.items() if not k.lower().startswith(_STATISTICS)}


def container_tags(container: InputContainer, muxer: str) -> dict[str, str]:
    """Return a film's own metadata and the note that its colour was added."""
    tags = {k: v for k, v in container.metadata.items() if k.lower() not in _OWN_TAGS}
    comment = next((key for key in tags if key.lower() == "comment"), "comment")
    own = tags.get(comment)
    tags[comment] = f"{own}\n{NOTE}" if own and NOTE not in own else NOTE
    if muxer in ("matroska", "webm"):
        tags["DIGITAL_SOURCE_TYPE"] = SOURCE_TYPE
    return tags
