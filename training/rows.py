"""A network for pictures of one channel, for an engine that works on eight channels at a time.

    python -m training.rows text_lines.onnx

OpenCV spends half of the time of a small network on its first convolution where that has a single input
channel. Here the rows that its window spans become channels, and the window one row high: the same sums, the
same weights, a third of the time. `by_rows` in `scanfix/checks/pieces.py` makes such an input.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


def with_rows_as_channels(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network, its first convolution (O x 1 x rows x columns) asked of rows as channels."""
    first = next(node for node in model.graph.node if node.op_type == "Conv")
    stored = next(tensor for tensor in model.graph.initializer if tensor.name == first.input[1])
    weights = numpy_helper.to_array(stored)
    _, inner, rows, columns = weights.shape
    if inner != 1:
        raise ValueError(f"{inner} input channels: the rows are channels already")
    turned = np.ascontiguousarray(weights.transpose(0, 2, 1, 3))
    stored.CopyFrom(numpy_helper.from_array(turned, stored.name))
    told = {item.name: item for item in first.attribute}
    told["kernel_shape"].ints[:] = [1, columns]
    up, left, down, right = told["pads"].ints
    told["pads"].ints[:] = [0, left, 0, right]
    step = told["strides"].ints[0] if "strides" in told else 1
    if step != 1:
        told["strides"].ints[0] = 1
    shape = model.graph.input[0].type.tensor_type.shape.dim
    shape[1].dim_value = rows
    shape[2].dim_value = (shape[2].dim_value + up + down - rows) // step + 1
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_bytes(with_rows_as_channels(onnx.load(path)).SerializeToString())
