"""Train one model or a study: `python -m training.train NAME --pack FOLDER --run FOLDER`.

The same command continues a run that was interrupted. Several GPUs: put
`torchrun --nproc-per-node N -m --` in the place of `python -m`. The run folder gets `report.html`,
`log.csv`, `validation.csv`, `run.json`, `MODEL.safetensors` and, to continue from, `checkpoint.pt`;
that of a study a folder for each of its recipes and one report of all.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from colorizer.errors import ColorizerError, MediaError, SettingsError, WeightsError
from colorizer.models import create_model, load_model
from colorizer.models.ab_bins import class_weights
from colorizer.models.base import ColourModel
from training import precision
from training.ab_prior import measure_prior
from training.adversarial import Adversary
from training.batches import Cropping, Draw, validation_pixels
from training.checkpoint import load_checkpoint
from training.datasets import Photos, open_pack, pack, read_source_weights
from training.distributed import Group, process_group
from training.encoders import fill_encoder
from training.features import frozen_features
from training.judge import NAME, Judge
from training.loop import Diverged, Loop, diverged_message
from training.objectives import Objective
from training.options import Asked, read_command_line
from training.recipes import STUDIES, Recipe
from training.report import write_report
from training.run_folder import DIVERGED, RUNNING, RunFolder, describe
from training.state import State, averaged, build_optimizer
from training.validation import Validation


def train(
    recipe: Recipe, photos: Photos, run: Path, encoder: str = "", start: Path | None = None
) -> Path:
    """Train to the end of the recipe; return the file of weights.

    Args:
        recipe: what to train and how.
        photos: pictures, for training and validation.
        run: folder of everything the run writes; continues what it holds.
        encoder: see `encoders.fill_encoder`.
        start: released weights to begin from, instead of the encoder's.

    Raises:
        Diverged: the loss is not a number; the report says where.
        ColorizerError: weights, checkpoint or pictures do not fit the recipe.
    """
    with process_group() as group:
        folder = RunFolder(run, group.leads)
        if folder.status == DIVERGED:
            raise Diverged(diverged_message(recipe, folder.about["diverged_at"]))
        recipe = settled(recipe, folder, group)
        training, validation = photos.divide(recipe.validation_share)
        draw = build_draw(recipe, training, group)
        data = photos.data_hash()
        state, source = begin(recipe, training, group, folder.checkpoint, data, encoder, start)
        objective = build_objective(recipe, state, group.device)
        pixels = validation_pixels(validation, recipe.size, recipe.validation_photos)
        judge = build_validation(pixels, objective)
        folder.restart_tables(state.log, state.validations)
        folder.note(**describe(recipe, group.device, group.world), status=RUNNING, data=data)
        folder.note(training_photos=len(training), validation_photos=len(validation))
        if source:
            folder.note(encoder=source)
        if judge is not None:
            for name, strip in zip(("gray", "true"), judge.originals(), strict=True):
                folder.write_strip(name, strip)
        try:
            Loop(recipe, state, objective, draw, judge, folder, group, data).run()
        finally:
            if group.leads and folder.status != RUNNING:
                write_report(run, [run])
    return folder.weights(recipe.model)


def settled(recipe: Recipe, folder: RunFolder, group: Group) -> Recipe:
    """Return the recipe with the precision that the run began with, or that is quicker here."""
    if recipe.precision != "auto":
        return recipe
    known = folder.about.get("precision")
    if known is None:
        model = create_model(recipe.model, **recipe.hyper_parameters).to(group.device).train()
        known = precision.quicker(model, group.device, recipe.size)
        # Processes that share a run must compute alike.
        known = "float32" if group.agree(float(known == "float32")) > 0 else "bfloat16"
        folder.note(precision=known)
    return replace(recipe, precision=known)


def build_draw(recipe: Recipe, photos: Photos, group: Group) -> Draw:
    """Return how batches are drawn.

    Raises:
        SettingsError: there is no picture, or the processes cannot share a batch.
    """
    if not len(photos):
        raise SettingsError("no training pictures are left; lower --validation-share")
    if recipe.batch % group.world:
        raise SettingsError(f"batch {recipe.batch} must be a multiple of {group.world} processes")
    return Draw(
        photos,
        sizes=list(range(recipe.size, max(recipe.size, recipe.size_to) + 1, 32)),
        batch=recipe.batch,
        seed=recipe.seed,
        cropping=Cropping(recipe.crop, recipe.resize, recipe.mirror, recipe.upside_down),
        weighted=recipe.weighted,
        subset=recipe.subset,
        subset_epochs=recipe.subset_epochs,
        rank=group.rank,
        world=group.world,
    )


def build_objective(recipe: Recipe, state: State, device: torch.device) -> Objective:
    """Return the losses of a run.

    Raises:
        SettingsError: the recipe's loss does not go with the model.
        WeightsError: the recipe looks at features whose weights do not exist.
    """
    features = frozen_features(device) if recipe.feature_weight > 0 else None
    return Objective(state.model, recipe, state.weights, features, state.adversary)


def build_validation(pixels: np.ndarray, objective: Objective) -> Validation | None:
    """Return how a run is judged; None without pictures.

    Raises:
        SettingsError: the recipe chooses, but has no pictures to choose by.
        WeightsError: the recipe chooses by a classifier that does not exist here.
    """
    if not objective.recipe.choose:
        return Validation(pixels, objective) if len(pixels) else None
    if len(pixels) < 2:
        raise SettingsError("a recipe that chooses needs 2 validation pictures or more")
    try:
        judge = Judge(objective.weights.device)
    except ImportError as error:
        raise WeightsError(
            f"choosing by FID needs {NAME} ({error}); install the extra `train` or pass --no-choose"
        ) from error
    return Validation(pixels, objective, lambda picture: judge.look(picture).features)


def begin(
    recipe: Recipe, photos: Photos, group: Group, checkpoint: Path, data: str, encoder: str,
    start: Path | None,
) -> tuple[State, str]:  # fmt: skip
    """Return the state of a checkpoint or of a new run, and where a new run's weights are from."""
    torch.manual_seed(recipe.seed)
    found, source = None, ""
    if checkpoint.exists():
        found = load_checkpoint(checkpoint, recipe, data)
    if start is not None:
        model, source = begin_from(recipe, start)
    else:
        model = create_model(recipe.model, **recipe.hyper_parameters)
        if found is None:
            source = fill_encoder(model, encoder)
    model = model.to(group.device).train()
    model = model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    weights = torch.ones(313, device=group.device)
    state = State(model, averaged(model, recipe), build_optimizer(model, recipe), weights)
    if recipe.adversarial_weight > 0:
        state.adversary = Adversary(recipe, group.device)
    if found is not None:
        state.restore(found)
    elif recipe.loss in ("autochrome", "rebalanced"):
        prior = measure_prior(photos, recipe.size, seed=recipe.seed, weighted=recipe.weighted)
        ceiling = recipe.rebalance_ceiling or float("inf")
        state.weights = class_weights(prior, recipe.rebalance_mix, ceiling).to(group.device)
    return state, source if found is None else ""


