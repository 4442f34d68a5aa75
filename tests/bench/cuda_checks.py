"""What a card must compute, and do when its memory is short; see `tests.bench.cuda`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from PIL import Image

from colorizer.colour.gamut import ab_to_srgb
from colorizer.errors import DeviceError
from colorizer.frame import Frame, working_L
from colorizer.models import load_model
from colorizer.models.base import ColourModel
from colorizer.stages import gather, predict
from colorizer.stages.gather import Gather

SAMPLES = Path(__file__).parents[2] / "colorizer" / "samples"
MOST_DE, LEAST_PSNR = 1.0, 50.0
"""Mean CIEDE2000 and PSNR in dB between the colours of the card and of the CPU."""
SHARES = (0.8, 0.5, 0.3, 0.2, 0.12, 0.06, 0.03, 0.01, 0.0)
"""Of the memory that a batch takes: what the card is left with."""
STEPS = ("frames at once", "short side", "the CPU is used")


@dataclass(frozen=True)
class Bench:
    """What all parts need."""

    device: torch.device
    dry: bool
    folder: Path
    model: ColourModel
    """On the device."""

    @property
    def side(self) -> int:
        """Short side of what the network sees."""
        return 96 if self.dry else 256

    @contextmanager
    def as_card(self, name: str, value: object) -> Iterator[None]:
        """Let a function of `predict` give what it gives for a card, in a dry run."""
        with patch.object(predict, name, lambda _: value) if self.dry else nullcontext():
            yield


def frame_of(L: np.ndarray, index: int = 0) -> Frame:
    """Return a frame whose working picture is L."""
    codes = np.zeros(L.shape, np.uint8)
    return Frame(index, index, Fraction(1, 25), codes, bits=8, full_range=True, L=L)


def pictures(side: int) -> dict[str, np.ndarray]:
    """Return L (h, w) of the sample photos and of drawn pictures, of many shapes."""
    found = {}
    for name in ("astronaut.jpg", "coffee.png", "rocket.tif"):
        codes = np.asarray(Image.open(SAMPLES / name))
        codes = codes if codes.ndim == 2 else codes[..., 1]
        bits = 8 if codes.dtype == np.uint8 else 16
        found[name] = working_L(codes.astype(f"u{bits // 8}"), bits, True, side)
    y, x = np.mgrid[0:side, 0 : side + side // 3].astype(np.float32)
    rng = np.random.default_rng(0)
    drawn = {
        "ramp": 100 * x / x.max(),
        "discs": 50 + 45 * np.sign(np.sin(x / 17) * np.sin(y / 13)),
        "lines of a pixel": 100 * (x % 2),
        "night with grain": rng.normal(4, 2, x.shape).clip(0, 100),
        "upright and odd": (40 + 0.3 * y + rng.normal(0, 3, x.shape)).clip(0, 100).T[:, :-3],
        "white": np.full_like(x, 100),
    }
    return found | {name: np.ascontiguousarray(L, np.float32) for name, L in drawn.items()}


def colours(model: ColourModel, Ls: Sequence[np.ndarray], **options: Any) -> list[np.ndarray]:
    """Return ab (2, h, w) of pictures by the stage that films and photos go through."""
    frames = [frame_of(L, index) for index, L in enumerate(Ls)]
    done = [frame.ab for frame in predict.predict_chroma(frames, model, **options)]
    return [ab for ab in done if ab is not None]


def differences(L: np.ndarray, one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return mean CIEDE2000 and PSNR (dB, of sRGB) between two colourings of L."""
    from skimage.color import deltaE_ciede2000

    first, second = (np.stack([L, *ab], axis=-1) for ab in (one, other))
    rgbs = [ab_to_srgb(L, ab) for ab in (one, other)]
    error = float(np.mean((rgbs[0] - rgbs[1]) ** 2))
    return float(deltaE_ciede2000(first, second).mean()), -10 * np.log10(max(error, 1e-12))


def check_results(bench: Bench) -> list[str]:
    """Compare the card's float16 with the CPU's float32."""
    plain = load_model(device=torch.device("cpu"))
    wrong = []
    for name, L in pictures(bench.side).items():
        (true,) = colours(plain, [L])
        told: list[str] = []
        with bench.as_card("working_dtype", torch.float16):
            (got,) = colours(bench.model, [L], warn=told.append)
        dE, psnr = differences(L, true, got)
        most = float(np.abs(true - got).max())
        print(f"  {name:20s} dE {dE:6.3f}  PSNR {psnr:6.1f} dB  largest {most:6.2f}  {told or ''}")
        if not (dE <= MOST_DE and psnr > LEAST_PSNR) or told:
            wrong.append(f"{name}: dE {dE:.3f}, PSNR {psnr:.1f} dB {told or ''}")
    return wrong


