"""The credit model, compiled once; the command line, if NESCIO_PROGRAM names it."""
import os
import pathlib
import subprocess

import numpy as np
import pytest

import nescio

ROOT = pathlib.Path(__file__).resolve().parents[2]
CREDIT = ROOT / "examples" / "credit"


@pytest.fixture(scope="session")
def credit():
    return CREDIT


@pytest.fixture(scope="session")
def rows():
    return np.loadtxt(CREDIT / "calibrate.csv", delimiter=",", skiprows=1)


@pytest.fixture(scope="session")
def model(rows):
    made = nescio.compile(CREDIT / "model.onnx", calibration=rows)
    made.commit()
    return made


@pytest.fixture(scope="session")
def proof(model):
    return model.prove(CREDIT / "applicant_good.json", statement="score >= 700", context="loan 7")


@pytest.fixture(scope="session")
def cli():
    program = os.environ.get("NESCIO_PROGRAM")
    if not program:
        pytest.skip("NESCIO_PROGRAM does not name the command line")

    def run(*arguments):
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=120)

    return run


def dense(weights, biases, relu=True):
    """ONNX of a fully connected network, "x" to "y"."""
    from onnx import TensorProto, helper, numpy_helper
    nodes, at, constants = [], "x", []
    for i, (w, b) in enumerate(zip(weights, biases)):
        constants += [numpy_helper.from_array(w.astype(np.float32), f"w{i}"),
                      numpy_helper.from_array(b.astype(np.float32), f"b{i}")]
        last = i + 1 == len(weights)
        nodes.append(helper.make_node("Gemm", [at, f"w{i}", f"b{i}"], ["y" if last else f"h{i}"], f"layer{i}"))
        if not last:
            nodes.append(helper.make_node("Relu", [f"h{i}"], [f"r{i}"], f"relu{i}"))
        at = f"r{i}"
    info = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "dense", [info("x", TensorProto.FLOAT, [1, weights[0].shape[0]])],
                              [info("y", TensorProto.FLOAT, [1, weights[-1].shape[1]])], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def random_dense(*widths, seed=1):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=s) / np.sqrt(s[0]) for s in zip(widths, widths[1:])]
    return dense(weights, [rng.normal(size=n) for n in widths[1:]]), rng.normal(size=(64, widths[0]))
