"""Store the weights of an ONNX file as halves: half the bytes, and answers that differ by a thousandth.

usage: python -m training.halves FILE.onnx ...

They are made whole again when the file is read (a Cast that is folded): both engines of cv2.dnn compute with
single precision as before.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FEW = 16
"""Values that are too few to be worth it, such as shapes and scales."""


def store_halves(path: Path) -> None:
    """In place; constants that are no single-precision weights stay as they are."""
    model = onnx.load(str(path))
    graph = model.graph
    kept, casts = [], []
    for weights in graph.initializer:
        values = numpy_helper.to_array(weights)
        if values.dtype != np.float32 or values.size <= FEW:
            kept.append(weights)
            continue
        half = f"{weights.name}.half"
        kept.append(numpy_helper.from_array(values.astype(np.float16), half))
        casts.append(helper.make_node("Cast", [half], [weights.name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    onnx.save(model, str(path))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        store_halves(Path(name))
