"""The network is told what light the material saw: as asked, by shot, or by the date."""

import numpy as np
import pytest
from PIL import Image

from colorizer.jobs import Job, Kind
from colorizer.pipeline import run
from colorizer.settings import Settings
from colorizer.stages.emulsion import WEIGHTS
from tests.draw_film import draw_film
from tests.stages.shots_drawn import texture
from tests.tiny_model import TinyModel

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    ' photoshop:DateCreated="1911-05-02"/></rdf:RDF></x:xmpmeta>'
)


class Listening(TinyModel):
    """Remembers what it is told."""

    def __init__(self):
        super().__init__()
        self.takes_emulsion = True
        self.told = []

    def predict(self, L, *, vividness=0.5, emulsion=None):
        self.told.append(None if emulsion is None else tuple(emulsion[0].tolist()))
        return super().predict(L, vividness=vividness)


def photo(path, **more):
    Image.fromarray((2.55 * texture(1)).astype(np.uint8)).save(path, **more)
    return path


def dated(year):
    exif = Image.Exif()
    exif[306] = f"{year}:06:01 12:00:00"
    exif.get_ifd(0x8769)[36867] = f"{year}:06:01 12:00:00"
    return exif


def told_of(source, kind=Kind.PHOTO, **settings):
    model = Listening().eval()
    suffix = source.suffix if kind is Kind.PHOTO else ".mkv"
    target = source.with_name(f"{source.stem}_out{suffix}")
    made = Settings(**{"size": 64, "codec": "ffv1", **settings})
    *_, last = run(Job(source, target, kind, made), model)
    return model.told, last


def near(told, name):
    if name is None:
        return told is None
    return told is not None and told == pytest.approx(WEIGHTS[name], abs=1e-6)


@pytest.mark.parametrize("name", ["pan", "ortho", "blue"])
def test_what_is_asked_is_told(tmp_path, name):
    told, _ = told_of(photo(tmp_path / "a.png"), emulsion=name)
    assert all(near(one, name) for one in told)
    assert told


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("year", "name"), [(1889, "blue"), (1905, "blue"), (1906, "ortho"), (1924, "ortho"),
                       (1925, None), (2021, None)]
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_the_date_in_the_file_decides(tmp_path, year, name, suffix):
    told, last = told_of(photo(tmp_path / f"a.{suffix}", exif=dated(year)))
    assert all(near(one, name) for one in told)
    assert any(str(year) in line for line in last.warnings) == (name is not None)
    told, _ = told_of(photo(tmp_path / f"b.{suffix}", exif=dated(year)), emulsion="pan")
    assert all(near(one, "pan") for one in told)


def test_the_earliest_of_several_dates_counts_and_no_date_is_unknown(tmp_path):
    source = photo(tmp_path / "a.jpg", exif=dated(2019), xmp=XMP.encode())
    assert near(told_of(source)[0][0], "ortho")
    assert told_of(photo(tmp_path / "b.png"))[0] == [None]


def test_films_and_single_shots_are_told_too(tmp_path):
    source = tmp_path / "film.mkv"
    draw_film(source, frames=8, metadata={"DATE_RELEASED": "1915"})
    assert all(near(one, "ortho") for one in told_of(source, Kind.FILM)[0])
    (tmp_path / "cuts.csv").write_text(
        "# shots of film.mkv\nshot,start,first_frame\n1,0:00:00.000,0\n2,0:00:00.160,4\n"
    )
    (tmp_path / "cuts.toml").write_text('[shot.2]\nemulsion = "blue"\n')
    told, _ = told_of(source, Kind.FILM, shots=tmp_path / "cuts.csv", every_frame=True)
    assert [near(one, "ortho") for one in told] == [True] * 4 + [False] * 4
    assert near(told[-1], "blue")


def test_a_shot_can_be_called_a_card_or_a_picture(tmp_path):
    import av

    source, target = tmp_path / "film.mkv", tmp_path / "film_out.mkv"
    draw_film(source, frames=8, size=(96, 128))
    (tmp_path / "cuts.csv").write_text(
        "# shots of film.mkv\nshot,start,first_frame\n1,0:00:00.000,0\n2,0:00:00.160,4\n"
    )
    (tmp_path / "cuts.toml").write_text('[shot.1]\ncards = "colour"\n[shot.2]\ncards = "card"\n')
    told_of(source, Kind.FILM, shots=tmp_path / "cuts.csv")
    with av.open(str(target)) as container:
        frames = [frame.to_ndarray(format="yuv444p") for frame in container.decode(video=0)]
    moved = [int(np.abs(one[1:].astype(int) - 128).max()) for one in frames]
    assert all(value > 2 for value in moved[:4])
    assert all(value == 0 for value in moved[4:])
