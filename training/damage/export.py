"""Write a checkpoint, or the mean of several, as ONNX; both engines of cv2.dnn must give what torch does.

usage: python -m training.damage.export CHECKPOINT [CHECKPOINT ...] OUT.onnx [--fold-share 0.5]

`--fold-share`: so much of what the branch of folds adds counts, once and for all: the file that is written
holds it already.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training.damage.network import Pointer
from training.damage.samples import SIDE
from training.export import Chances, export, mean_of


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoints", nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--fold-share", type=float, default=1.0)
    args = parser.parse_args()
    net = Pointer()
    net.load_state_dict(mean_of(args.checkpoints))
    with torch.no_grad():
        for values in net.fold.head.parameters():
            values *= args.fold_share
    export(Chances(net).eval(), {"page": torch.rand(2, 3, SIDE, SIDE) * 2 - 1}, args.out, ["maps"])


if __name__ == "__main__":
    main()
