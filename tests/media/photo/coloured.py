"""Photos coloured for the tests of sinks, and what is read back of them."""

from dataclasses import replace

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from colorizer.media.photo.still import StillSource
from colorizer.media.photo.still_sink import StillSink
from colorizer.settings import PhotoWriting

AB = (14.0, 22.0)


def colour(source_path, target, ab=AB, made_by="", **how):
    """Give a photo one colour everywhere; return the source's frame and the sink."""
    with (
        StillSource(source_path, side=32) as source,
        StillSink(target, PhotoWriting(**how), like=source, made_by=made_by) as sink,
    ):
        for frame in source.frames(sink.pages):
            size = sink.chroma_size(frame)
            chroma = np.broadcast_to(np.float32(ab).reshape(2, 1, 1), (2, *size))
            sink.write(replace(frame, ab=chroma))
    return frame, sink


def read_back(path):
    """Decode by content at full depth, (H, W, C)."""
    if path.suffix == ".jp2":
        return imagecodecs.jpeg2k_decode(path.read_bytes())
    if path.suffix == ".ppm":
        with path.open("rb") as file:
            assert file.readline() == b"P6\n"
            width, height = map(int, file.readline().split())
            wire = {255: np.uint8, 65535: ">u2"}[int(file.readline())]
            codes = np.frombuffer(file.read(), wire).reshape(height, width, 3)
        return codes.astype(codes.dtype.newbyteorder("="))
    if path.suffix in (".tif", ".tiff"):
        return tifffile.imread(path)
    if path.suffix == ".png":
        return imagecodecs.png_decode(path.read_bytes())
    with Image.open(path) as image:
        return np.asarray(image)
