"""Which streams of a film a container can hold, found by trying."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.media.film.codecs import named_where
from colorizer.media.film.container import open_container, outside_tracks
from colorizer.media.film.open import is_cover
from colorizer.media.film.subtitles import text_codec
from colorizer.notes import note

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer


def describe(stream: Any) -> str:
    """Name a stream in words, such as `subtitle stream #3 (mov_text, eng)`."""
    codec = stream.codec_context.name if stream.codec_context else getattr(stream, "name", None)
    known = [text for text in (codec, stream.metadata.get("language")) if text and text != "und"]
    return f"{stream.type} stream #{stream.index}" + (f" ({', '.join(known)})" if known else "")


def plan_copies(source: Path, video: int, muxer: str) -> tuple[list[int], list[str]]:
    """Find which streams next to the film's own a container can hold, by trying.

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
                    note("stream.data_in_other_file", stream=describe(stream), file=named)
                )
                continue
            if text := text_codec(stream, muxer):
                warnings.append(
                    note("stream.becomes_text", stream=describe(stream), kind=text, muxer=muxer)
                )
                indices.append(stream.index)
            elif (muxer == "matroska" and is_cover(stream)) or _fits(stream, muxer):
                indices.append(stream.index)
            else:
                left = note("stream.left_out", stream=describe(stream), muxer=muxer)
                if muxer != "matroska":
                    others = named_where(lambda codec: ".mkv" not in codec.suffixes)
                    left = note("stream.mkv_holds", why=left, others=others)
                warnings.append(left)
            if stream.type == "video" and not is_cover(stream):
                warnings.append(note("stream.copied", stream=describe(stream)))
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
        return False  # its header is taken, and the file does not exist
    output = av.open(BytesIO(), "w", format=muxer)
    try:
        film = output.add_stream("libvpx-vp9" if muxer == "webm" else "mpeg4", rate=25)
        film.width, film.height = 64, 64
        copy: Any = output.add_stream_from_template(stream, **template_options(stream))
        output.start_encoding()
        if stream.type == "audio" and stream.codec_context.name.startswith("pcm_"):
            output.mux(_silence(copy))
            output.close()  # only now MP4 looks at the channels
    except (FFmpegError, ValueError, RuntimeError):
        return False
    else:
        return True
    finally:
        with suppress(FFmpegError, ValueError):
            output.close()


def _silence(track: Any) -> Packet:
    """Return a packet of uncompressed sound of no loudness."""
    from av import Packet

    packet = Packet(bytes(8 * track.codec_context.channels))
    packet.stream, packet.time_base = track, Fraction(1, track.codec_context.sample_rate)
    packet.pts = packet.dts = 0
    return packet


def template_options(stream: Any) -> dict[str, bool]:
    """Return how PyAV is to copy a stream: a picture without opening its encoder."""
    return {"opaque": True} if stream.type == "video" else {}
