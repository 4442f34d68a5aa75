"""Weights: saved, loaded, damaged, and what ships."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from colorizer.errors import WeightsError
from colorizer.files.checksum import file_hash
from colorizer.models import WEIGHTS_FOLDER, create_model, load_model
from tests.models.gradient import a_gradient
from training.export import export


@pytest.mark.matrix
@torch.inference_mode()
def test_weights_survive_saving_and_loading(model, tmp_path):
    file = tmp_path / "weights.safetensors"
    export(model.half().float(), file, {"seed": 3})
    loaded = load_model(model.name, file)
    assert loaded.hyper_parameters == model.hyper_parameters
    for name, value in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value), name
    # the layout in memory differs (channels last), so sums are taken in another order
    assert torch.allclose(loaded.predict(a_gradient()), model.predict(a_gradient()), atol=1e-2)
    assert not any(p.requires_grad for p in loaded.parameters())


class TestDamagedWeights:
    @pytest.fixture
    def file(self, tmp_path):
        file = tmp_path / "weights.safetensors"
        export(create_model("autochrome"), file, {})
        return file

    def test_missing_file_says_how_to_name_another(self, tmp_path):
        with pytest.raises(WeightsError, match="--weights"):
            load_model("autochrome", tmp_path / "none.safetensors")

    def test_truncated_file_is_refused(self, file):
        file.write_bytes(file.read_bytes()[:5000])
        with pytest.raises(WeightsError, match="not a usable weights file"):
            load_model("autochrome", file)

    def test_pickle_is_refused(self, tmp_path):
        file = tmp_path / "weights.pth"
        torch.save({"a": torch.zeros(1)}, file)
        with pytest.raises(WeightsError, match="not a usable weights file"):
            load_model("autochrome", file)

    def test_weights_of_another_model_are_refused(self, file):
        save_file(load_file(file), file, {"model": "zhang", "hyper_parameters": "{}"})
        with pytest.raises(WeightsError, match="holds weights of zhang"):
            load_model("autochrome", file)

    def test_missing_parameter_is_refused(self, file):
        state = load_file(file)
        del state["bins.weight"]
        hyper = json.dumps({})
        save_file(state, file, {"model": "autochrome", "hyper_parameters": hyper})
        with pytest.raises(WeightsError, match="not a usable weights file"):
            load_model("autochrome", file)


class TestShippedWeights:
    def test_load_and_stay_below_50_megabytes(self):
        file = WEIGHTS_FOLDER / "autochrome.safetensors"
        assert file.stat().st_size < 50_000_000
        model = load_model()
        assert model.name == "autochrome"
        assert model.weights_sha256 == file_hash(file)
