"""Store the weights of an ONNX file as halves, under short names: half the bytes, answers off by .001.

usage: python -m training.halves FILE.onnx ...

They are made whole again when the file is read (a Cast that is folded): both engines of cv2.dnn compute with
single precision as before.
"""

from __future__ import annotations

import sys
from collections import defaultdict
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
    name_shortly(graph)
    onnx.save(model, str(path))


def name_shortly(graph: onnx.GraphProto) -> None:
    """A number for a name; what the network is given and what it answers keep theirs.

    Where a value came from in the program that made it is a twentieth of a file.
    """
    del graph.value_info[:]
    kept = {value.name: value.name for value in (*graph.input, *graph.output)}
    names: defaultdict[str, str] = defaultdict(lambda: f"{len(names):x}", {"": "", **kept})
    for weights in graph.initializer:
        weights.name = names[weights.name]
    for node in graph.node:
        node.name = node.doc_string = ""
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        store_halves(Path(name))
