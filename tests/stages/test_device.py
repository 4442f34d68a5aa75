"""Choosing and naming devices."""

import pytest
import torch

from colorizer.errors import DeviceError
from colorizer.stages import device

no_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")


def test_cpu_is_the_cpu():
    assert device.choose_device("cpu") == torch.device("cpu")


@no_cuda
def test_auto_without_cuda_is_the_cpu_and_the_reason_is_given():
    chosen = device.choose_device("auto")
    assert chosen.type == "cpu"
    words = device.describe_device(chosen)
    assert words.startswith("CPU: ")
    assert "torch is built for the CPU alone" in words or "no CUDA device" in words


@no_cuda
@pytest.mark.parametrize("asked", ["cuda", "cuda:0", "cuda:7"])
def test_missing_cuda_names_what_there_is(asked):
    with pytest.raises(DeviceError, match=rf"--device {asked} can't be used: .*; there is cpu"):
        device.choose_device(asked)


@pytest.mark.parametrize(
    "asked", ["gpu", "CPU", "cuda:", "cuda:x", "", "cuda:1:2", "mps:0", "xpu:"]
)
def test_unknown_spelling_lists_the_right_ones(asked):
    with pytest.raises(DeviceError, match="must be auto, cpu, cuda, cuda:N, mps, xpu or xpu:N"):
        device.choose_device(asked)


@pytest.mark.parametrize("asked", ["mps", "xpu", "xpu:1"])
def test_missing_apple_and_intel_devices_name_what_there_is(asked, monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.xpu, "is_available", lambda: False)
    with pytest.raises(DeviceError, match=rf"--device {asked} can't be used: no .*; there is"):
        device.choose_device(asked)


def test_apple_and_intel_devices_are_taken_when_asked_for_and_called_untried(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.xpu, "is_available", lambda: True)
    monkeypatch.setattr(torch.xpu, "device_count", lambda: 1)
    monkeypatch.setattr(device, "_not_computing", lambda _: "")
    for asked in ("mps", "xpu", "xpu:0"):
        chosen = device.choose_device(asked)
        assert chosen == torch.device(asked.partition(":")[0], 0)
        assert "untried" in device.describe_device(chosen)
        assert device.working_dtype(chosen) is torch.float32
        assert device.device_facts(chosen)["type"] == str(chosen)
    with pytest.raises(DeviceError, match="no device xpu:3"):
        device.choose_device("xpu:3")
    assert device.choose_device("auto").type in ("cpu", "cuda")


def test_the_cpu_works_in_float32():
    assert device.working_dtype(torch.device("cpu")) is torch.float32


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"),
        # What PyTorch says where no room is left for the libraries' own memory.
        RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling cublasCreate(handle)"),
        RuntimeError("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED"),
        RuntimeError("GET was unable to find an engine to execute this computation"),
        RuntimeError("Unable to find a valid cuDNN algorithm to run convolution"),
    ],
)
def test_lack_of_memory_is_recognised(error):
    assert device.is_out_of_memory(error)


@pytest.mark.parametrize("error", [RuntimeError("size mismatch"), ValueError("out of memory")])
def test_other_errors_are_not_lack_of_memory(error):
    assert not device.is_out_of_memory(error)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA")
def test_auto_takes_the_gpu_and_names_its_memory():
    chosen = device.choose_device("auto")
    assert chosen == torch.device("cuda", 0)
    assert "GiB" in device.describe_device(chosen)
    with pytest.raises(DeviceError, match=r"no CUDA device number 99; there is cuda:0 \("):
        device.choose_device("cuda:99")


def test_all_devices_are_named_as_they_can_be_chosen():
    names = [name for name, _ in device.present_devices()]
    assert names[-1] == "cpu"
    for name, words in device.present_devices():
        assert words == device.describe_device(device.choose_device(name))


def test_a_card_without_its_torch_is_told_how(monkeypatch):
    monkeypatch.setattr(device.shutil, "which", lambda _: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    assert "pip install" in device.cuda_fix()
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    assert device.cuda_fix() == ""
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(device.shutil, "which", lambda _: None)
    assert device.cuda_fix() == ""


def test_a_network_is_timed_for_one_picture():
    seen = []
    seconds = device.seconds_of(lambda L: seen.append(L.shape) or L, torch.zeros(1), 32)
    assert seen == [(1, 1, 32, 32)] * 2
    assert 0 <= seconds < 60
