"""Write a checkpoint as ONNX and check that both engines of cv2.dnn give what torch gives.

usage: python -m training.export CHECKPOINT OUT.onnx
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import torch

from training.network import Deployed, Finder
from training.scenes import INPUT


def main() -> None:
    checkpoint, out = sys.argv[1], Path(sys.argv[2])
    net = Finder()
    net.load_state_dict(torch.load(checkpoint, weights_only=True))
    deployed = Deployed(net).eval()
    x = torch.rand(1, 3, INPUT, INPUT) * 2 - 1
    torch.onnx.export(
        deployed, (x,), str(out), opset_version=17, dynamo=False,
        input_names=["photo"], output_names=["maps", "facts"], do_constant_folding=True,
    )  # fmt: skip
    with torch.no_grad():
        want = deployed(x)
    for engine in (cv2.dnn.ENGINE_NEW, cv2.dnn.ENGINE_CLASSIC):
        loaded = cv2.dnn.readNetFromONNX(np.frombuffer(out.read_bytes(), np.uint8), engine)
        loaded.setInput(x.numpy())
        got = loaded.forward(("maps", "facts"))
        worst = max(float(np.abs(g - w.numpy()).max()) for g, w in zip(got, want, strict=True))
        print(f"engine {engine}: largest difference {worst:.2e}, {out.stat().st_size} bytes")
        if worst > 1e-3:
            raise SystemExit("the exported network differs")


if __name__ == "__main__":
    main()
