"""Open a media file; refuse what only names other files.

A playlist (concat, HLS, DASH, SDP, ...) makes FFmpeg open whatever it names. Only demuxers are
allowed that read the one file they are given; the file's content decides which of them that is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.files.strangers import NotRegularError, check_regular, open_regular
from colorizer.notes import note

if TYPE_CHECKING:
    from av.container import InputContainer

_CONTAINERS = (
    "mov mp4 matroska webm avi mpeg mpegts mpegtsraw mxf dv asf flv ogg nut gxf lxf wtv rm nsv nuv"
    " ivf pva ty cine film_cpk flic roq smk bink r3d filmstrip vivo"
)
_ELEMENTARY = (
    "h261 h263 h264 hevc vvc av1 obu m4v mpegvideo mjpeg mpjpeg ingenient mjpeg_2000 dirac vc1"
    " vc1test dnxhd cavsvideo avs2 avs3 evc apv yuv4mpegpipe"
)
_SOUND = "wav w64 aiff mp3 flac ac3 eac3 aac dts caf"
_DEMUXERS = f"{_CONTAINERS} {_ELEMENTARY} {_SOUND}".replace(" ", ",")
"""FFmpeg's demuxers that open nothing but the file itself."""
_PICTURES = (
    "image2,bmp_pipe,dpx_pipe,exr_pipe,j2k_pipe,jpeg_pipe,jpegls_pipe,jpegxl_pipe,pam_pipe,pbm_pipe"
    ",pgm_pipe,png_pipe,ppm_pipe,sgi_pipe,tiff_pipe,webp_pipe"
)
_PLAYLISTS = {
    "concat": note("list_format.concat"),
    "hls": note("list_format.hls"),
    "dash": note("list_format.dash"),
    "sdp": note("list_format.sdp"),
    "rtsp": note("list_format.rtsp"),
    "imf": note("list_format.imf"),
    "asx": note("list_format.asx"),
    "pls": note("list_format.pls"),
    "smil": note("list_format.smil"),
    "image2": note("list_format.image2"),
    "lavfi": note("list_format.lavfi"),
}
_HEADS = {
    b"ffconcat": "concat",
    b"#extm3u": "hls",
    b"<mpd": "dash",
    b"<compositionplaylist": "imf",
    b"<asx": "asx",
    b"<smil": "smil",
    b"[playlist]": "pls",
    b"[reference]": "asx",
    b"rtsptext": "rtsp",
}
"""What lists that FFmpeg knows only by their suffix, or not at all, have near their beginning."""
_HEAD_BYTES = 1024
_MOST_BOXES = 1000
_MOST_TRACKS = 256
_MOST_NAME = 1024
"""Bytes of a reference to another file that are read."""
_PARENTS = (b"mdia", b"minf", b"dinf")
_SELF_CONTAINED = 1
"""Flag of an entry of dref (ISO/IEC 14496-12, 8.7.2): the data is in this file."""


def open_container(path: Path, *, picture: bool = False) -> InputContainer:
    """Open a media file for reading, never following it to other files or the network.

    Args:
        path: the file.
        picture: whether a single picture is taken too.

    Raises:
        MediaError: missing, unreadable, or nothing FFmpeg knows.
        UnsupportedMedia: a playlist or another kind of file that only names others.
    """
    import av
    from av.error import FFmpegError

    allowed = f"{_DEMUXERS},{_PICTURES}" if picture else _DEMUXERS
    options = {"protocol_whitelist": "file", "format_whitelist": allowed}
    try:
        check_regular(path)
        if path.stat().st_size == 0:
            raise MediaError(path, note("file.empty"))
        # The prefix keeps names such as "1:2.mkv" from being read as a protocol.
        return av.open(f"file:{path}", metadata_errors="replace", options=options)
    except FileNotFoundError as error:
        raise MediaError(path, note("file.not_found")) from error
    except NotRegularError as error:
        raise MediaError(path, str(error.strerror)) from error
    except (FFmpegError, OSError, ValueError) as error:
        if found := _refused_format(path) or _list_format(path):
            raise UnsupportedMedia(path, _refusal(found)) from error
        if _lacks_index(path):
            reason = note("film.cut_off_index")
            raise MediaError(path, reason) from error
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(path, note("film.cannot_read", why=reason)) from error


