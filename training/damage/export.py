"""Write a checkpoint, or the mean of several, as ONNX; both engines of cv2.dnn must give what torch does.

usage: python -m training.damage.export CHECKPOINT [CHECKPOINT ...] OUT.onnx
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from training.damage.network import Pointer
from training.damage.samples import SIDE
from training.export import Chances, export, mean_of

FOLD_SHARE = 0.5
"""Of what the branch of folds adds, which was learnt as a whole: on labelled photos (`README.md`) the mean of
the answers with and without it is right more often than either."""


def main() -> None:
    *checkpoints, out = sys.argv[1:]
    net = Pointer()
    net.load_state_dict(mean_of(checkpoints))
    with torch.no_grad():
        for values in net.fold.head.parameters():
            values *= FOLD_SHARE
    export(Chances(net).eval(), {"page": torch.rand(2, 3, SIDE, SIDE) * 2 - 1}, Path(out), ["maps"])


if __name__ == "__main__":
    main()
