"""The loop of a run: step, log, validate, save, until the recipe's length is reached."""

from __future__ import annotations

import copy
import time
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from colorizer.errors import ColorizerError
from colorizer.models.base import ColourModel
from training.batches import Draw, Loader, on_the_way, threads_of
from training.checkpoint import save_checkpoint
from training.distributed import Group
from training.export import export
from training.objectives import Objective
from training.recipes import Recipe
from training.run_folder import DIVERGED, FINISHED, RUNNING, STOPPED, RunFolder
from training.state import State, take_step
from training.validation import Validation

LOG_EVERY = 25
"""Steps between lines of the log, or an epoch where that is shorter."""
STRIPS_AT = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Progress at which the validation pictures are kept."""


class Diverged(ColorizerError):
    """The loss became infinite or not a number."""


@dataclass
class Loop:
    """Everything a run needs while it continues."""

    recipe: Recipe
    state: State
    objective: Objective
    draw: Draw
    judge: Validation | None
    folder: RunFolder
    group: Group
    data: str
    """Hash of the pictures."""

    @property
    def epoch(self) -> float:
        """Passes over the training pictures so far."""
        return self.state.step / self.draw.steps_per_epoch

    def progress(self) -> float:
        """Return the share of the run that is done, by epochs or minutes, whichever is further."""
        recipe, state = self.recipe, self.state
        total = recipe.epochs * self.draw.steps_per_epoch
        by_epochs = state.step / total if total else 0.0
        seconds = 60 * recipe.minutes
        by_minutes = self.group.agree(state.spent) / seconds if seconds else 0.0
        return min(1.0, max(by_epochs, by_minutes))

    def run(self) -> None:
        """Train to the end.

        Raises:
            Diverged: the loss is not a number.
        """
        state, recipe = self.state, self.recipe
        network: Any = self.group.wrap(state.model)
        if recipe.compiled:
            network = torch.compile(network, dynamic=False)
        saved = last = time.monotonic()
        loader = Loader(self._pixels, state.step, threads_of(self.group.world))
        with loader as batches, self._bar() as bar:
            while True:
                progress, due = self.progress(), self._agree_on_time(saved)
                self._look(progress, due)
                stale = recipe.patience > 0 and self.epoch - state.best_epoch >= recipe.patience
                over = progress >= 1 or stale
                if over or due or self._is_epoch_end():
                    saved = time.monotonic()
                    self._save(
                        batches, FINISHED if progress >= 1 else STOPPED if stale else RUNNING
                    )
                if over:
                    return
                pixels = next(batches)
                take_step(state, network, self.objective, recipe, pixels, progress, self.group)
                now = time.monotonic()
                state.spent, last = state.spent + now - last, now
                bar.update()
                if state.step % min(LOG_EVERY, self.draw.steps_per_epoch) == 0:
                    self._log(bar, progress)

    def _pixels(self, step: int) -> Tensor:
        return on_the_way(self.draw.pixels(step), self.group.device)

    def _bar(self) -> tqdm:
        total = self.recipe.epochs * self.draw.steps_per_epoch
        limited = total > 0 and not self.recipe.minutes
        return tqdm(
            initial=self.state.step, total=total if limited else None, unit="step",
            disable=not self.group.leads, mininterval=1.0,
        )  # fmt: skip

    def _is_epoch_end(self) -> bool:
        return self.state.step > 0 and self.state.step % self.draw.steps_per_epoch == 0

    def _agree_on_time(self, saved: float) -> bool:
        """Tell whether a checkpoint is due; processes, which must ask each other, seldom do."""
        if self.group.world > 1 and self.state.step % LOG_EVERY:
            return False
        late = time.monotonic() - saved > self.recipe.save_every
        return self.group.agree(float(late)) > 0

    def _look(self, progress: float, saves: bool) -> None:
        """Validate and keep the pictures where they are due."""
        state, judge = self.state, self.judge
        if judge is None:
            return
        every = max(1, round(self.recipe.validate_every * self.draw.steps_per_epoch))
        done = bool(state.validations) and state.validations[-1]["step"] == state.step
        due = [share for share in STRIPS_AT if progress >= share and share not in state.strips]
        candidate = saves and self.recipe.choose
        judged = not done and (state.step % every == 0 or progress >= 1 or candidate)
        if not due and not judged:
            return
        state.average.eval()
        if due:
            name = f"{due[-1]:.2f}"
            self.folder.write_strip(name, judge.strip(state.average))
            self.folder.note(strips=self.folder.about.get("strips", {}) | {name: self.epoch})
            state.strips += due
        if judged:
            self._validate(judge)
        state.model.train()

    def _validate(self, judge: Validation) -> None:
        state = self.state
        scores = judge.judge(state.average)
        scores["loss"] = self.group.agree(scores["loss"])
        self._stop_if_diverged(scores["loss"])
        row = {"step": state.step, "epoch": self.epoch, "minutes": state.spent / 60, **scores}
        state.validations.append(row)
        self.folder.add_row("validation.csv", row)
        if scores["loss"] < state.best:
            state.best, state.best_epoch = scores["loss"], self.epoch
        if self.recipe.choose and scores["score"] < state.chosen.get("score", float("inf")):
            weights = {name: value.clone() for name, value in state.average.state_dict().items()}
            state.chosen = {"score": scores["score"], "step": state.step, "weights": weights}

    def _log(self, bar: tqdm, progress: float) -> None:
        state = self.state
        count = min(LOG_EVERY, self.draw.steps_per_epoch)
        means = {name: self.group.mean(v).item() / count for name, v in state.sums.items()}
        state.sums = {}
        self._stop_if_diverged(means["loss"])
        rate = state.optimizer.param_groups[-1]["lr"]
        row = {"step": state.step, "epoch": self.epoch, "minutes": state.spent / 60, "rate": rate}
        row |= means
        state.log.append(row)
        self.folder.add_row("log.csv", row)
        bar.set_postfix_str(f"loss {means['loss']:.4f}, {progress:.0%} done")

    def _stop_if_diverged(self, loss: float) -> None:
        if torch.isfinite(torch.tensor(loss)):
            return
        self.folder.note(status=DIVERGED, diverged_at=self.state.step)
        raise Diverged(diverged_message(self.recipe, self.state.step))

    def _save(self, batches: Loader, status: str) -> None:
        state, recipe = self.state, self.recipe
        if state.sums:
            self._stop_if_diverged(self.group.mean(state.sums["loss"].clone()).item())
        if self.group.leads:
            save_checkpoint(self.folder.checkpoint, recipe, self.data, state.saved())
            export(self._released(), self.folder.weights(recipe.model), self._notes())
        waited = round(batches.waited, 2)
        self.folder.note(status=status, step=state.step, minutes=state.spent / 60, waited=waited)

    def _released(self) -> ColourModel:
        """Return the network to release: the best that was judged, or the last."""
        if not self.state.chosen:
            return self.state.average
        released = copy.deepcopy(self.state.average)
        released.load_state_dict(self.state.chosen["weights"])
        return released

    def _notes(self) -> dict[str, Any]:
        """Return what the released weights tell about themselves."""
        state = self.state
        notes: dict[str, Any] = {
            "step": state.step, "samples": state.step * self.recipe.batch,
            "minutes": round(state.spent / 60, 1), "recipe": asdict(self.recipe),
            "data": self.data, "encoder": self.folder.about.get("encoder", ""),
        }  # fmt: skip
        if state.validations:
            at = state.chosen.get("step", state.validations[-1]["step"])
            notes["validation"] = next(v for v in state.validations if v["step"] == at)
        return notes


def diverged_message(recipe: Recipe, step: int) -> str:
    """Return the line that says that a run diverged."""
    return (
        f"{recipe.model} diverged: the loss was not a finite number at step {step}; lower"
        " --decoder-rate and --encoder-rate and name another --run folder"
    )