def _refused_format(path: Path) -> str:
    """Return FFmpeg's name of the format of a file that it was not allowed to open, else ""."""
    import av
    from av import logging as av_logging
    from av.error import FFmpegError

    level, once = av_logging.get_level(), av_logging.get_skip_repeated()
    av_logging.set_level(av_logging.ERROR)
    av_logging.set_skip_repeated(False)
    try:
        with av_logging.Capture() as said:
            options = {"protocol_whitelist": "file", "format_whitelist": _DEMUXERS}
            with suppress(FFmpegError, OSError, ValueError):
                av.open(f"file:{path}", options=options).close()
    finally:
        av_logging.set_level(level)
        av_logging.set_skip_repeated(once)
    return next((name for _, name, text in said if "not on whitelist" in text), "")


def _list_format(path: Path) -> str:
    """Return the format of a list of files, told by its first words, else ""."""
    with suppress(OSError), open_regular(path) as file:
        head = file.read(_HEAD_BYTES).lower()
        return next((name for mark, name in _HEADS.items() if mark in head), "")
    return ""


def _refusal(name: str) -> str:
    if name.endswith("_pipe") or name in ("tty", "ico", "gif", "apng", "webp", "fits", "svg"):
        return note("film.picture_or_text")
    what = _PLAYLISTS.get(name)
    if what is None:
        return note("film.other_format", format=name)
    return note("film.list", what=what)


def outside_tracks(path: Path) -> dict[int, str]:
    """Return the tracks of a QuickTime or MP4 file whose data is in another file, with its name.

    FFmpeg would take bytes of this file for that data.

    Args:
        path: the film.
    """
    found: dict[int, str] = {}
    with suppress(OSError, struct.error), open_regular(path) as file:
        end = path.stat().st_size
        for kind, start, stop in boxes(file, 0, end):
            if kind != b"moov":
                continue
            tracks = [box for box in boxes(file, start, stop) if box[0] == b"trak"]
            for index, (_, first, last) in enumerate(tracks[:_MOST_TRACKS]):
                if name := _outside(file, first, last):
                    found[index] = name
    return found


def _outside(file: BinaryIO, start: int, stop: int) -> str:
    """Return the name of the other file in which the data of a track is, "" where it is in this."""
    for kind, first, last in boxes(file, start, stop):
        if kind in _PARENTS and (name := _outside(file, first, last)):
            return name
        if kind != b"dref":
            continue
        for entry, begin, end in boxes(file, first + 8, last):
            file.seek(begin)
            content = file.read(min(end - begin, _MOST_NAME))
            named = content[4:].strip(b"\0")
            if len(content) >= 4 and not content[3] & _SELF_CONTAINED and named:
                return _printable(named) or entry.decode("latin-1")
    return ""


def _printable(data: bytes) -> str:
    """Return the longest readable run of a reference, which in QuickTime is an alias record."""
    text = data.decode("latin-1")
    runs = "".join(sign if sign.isprintable() else "\n" for sign in text).split("\n")
    return max(runs, key=len)


def boxes(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes of MP4 between two offsets: kind, begin and end of the content."""
    place = start
    for _ in range(_MOST_BOXES):
        file.seek(place)
        head = file.read(16)
        if place + 8 > stop or len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head[:8])
        used = 8
        if length == 1 and len(head) == 16:
            length, used = int.from_bytes(head[8:], "big"), 16
        end = stop if length == 0 else place + length
        if end < place + used or end > stop:
            end = stop
        yield kind, place + used, end
        place = end


def _lacks_index(path: Path) -> bool:
    """Tell whether a file is an MP4 or QuickTime film without the box that FFmpeg needs."""
    with suppress(OSError), open_regular(path) as file:
        found = [kind for kind, _, _ in boxes(file, 0, path.stat().st_size)]
        return bool({b"ftyp", b"mdat"} & set(found[:3])) and b"moov" not in found
    return False