def begin_from(recipe: Recipe, start: Path) -> tuple[ColourModel, str]:
    """Return the recipe's network filled from released weights, and a line that says with what.

    Parts that the recipe's hyper-parameters add begin untrained.

    Raises:
        WeightsError: the weights hold parts that the recipe's network lacks.
    """
    known = load_model(recipe.model, start)
    wanted = {**known.hyper_parameters, **recipe.hyper_parameters}
    model = create_model(recipe.model, **wanted)
    try:
        added, unknown = model.load_state_dict(known.state_dict(), strict=False)
    except RuntimeError as error:
        raise WeightsError(f"{start} does not fit {wanted}: {error}") from error
    if unknown:
        raise WeightsError(f"{start} has parts that {wanted} lacks: {unknown[0]}")
    return model, f"all from {start.name}" + (f", new: {', '.join(added)}" if added else "")


def study(asked: Asked, photos: Photos) -> None:
    """Train every recipe of a study and write one report; a diverged run is one of its results."""
    runs = []
    for variant, recipe in asked.recipes.items():
        runs.append(asked.run / variant.replace(" ", "-"))
        print(f"{asked.name}: {variant}", file=sys.stderr)
        try:
            train(recipe, photos, runs[-1], asked.encoder, asked.start)
        except Diverged as error:
            print(error, file=sys.stderr)
    write_report(asked.run, runs)
    print(asked.run / "report.html")


def main() -> None:
    """Read the command line and train."""
    try:
        asked = read_command_line(__doc__ or "")
        if asked.data and not asked.pack.exists():
            if "WORLD_SIZE" in os.environ:
                raise SettingsError("several processes cannot make a pack; run training.datasets")
            print(f"{pack(asked.data, asked.pack).photos} pictures packed", file=sys.stderr)
        photos = open_pack(asked.pack, read_source_weights(asked.source_weights))
        if asked.name in STUDIES:
            study(asked, photos)
            return
        print(train(asked.recipes[asked.name], photos, asked.run, asked.encoder, asked.start))
    except (ColorizerError, MediaError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted; the same command continues")


if __name__ == "__main__":
    main()
