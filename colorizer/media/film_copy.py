"""Everything of a film but its picture: sound, subtitles, attachments, chapters, metadata.

Packets are copied as they are, read in a second pass that keeps step with the encoded video, so
that no more than the difference between two frames is held.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer import __version__
from colorizer.media.clock import Clock
from colorizer.media.container import open_container, outside_tracks
from colorizer.media.film_open import chapters_within, is_cover
from colorizer.media.subtitles import rewritten, text_codec
from colorizer.media.timecode import advance_timecodes

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
_STATISTICS = ("duration", "bps", "number_of_", "_statistics", "encoder")
"""Beginnings of stream tags that describe the old coding."""


def describe(stream: Any) -> str:
    """Name a stream in words, such as `subtitle stream #3 (mov_text, eng)`."""
    codec = stream.codec_context.name if stream.codec_context else getattr(stream, "name", None)
    known = [text for text in (codec, stream.metadata.get("language")) if text and text != "und"]
    return f"{stream.type} stream #{stream.index}" + (f" ({', '.join(known)})" if known else "")


def plan_copies(source: Path, video: int, muxer: str) -> tuple[list[int], list[str]]:
    """Find which streams beside the film's own a container can hold, by trying.

    Args:
        source: the film.
        video: index of the stream that is colorized.
        muxer: FFmpeg's name of the output container.

    Returns:
        Indices of the streams to copy, and a line for each that can't be.
    """
    indices, warnings = [], []
    with open_container(source, picture=True) as container:
        outside = outside_tracks(source) if "mov" in container.format.name else {}
        for stream in container.streams:
            if stream.index == video or _is_written_anew(stream, container):
                continue
            if stream.index in outside:
                named = outside[stream.index]
                warnings.append(
                    f"{describe(stream)} is left out: its data is in another file ({named})"
                )
                continue
            if text := text_codec(stream, muxer):
                warnings.append(f"{describe(stream)} becomes plain {text}, for {muxer}")
                indices.append(stream.index)
            elif (muxer == "matroska" and is_cover(stream)) or _fits(stream, muxer):
                indices.append(stream.index)
            else:
                advice = (
                    "" if muxer == "matroska" else "; .mkv does, with any codec but v210, dnxhr"
                )
                warnings.append(f"{describe(stream)} is left out: {muxer} can't hold it{advice}")
            if stream.type == "video" and not is_cover(stream):
                warnings.append(f"{describe(stream)} is copied as it is, without colour")
    return indices, warnings


def _is_written_anew(stream: Any, container: InputContainer) -> bool:
    """Tell whether a QuickTime time code or chapter track; muxers make it from the metadata."""
    chapter_track = stream.metadata.get("handler_name") == "SubtitleHandler"
    has_chapters = chapter_track and bool(container.chapters())
    return stream.type == "data" and ("timecode" in stream.metadata or has_chapters)


def _fits(stream: Any, muxer: str) -> bool:
    """Tell whether a muxer takes a stream, by writing the header of an empty file."""
    import av
    from av.error import FFmpegError

    if muxer == "webm" and stream.type == "attachment":
        return False  # its header is taken, and the file is not there
    output = av.open(BytesIO(), "w", format=muxer)
    try:
        film = output.add_stream("libvpx-vp9" if muxer == "webm" else "mpeg4", rate=25)
        film.width, film.height = 64, 64
        output.add_stream_from_template(stream, **_template_options(stream))
        output.start_encoding()
    except (FFmpegError, ValueError, RuntimeError):
        return False
    else:
        return True
    finally:
        with suppress(FFmpegError, ValueError):
            output.close()


def _template_options(stream: Any) -> dict[str, bool]:
    return {"opaque": True} if stream.type == "video" else {}


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
    """Copies streams of a film into an output, up to a given time."""

    def __init__(
        self, source: Path, indices: list[int], origin: Fraction, part: Part | None = None
    ) -> None:
        """Open the film once more.

        Args:
            source: the film.
            indices: streams to copy.
            origin: seconds subtracted from every time stamp.
            part: what of the film is wanted, None for all.
        """
        self._part = part
        self._longest = Fraction(0)
        self._container = open_container(source, picture=True)
        self._indices = indices
        self._origin = origin
        self._outputs: dict[int, Any] = {}
        self._clocks: dict[int, Clock] = {}
        self._warnings: list[str] = []
        self._output: Any = None

    def add_to(self, output: OutputContainer) -> None:
        """Add the streams, chapters and metadata to an output that has its video stream."""
        self._output = output
        for index in self._indices:
            stream = self._container.streams[index]
            if output.format.name == "matroska" and is_cover(stream):
                self._attach(stream)
                continue
            text = text_codec(stream, output.format.name)
            copy: Any = (
                output.add_mux_stream(text)
                if text
                else output.add_stream_from_template(stream, **_template_options(stream))
            )
            copy.metadata.update(stream_tags(stream, coded_again=False))
            copy.disposition = int(stream.disposition)
            self._outputs[index] = copy
            self._clocks[index] = Clock(Fraction(stream.time_base or 1))
        own = container_tags(self._container, output.format.name)
        if self._part:
            advance_timecodes(own, self._part.first, self._part.rate)
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
            self._warnings.append(f"{mended} time stamps of sound or subtitles were mended")
        if self._longest:
            shown = max(1, round(self._longest * 1000))
            self._warnings.append(f"sound is cut at whole packets, to within {shown} ms")
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
                self._warnings.append(f"sound and subtitles are cut off: {reason}")
                return None
            if packet.dts is None and packet.pts is None and not packet.size:
                continue  # PyAV's end mark
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
        if seconds is not None and time >= seconds:
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

        with suppress(FFmpegError):
            self._container.seek(max(0, int((self._origin - _AROUND) * 10**6)))

    def _retimed(self, packet: Packet, index: int) -> Fraction:
        base = Fraction(packet.time_base)
        start = round(self._origin / base)
        stamp = packet.pts if packet.dts is None else packet.dts
        dts = self._clocks[index].advance(
            None if stamp is None else stamp - start, packet.duration or 1
        )
        # A stamp mended moves the presentation by as much.
        moved = dts - (dts + start if stamp is None else stamp)
        packet.pts = dts if packet.pts is None else packet.pts + moved
        packet.dts = dts
        packet.stream = self._outputs[index]
        return dts * base

    def _attach(self, stream: Any) -> None:
        """Turn a cover picture into a Matroska attachment."""
        with open_container(Path(self._container.name.removeprefix("file:"))) as container:
            packet = next(container.demux(container.streams[stream.index]), None)
            data = bytes(packet) if packet is not None else b""
        codec = stream.codec_context.name if stream.codec_context else "mjpeg"
        kind = {"mjpeg": "jpeg"}.get(codec, codec)
        name = stream.metadata.get("filename", f"cover.{'jpg' if kind == 'jpeg' else kind}")
        self._output.add_attachment(name, stream.metadata.get("mimetype", f"image/{kind}"), data)


def stream_tags(stream: Any, *, coded_again: bool) -> dict[str, str]:
    """Return the metadata of a stream that stays true of its copy."""
    if not coded_again:
        return dict(stream.metadata)
    return {k: v for k, v in stream.metadata.items() if not k.lower().startswith(_STATISTICS)}


def container_tags(container: InputContainer, muxer: str) -> dict[str, str]:
    """Return a film's own metadata and the note that its colour was added."""
    tags = {k: v for k, v in container.metadata.items() if k.lower() not in _OWN_TAGS}
    comment = next((key for key in tags if key.lower() == "comment"), "comment")
    own = tags.get(comment)
    tags[comment] = f"{own}\n{NOTE}" if own and NOTE not in own else NOTE
    if muxer in ("matroska", "webm"):
        tags["DIGITAL_SOURCE_TYPE"] = SOURCE_TYPE
    return tags
