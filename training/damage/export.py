"""Write a checkpoint, or the mean of several, as ONNX; both engines of cv2.dnn must give what torch does.

usage: python -m training.damage.export CHECKPOINT [CHECKPOINT ...] OUT.onnx
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import torch

from training.damage.network import Deployed, Pointer
from training.damage.samples import SIDE
from training.export import mean_of


def main() -> None:
    *checkpoints, out_name = sys.argv[1:]
    out = Path(out_name)
    net = Pointer()
    net.load_state_dict(mean_of(checkpoints))
    deployed = Deployed(net).eval()
    x = torch.rand(1, 3, SIDE, SIDE) * 2 - 1
    torch.onnx.export(
        deployed, (x,), str(out), opset_version=17, dynamo=False,
        input_names=["page"], output_names=["maps"], do_constant_folding=True,
    )  # fmt: skip
    with torch.no_grad():
        want = deployed(x).numpy()
    for engine in (cv2.dnn.ENGINE_NEW, cv2.dnn.ENGINE_CLASSIC):
        loaded = cv2.dnn.readNetFromONNX(np.frombuffer(out.read_bytes(), np.uint8), engine)
        loaded.setInput(x.numpy())
        worst = float(np.abs(loaded.forward() - want).max())
        print(f"engine {engine}: largest difference {worst:.2e}, {out.stat().st_size} bytes")
        if worst > 1e-3:
            raise SystemExit("the exported network differs")


if __name__ == "__main__":
    main()
