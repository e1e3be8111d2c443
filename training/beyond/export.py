"""Write a checkpoint, or the mean of several, as ONNX; both engines of cv2.dnn must give what torch does.

usage: python -m training.beyond.export CHECKPOINT [CHECKPOINT ...] OUT.onnx
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from scanfix.checks.beyond import STRIP
from training.beyond.network import Lookout
from training.export import Chances, export, mean_of


def main() -> None:
    *checkpoints, out = sys.argv[1:]
    net = Lookout()
    net.load_state_dict(mean_of(checkpoints))
    export(Chances(net).eval(), {"side": torch.rand(4, 3, *STRIP) * 2 - 1}, Path(out), ["goes_on"])


if __name__ == "__main__":
    main()