def check_company(bench: Bench) -> list[str]:
    """Compare pictures that share calls with the same ones alone: photos, then frames of films."""
    rng = np.random.default_rng(1)
    Ls = [rng.uniform(0, 100, (bench.side, 4 * bench.side // 3)) for _ in range(11)]
    Ls = [L.astype(np.float32) for L in Ls]
    wrong = []
    with bench.as_card("fills_calls", True), patch.object(gather, "WAIT_SECONDS", 0.5):
        alone = [colours(bench.model, [L], gather=Gather())[0] for L in Ls]
        shared = Gather(8)
        with ThreadPoolExecutor(8) as pool:
            together = pool.map(lambda L: colours(bench.model, [L], gather=shared)[0], Ls)
        wrong += _unequal("photos", alone, list(together))
        batch = predict.film_batch(torch.device("cuda"))
        whole = colours(bench.model, Ls, batch=batch)
        split = colours(bench.model, Ls[:3], batch=batch) + colours(
            bench.model, Ls[3:], batch=batch
        )
        wrong += _unequal("frames of a film", whole, split)
    return wrong


def _unequal(what: str, ones: list[np.ndarray], others: list[np.ndarray]) -> list[str]:
    pairs = list(zip(ones, others, strict=True))
    off = [float(np.abs(a - b).max()) for a, b in pairs if not np.array_equal(a, b)]
    print(f"  {what}: {len(pairs) - len(off)} of {len(pairs)} bit-equal {off or ''}")
    return [f"{what}: {len(off)} differ in company, by up to {max(off)}"] if off else []


def check_ladder(bench: Bench) -> list[str]:
    """Leave the network ever less memory, and look at what it says and gives."""
    side = 2 * bench.side
    rng = np.random.default_rng(2)
    shapes = [rng.uniform(0, 100, (8, 8)).astype(np.float32) for _ in range(8)]
    Ls = [np.kron(shape, np.ones((side // 8, side // 8), np.float32)) for shape in shapes]
    wrong, said = [], set()
    run = partial(colours, bench.model, Ls, batch=8)
    limited = _small_card(bench, run)
    free = run()
    for share in SHARES:
        told: list[str] = []
        with limited(share):
            try:
                got = run(warn=told.append)
            except DeviceError as error:
                if not bench.dry:
                    raise
                print(f"  {share:4.0%} of the memory: {error}")
                said.add(STEPS[2])  # the CPU has nowhere to go
                continue
        chroma = [
            np.mean(np.abs(ab)) / np.mean(np.abs(true)) for ab, true in zip(got, free, strict=False)
        ]
        print(f"  {share:4.0%} of the memory: chroma {min(chroma):.2f}; {'; '.join(told) or '-'}")
        said |= {step for step in STEPS for line in told if step in line}
        if len(got) != len(free) or not all(np.isfinite(ab).all() for ab in got):
            wrong.append(f"{share:.0%}: frames lost, or no numbers")
        if min(chroma) < 0.2:
            wrong.append(f"{share:.0%}: gray frames")
    return wrong + [f"never said: {step}" for step in STEPS if step not in said]


def _small_card(bench: Bench, run: Callable[[], object]) -> Callable[[float], Any]:
    """Return a context in which a share of the memory that `run` takes is left."""
    if bench.dry:
        network = bench.model.predict

        @contextmanager
        def fake(share: float) -> Iterator[None]:
            def limited(L: torch.Tensor, **options: Any) -> torch.Tensor:
                if L.numel() > share * 8 * (2 * bench.side) ** 2:
                    raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
                return network(L, **options)

            with patch.object(bench.model, "predict", limited):
                yield

        return fake
    torch.cuda.empty_cache()
    base = torch.cuda.memory_reserved()
    torch.cuda.reset_peak_memory_stats()
    run()
    peak, total = torch.cuda.max_memory_reserved(), torch.cuda.mem_get_info()[1]
    print(f"  a batch takes {(peak - base) / 2**20:.0f} MiB beside {base / 2**20:.0f} MiB")

    @contextmanager
    def real(share: float) -> Iterator[None]:
        torch.cuda.empty_cache()
        kept = torch.cuda.memory_reserved()
        torch.cuda.set_per_process_memory_fraction((kept + share * (peak - base)) / total)
        try:
            yield
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)

    return real
