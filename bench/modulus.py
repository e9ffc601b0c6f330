#!/usr/bin/env python3
"""modulus.py NAME FOLDER -- FOLDER/model.onnx: a network of Modulus Labs' benchmark "The Cost of Intelligence".

Fully connected layers without bias, ReLU between. Hidden layer k has floor(w0 * 1.1^k) units.
  parameter suite  30 layers, 784 inputs, 1000 outputs
  small suite      20 layers,  32 inputs,  100 outputs
The names below carry the published number of weights, and it is checked. Weights are He-normal from a fixed seed.
Also written: calibrate.csv and input.json (standard normal inputs) and statement.txt, which is true of input.json.
"""
import math

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import scenario

SEED = 20230130
PARAMETER, SMALL = (30, 784, 1000), (20, 32, 100)
NETWORKS = {  # name: (suite, w0, weights)
    "modulus-49k": (SMALL, 16, 48_564),
    "modulus-88k": (SMALL, 22, 87_771),
    "modulus-178k": (SMALL, 32, 177_522),
    "modulus-518k": (PARAMETER, 16, 517_529),
    "modulus-677k": (PARAMETER, 19, 676_836),
    "modulus-1.2M": (PARAMETER, 27, 1_195_804),
}
CALIBRATION_ROWS = 200


def make_weights(name, rng):
    (layers, inputs, outputs), w0, count = NETWORKS[name]
    widths = [inputs] + [math.floor(w0 * 1.1**k) for k in range(layers - 1)] + [outputs]
    weights = [rng.normal(0, math.sqrt(2 / n), (n, m)).astype(np.float32) for n, m in zip(widths, widths[1:])]
    assert sum(w.size for w in weights) == count, (name, sum(w.size for w in weights), count)
    return weights


def run(weights, x):
    for w in weights[:-1]:
        x = np.maximum(x @ w, 0)
    return x @ weights[-1]


def to_onnx(name, weights):
    nodes, last = [], "x"
    for k, _ in enumerate(weights):
        out = "y" if k + 1 == len(weights) else f"sum{k}"
        nodes.append(helper.make_node("MatMul", [last, f"weight{k}"], [out], f"layer{k}"))
        if out != "y":
            last = f"hidden{k}"
            nodes.append(helper.make_node("Relu", [out], [last], f"relu{k}"))
    graph = helper.make_graph(
        nodes, name.replace("-", "_").replace(".", "_"),
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, weights[0].shape[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, weights[-1].shape[1]])],
        [numpy_helper.from_array(w, f"weight{k}") for k, w in enumerate(weights)])
    model = helper.make_model(graph, producer_name="bench/modulus.py", ir_version=8,
                              opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model, full_check=True)
    return model


def clear_winner(weights, x):
    """The row whose greatest output leads by the most, in spreads of its outputs, so that no rounding changes it."""
    y = run(weights, x)
    first, second = np.sort(y, axis=1)[:, -1], np.sort(y, axis=1)[:, -2]
    row = int(np.argmax((first - second) / y.std(axis=1)))
    return row, int(np.argmax(y[row]))


def write(name, folder):
    rng = np.random.default_rng(SEED)
    weights = make_weights(name, rng)
    x = rng.normal(size=(CALIBRATION_ROWS, weights[0].shape[0])).astype(np.float32)
    row, winner = clear_winner(weights, x)
    return scenario.save(folder, to_onnx(name, weights), x, row, f"argmax == {winner}")


if __name__ == "__main__":
    scenario.main(__doc__, NETWORKS, write)
