#!/usr/bin/env python3
"""onnx_runtime_test.py NESCIO -- small random models over every operator that can be compiled, from the ONNX file to
`nescio report`: the float predictions agree with ONNX Runtime, and the integers that are proven stay close to it. One
model of each kind is proven and verified, and the revealed value is the one that was predicted.

Tolerances: the float model within 1e-5 of the range of the output (ONNX Runtime computes in float32); the integers
within 2 % of it. Outputs that are classes or comparisons may differ from ONNX Runtime where it is nearly a tie: in at
most 5 % of the rows.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

ROWS = 64
DISCRETE = {"ArgMax", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal"}


class Sketch:
    """A model under construction: one float input `x`, nodes by operator."""

    def __init__(self, shape, opset=17, seed=1):
        self.rng = np.random.default_rng(seed)
        self.shape, self.opset = shape, opset
        self.nodes, self.initialisers, self.outputs = [], [], []
        self.as_inputs = False

    def const(self, array, dtype=np.float32):
        name = f"c{len(self.initialisers)}"
        self.initialisers.append(numpy_helper.from_array(np.asarray(array, dtype=dtype), name))
        return name

    def random(self, *shape, scale=1.0, dtype=np.float32):
        return self.const(self.rng.normal(size=shape) * scale, dtype)

    def op(self, kind, *inputs, outputs=1, domain="", **attributes):
        names = [f"n{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, name=f"{kind}{len(self.nodes)}",
                                           **attributes))
        return names[0] if outputs == 1 else names

    def dense(self, x, n_in, n_out):
        return self.op("Gemm", x, self.random(n_in, n_out, scale=n_in**-0.5), self.random(n_out))

    def model(self, **outputs):
        """outputs: name=(value, type, shape)"""
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)]
        if self.as_inputs:
            inputs += [helper.make_tensor_value_info(t.name, t.data_type, list(t.dims)) for t in self.initialisers]
        ends = []
        for name, (value, kind, shape) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [value], [name], name=f"end_{name}"))
            ends.append(helper.make_tensor_value_info(name, kind, shape))
        graph = helper.make_graph(self.nodes, "model", inputs, ends, initializer=self.initialisers)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid("ai.onnx.ml", 3)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def perceptron(opset):
    s = Sketch([1, 8], opset)
    h = s.op("Relu", s.dense("x", 8, 16))
    h = s.op("Tanh", s.dense(h, 16, 8))
    return s.model(y=(s.op("Sigmoid", s.dense(h, 8, 2)), FLOAT, [1, 2]))


def elementwise():
    s = Sketch([1, 6])
    a = s.op("Add", s.op("Mul", "x", s.random(6)), s.random(1, 6))
    b = s.op("Sub", s.op("Neg", "x"), s.random(6))
    c = s.op("Div", s.op("Mul", a, b), s.const([1.5, 2, -3, 4, 0.5, 7]))
    d = s.op("Add", s.op("LeakyRelu", c, alpha=0.2), s.op("Clip", b, s.const(-0.7), s.const(1.1)))
    return s.model(y=(s.op("Dropout", s.op("Identity", d)), FLOAT, [1, 6]))


def moves():
    s = Sketch([2, 3, 4], opset=13)
    t = s.op("Transpose", "x", perm=[2, 0, 1])  # [4, 2, 3]
    parts = s.op("Split", t, s.const([1, 3], np.int64), outputs=2, axis=0)
    joined = s.op("Concat", parts[1], parts[0], axis=0)
    cut = s.op("Slice", joined, s.const([3, 0], np.int64), s.const([-5, 2], np.int64), s.const([0, 2], np.int64),
               s.const([-2, 1], np.int64))  # [2, 2, 2]
    flat = s.op("Flatten", cut, axis=1)  # [2, 4]
    square = s.op("Reshape", flat, s.const([0, 2, -1], np.int64))  # [2, 2, 2]
    wide = s.op("Unsqueeze", square, s.const([0], np.int64))
    back = s.op("Squeeze", wide, s.const([0], np.int64))
    y = s.op("MatMul", back, s.random(2, 5))
    return s.model(y=(y, FLOAT, [2, 2, 5]))


def normalised():
    s = Sketch([3, 4, 2], opset=15)
    n = s.op("BatchNormalization", "x", s.random(4), s.random(4), s.random(4),
             s.const(np.abs(s.rng.normal(size=4)) + 0.5), epsilon=1e-3)
    return s.model(y=(s.op("MatMul", n, s.random(2, 3)), FLOAT, [3, 4, 3]))


def scaled_regressor():
    s = Sketch([1, 5])
    z = s.op("Scaler", "x", domain="ai.onnx.ml", offset=[0.1, -2.0, 0.5, 0.0, 1.0], scale=[1.0, 0.25, 3.0, 1.5, 0.7])
    y = s.op("LinearRegressor", z, domain="ai.onnx.ml", coefficients=[float(c) for c in s.rng.normal(size=10)],
             intercepts=[0.3, -0.8], targets=2)
    return s.model(y=(y, FLOAT, [1, 2]))


def classifier():
    s = Sketch([1, 5])
    label, scores = s.op("LinearClassifier", "x", outputs=2, domain="ai.onnx.ml", multi_class=1,
                         coefficients=[float(c) for c in s.rng.normal(size=15)], intercepts=[0.1, 0.0, -0.2],
                         classlabels_ints=[0, 1, 2], post_transform="NONE")
    return s.model(scores=(scores, FLOAT, [1, 3]), label=(label, INT64, [1]))


def argmax():
    s = Sketch([1, 6], opset=18)
    return s.model(k=(s.op("ArgMax", s.dense("x", 6, 7), axis=1, keepdims=0), INT64, [1]))


def tops(opset):
    s = Sketch([2, 6], opset)
    h = s.dense("x", 6, 9)
    k = {"k": 4} if opset < 10 else {}
    given = lambda n: [] if opset < 10 else [s.const([n], np.int64)]
    values, indices = s.op("TopK", h, *given(4), outputs=2, **k)
    if opset < 11:
        return s.model(values=(values, FLOAT, [2, 4]), indices=(indices, INT64, [2, 4]))
    least, where = s.op("TopK", h, *given(2), outputs=2, axis=0, largest=0)
    return s.model(values=(values, FLOAT, [2, 4]), indices=(indices, INT64, [2, 4]), least=(least, FLOAT, [2, 9]),
                   where=(where, INT64, [2, 9]))


def one_hots():
    s = Sketch([2, 6], opset=17)
    h = s.dense("x", 6, 5)
    depth, bits, two = s.const(5, np.int64), s.const([0, 1]), s.const([-2, 7], np.int64)
    best = s.op("OneHot", s.op("ArgMax", h, axis=1, keepdims=0), depth, bits)  # [2, 5]
    _, where = s.op("TopK", h, s.const([3], np.int64), outputs=2)
    top = s.op("OneHot", where, depth, bits, axis=1)  # [2, 5, 3]
    whole = s.op("Round", s.op("Mul", "x", s.const([2.9])))  # from -3 to 3, on both sides of a depth of 2
    ends = s.op("OneHot", whole, s.const(2), s.const([0.5, -1.5]), axis=0)  # [2, 2, 6]
    numbers = s.op("OneHot", s.op("Cast", whole, to=INT64), s.const(2, np.int64), two)  # [2, 6, 2]
    return s.model(best=(best, FLOAT, [2, 5]), top=(top, FLOAT, [2, 5, 3]), ends=(ends, FLOAT, [2, 2, 6]),
                   numbers=(numbers, INT64, [2, 6, 2]))


def remainders():
    s = Sketch([2, 6], opset=17)
    whole = s.op("Cast", s.op("Round", s.op("Mul", "x", s.const([15.0]))), to=INT64)
    one = s.op("Mod", whole, s.const(7, np.int64))
    each = s.op("Mod", whole, s.const([2, -3, 5, -7, 11, 40], np.int64))
    signed = s.op("Mod", whole, s.const([2, -3, 5, -7, 11, 40], np.int64), fmod=1)
    return s.model(one=(one, INT64, [2, 6]), each=(each, INT64, [2, 6]), signed=(signed, INT64, [2, 6]))


def comparison(kind):
    s = Sketch([1, 6])
    return s.model(y=(s.op("Cast", s.op(kind, s.dense("x", 6, 3), s.const([0.1, -0.2, 0.4])), to=FLOAT), FLOAT, [1, 3]))


def constants_of_other_types():
    s = Sketch([1, 4])
    w = s.op("Cast", s.random(4, 3, dtype=np.float16), to=FLOAT)
    b = s.op("Cast", s.random(3, dtype=np.float64), to=FLOAT)
    return s.model(y=(s.op("Add", s.op("MatMul", "x", w), b), FLOAT, [1, 3]))


def initialisers_as_inputs():
    s = Sketch([1, 8], opset=9)
    s.as_inputs = True
    return s.model(y=(s.dense(s.op("Relu", s.dense("x", 8, 6)), 6, 2), FLOAT, [1, 2]))


CURVES = """Abs Exp Erf Softplus Softsign Elu Selu Celu HardSigmoid HardSwish Mish Sin Cos Atan""".split()


def curves(names):
    s = Sketch([1, 6], opset=18)
    h = s.dense("x", 6, len(names))
    parts = s.op("Split", h, outputs=len(names), axis=1, num_outputs=len(names)) if len(names) > 1 else [h]
    return s.model(y=(s.op("Concat", *[s.op(n, p) for n, p in zip(names, parts)], axis=1), FLOAT, [1, len(names)]))


def positive_curves():
    s = Sketch([1, 6], opset=18)
    h = s.op("Add", s.op("Abs", s.dense("x", 6, 4)), s.const([0.5]))
    parts = [s.op("Log", h), s.op("Sqrt", h), s.op("Reciprocal", h), s.op("Pow", h, s.const([1.5])),
             s.op("Pow", h, s.const([2.0])), s.op("Div", s.dense("x", 6, 4), h)]
    return s.model(y=(s.op("Concat", *parts, axis=1), FLOAT, [1, 24]))


def softmaxes():
    s = Sketch([2, 5], opset=13)
    h = s.dense("x", 5, 4)
    return s.model(y=(s.op("Softmax", h, axis=1), FLOAT, [2, 4]), z=(s.op("LogSoftmax", h, axis=0), FLOAT, [2, 4]))


def reductions():
    s = Sketch([2, 3, 4], opset=17)
    kinds = ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp")
    parts = [s.op(kind, "x", axes=[0, 2], keepdims=0) for kind in kinds]
    parts.append(s.op("ReduceSum", "x", s.const([0, 2], np.int64), keepdims=0))
    parts.append(s.op("ReduceLogSum", s.op("Abs", "x"), axes=[0, 2], keepdims=0))
    return s.model(y=(s.op("Concat", *parts, axis=0), FLOAT, [27]),
                   p=(s.op("ReduceProd", "x", axes=[2], keepdims=1), FLOAT, [2, 3, 1]))


def choices():
    s = Sketch([2, 6], opset=17)
    h = s.dense("x", 6, 5)
    a, b = s.op("Slice", h, s.const([0], np.int64), s.const([3], np.int64), s.const([1], np.int64)), s.op(
        "Slice", h, s.const([2], np.int64), s.const([5], np.int64), s.const([1], np.int64))
    larger = s.op("Greater", a, s.const([0.25]))
    bits = s.op("Xor", s.op("Or", larger, s.op("Less", b, s.const([0.0]))), s.op("And", larger, s.op("Not", larger)))
    parts = [s.op("Max", a, b), s.op("Min", a, b, s.const([0.1])), s.op("Where", bits, a, b), s.op("Sum", a, b, a),
             s.op("Mean", a, b), s.op("PRelu", a, s.const([0.3]))]
    return s.model(y=(s.op("Concat", *parts, axis=1), FLOAT, [2, 18]))


def picked():
    s = Sketch([2, 3, 4], opset=17)
    ints = lambda *v: s.const(list(v), np.int64)
    parts = [s.op("Expand", s.op("ReduceMean", "x", axes=[1]), ints(2, 5, 4)), s.op("Tile", "x", ints(1, 2, 1)),
             s.op("Pad", "x", ints(0, 1, 0, 0, 1, 0), s.const(0.5)), s.op("Trilu", "x", upper=0),
             s.op("Gather", "x", ints(2, 0, 0, 1), axis=1)]
    return s.model(y=(s.op("MatMul", s.op("Concat", *parts, axis=1), s.random(4, 2)), FLOAT, [2, 23, 2]))


def small_image():
    s = Sketch([1, 2, 6, 6], opset=17)
    c = s.op("Relu", s.op("Conv", "x", s.random(4, 2, 3, 3, scale=0.3), s.random(4), pads=[1, 1, 1, 1], strides=[1, 1]))
    p = s.op("MaxPool", c, kernel_shape=[2, 2], strides=[2, 2])
    d = s.op("Conv", p, s.random(4, 1, 2, 2), group=4)
    a = s.op("AveragePool", d, kernel_shape=[2, 2], pads=[1, 1, 0, 0])
    g = s.op("Add", s.op("GlobalAveragePool", a), s.op("GlobalMaxPool", a))
    return s.model(y=(s.dense(s.op("Flatten", g), 4, 3), FLOAT, [1, 3]))


def encoders():
    s = Sketch([1, 6], opset=17)
    ml = {"domain": "ai.onnx.ml"}
    pick = lambda *v: s.op("ArrayFeatureExtractor", "x", s.const(list(v), np.int64), **ml)
    whole = s.op("Round", s.op("Mul", pick(4, 5), s.const([2.0])))
    encoded = s.op("OneHotEncoder", whole, cats_int64s=[-2, -1, 0, 1, 2, 3], zeros=1, **ml)
    labels = s.op("LabelEncoder", whole, keys_floats=[-1.0, 0.0, 2.0], values_floats=[0.5, 3.0, -1.5],
                  default_float=-2.0, **ml)
    parts = [s.op("Normalizer", s.op("Add", s.op("Abs", pick(0, 2, 3)), s.const([0.5])), norm=n, **ml)
             for n in ("MAX", "L1", "L2")]
    parts += [s.op("Reshape", encoded, s.const([1, 12], np.int64)), labels, s.op("Binarizer", pick(1), threshold=0.25, **ml),
              s.op("Imputer", whole, imputed_value_floats=[7.0, 9.0], replaced_value_float=1.0, **ml)]
    return s.model(y=(s.op("FeatureVectorizer", *parts, inputdimensions=[3, 3, 3, 12, 2, 1, 2], **ml), FLOAT, [1, 26]))


def support_vectors(kernel):
    s = Sketch([1, 5])
    y = s.op("SVMRegressor", "x", domain="ai.onnx.ml", kernel_type=kernel, kernel_params=[0.3, 0.5, 3.0], n_supports=4,
             coefficients=[float(c) for c in s.rng.normal(size=4)], rho=[0.25],
             support_vectors=[float(c) for c in s.rng.normal(size=20)])
    return s.model(y=(y, FLOAT, [1, 1]))


def one_class():
    s = Sketch([1, 5])
    y = s.op("SVMRegressor", "x", domain="ai.onnx.ml", kernel_type="RBF", kernel_params=[0.3, 0.0, 3.0], n_supports=4,
             coefficients=[0.5, 0.25, 1.0, 0.75], rho=[-0.8], one_class=1,
             support_vectors=[float(c) for c in s.rng.normal(size=20)])
    return s.model(y=(y, FLOAT, [1, 1]))


def support_vector_classes(kernel, classes, transform):
    s = Sketch([1, 5], seed=6)
    vectors, pairs = [2, 3, 1, 2][:classes], classes * (classes - 1) // 2
    label, scores = s.op("SVMClassifier", "x", outputs=2, domain="ai.onnx.ml", kernel_type=kernel,
                         kernel_params=[0.3, 0.5, 3.0], vectors_per_class=vectors, post_transform=transform,
                         coefficients=[float(c) for c in s.rng.normal(size=(classes - 1) * sum(vectors))],
                         rho=[float(c) for c in s.rng.normal(size=pairs, scale=0.1)],
                         support_vectors=[float(c) for c in s.rng.normal(size=5 * sum(vectors))],
                         classlabels_ints=list(range(classes)))
    return s.model(scores=(scores, FLOAT, [1, 2 if classes == 2 else pairs]), label=(label, INT64, [1]))


def labels_beside_probabilities():
    s = Sketch([1, 5], seed=6)
    label, _ = s.op("SVMClassifier", "x", outputs=2, domain="ai.onnx.ml", kernel_type="LINEAR", kernel_params=[0.3, 0.5, 3.0],
                    vectors_per_class=[2, 3], coefficients=[float(c) for c in s.rng.normal(size=5)], rho=[0.05],
                    support_vectors=[float(c) for c in s.rng.normal(size=25)], classlabels_ints=[0, 1], prob_a=[2.0],
                    prob_b=[0.3])  # the more likely class is not the one with the vote
    return s.model(label=(label, INT64, [1]))


def transformed(transform, rows):
    s = Sketch([1, 5])
    y = s.op("LinearRegressor", "x", domain="ai.onnx.ml", targets=len(rows), post_transform=transform,
             coefficients=[float(c) for row in rows for c in row[:5]], intercepts=[float(row[5]) for row in rows])
    return s.model(y=(y, FLOAT, [1, len(rows)]))


def softmax_classifier():
    s = Sketch([1, 5])
    label, scores = s.op("LinearClassifier", "x", outputs=2, domain="ai.onnx.ml", multi_class=1,
                         coefficients=[float(c) for c in s.rng.normal(size=15)], intercepts=[0.1, 0.0, -0.2],
                         classlabels_ints=[0, 1, 2], post_transform="SOFTMAX")
    return s.model(scores=(scores, FLOAT, [1, 3]), label=(label, INT64, [1]))


MODELS = {f"perceptron of opset {n}": (lambda n=n: perceptron(n)) for n in (7, 9, 11, 13, 17, 21)}
MODELS |= {f"tops of opset {n}": (lambda n=n: tops(n)) for n in (9, 10, 17)}
MODELS |= {"elementwise": elementwise, "moves": moves, "normalised": normalised, "scaled regressor": scaled_regressor,
           "classifier": classifier, "argmax": argmax, "constants of other types": constants_of_other_types,
           "initialisers as inputs": initialisers_as_inputs, "curves": lambda: curves(CURVES),
           "curves of positive numbers": positive_curves, "softmaxes": softmaxes, "reductions": reductions,
           "choices": choices, "one-hots": one_hots, "remainders": remainders, "picked": picked, "small image": small_image,
           "encoders": encoders, "softmax classifier": softmax_classifier}
MODELS |= {f"support vectors, {k}": (lambda k=k: support_vectors(k)) for k in ("LINEAR", "POLY", "RBF", "SIGMOID")}
MODELS |= {f"{n} classes by support vectors, {k}, {t}": (lambda n=n, k=k, t=t: support_vector_classes(k, n, t))
           for n, k, t in ((2, "LINEAR", "NONE"), (2, "RBF", "LOGISTIC"), (3, "RBF", "SOFTMAX"), (3, "LINEAR", "LOGISTIC"),
                           (4, "POLY", "NONE"), (4, "SIGMOID", "NONE"))}
# Not near 1/2, where ONNX Runtime's probit loses half of its digits.
ROWS_OF_WEIGHTS = [[0.05, -0.04, 0.03, 0, 0.02, 0.75], [0.02, 0.03, -0.02, 0.05, 0, 0.2]]
MODELS |= {f"regressor, {t}": (lambda t=t: transformed(t, ROWS_OF_WEIGHTS)) for t in ("PROBIT", "LOGISTIC", "SOFTMAX")}
MODELS |= {"regressor, SOFTMAX_ZERO": lambda: transformed("SOFTMAX_ZERO", [*ROWS_OF_WEIGHTS, [0] * 6])}
MODELS |= {"one class": one_class, "labels beside probabilities": labels_beside_probabilities}
MODELS |= {kind: (lambda kind=kind: comparison(kind)) for kind in DISCRETE - {"ArgMax", "Equal"}}

# What docs/guide/your-own-model.md promises; Equal with a constant is for integers.
PROMISED = set("""Gemm MatMul Add Sub Mul Div Neg Relu LeakyRelu Sigmoid Tanh Clip Identity Dropout Flatten Reshape Squeeze
Unsqueeze Transpose Cast Concat Split Slice BatchNormalization Scaler LinearRegressor LinearClassifier ArgMax Greater Less
GreaterOrEqual LessOrEqual Log Sqrt Reciprocal Pow Softmax LogSoftmax ReduceSum ReduceMean ReduceMax ReduceMin ReduceL1
ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp ReduceProd Max Min Where Sum Mean PRelu And Or Xor Not Expand Tile Pad
Trilu Gather Normalizer Binarizer Imputer OneHotEncoder LabelEncoder ArrayFeatureExtractor FeatureVectorizer SVMRegressor
SVMClassifier TopK OneHot Mod Conv MaxPool AveragePool GlobalAveragePool GlobalMaxPool""".split()) | set(CURVES)


class OnnxRuntime(unittest.TestCase):
    nescio = ""

    def run_nescio(self, folder, *arguments):
        done = subprocess.run([self.nescio, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, f"nescio {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def predictions(self, folder, model, data):
        """float and quantised, {output: [rows][cells]}; of `data`, which is not what the model was calibrated with."""
        onnx.save(model, os.path.join(folder, "model.onnx"))
        np.savez(os.path.join(folder, "calibrate.npz"), x=self.data(model, seed=2, size=1.5))
        np.savez(os.path.join(folder, "data.npz"), x=data)
        self.run_nescio(folder, "compile", "model.onnx", "--calibrate", "calibrate.npz", "-o", "model.nescio")
        self.run_nescio(folder, "report", "model.nescio", "--data", "data.npz", "--predictions", "predictions.csv")
        with open(os.path.join(folder, "predictions.csv"), encoding="ascii", newline="") as f:
            header, *rows = list(csv.reader(f))
        values = np.array(rows, dtype=float)
        self.assertEqual(len(values), len(data))
        result = []
        for suffix in ("_float", "_quantised"):
            columns = {}
            for i, title in enumerate(header):
                if title.endswith(suffix):
                    columns.setdefault(title[: -len(suffix)].split("[")[0], []).append(values[:, i])
            result.append({name: np.stack(cells, axis=1) for name, cells in columns.items()})
        return result

    @staticmethod
    def data(model, seed, size=1.0):
        shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
        return (np.random.default_rng(seed).uniform(-size, size, size=(ROWS, *shape))).astype(np.float32)

    @staticmethod
    def reference(model, data):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        names = [o.name for o in session.get_outputs()]
        runs = [session.run(names, {"x": row}) for row in data]
        return {name: np.array([np.asarray(run[i], dtype=float).ravel() for run in runs]) for i, name in enumerate(names)}

    def test_predictions(self):
        for title, make in MODELS.items():
            with self.subTest(title), tempfile.TemporaryDirectory() as folder:
                model = make()
                onnx.checker.check_model(model)
                discrete = {o.name for o in model.graph.output if o.type.tensor_type.elem_type != FLOAT}
                if any(n.op_type in DISCRETE for n in model.graph.node) or title == "one class":
                    discrete |= {o.name for o in model.graph.output}
                data = self.data(model, seed=3)
                expected = self.reference(model, data)
                floats, integers = self.predictions(folder, model, data)
                self.assertEqual(set(floats), set(expected))
                for name, want in expected.items():
                    self.assertEqual(floats[name].shape, want.shape)
                    if title in ("choices", "encoders"):  # real numbers, chosen by comparisons
                        far = np.abs(integers[name] - want) > 0.02 * np.ptp(want)
                        self.assertLessEqual(np.mean(np.any(far, axis=1)), 0.05)
                        self.assertLess(np.max(np.abs(floats[name] - want)), 1e-5 * np.ptp(want))
                        continue
                    if name in discrete:
                        self.assertGreater(len(np.unique(want)), 1, "an output that is always the same tests nothing")
                        for got in (floats[name], integers[name]):
                            self.assertLessEqual(np.mean(np.any(got != want, axis=1)), 0.05)
                        continue
                    span = np.ptp(want)
                    self.assertGreater(span, 0)
                    self.assertLess(np.max(np.abs(floats[name] - want)), 1e-5 * span)
                    self.assertLess(np.max(np.abs(integers[name] - want)), 0.02 * span)

    def test_external_data(self):
        """Weights in a file of their own give the same predictions as weights in the model."""
        model = perceptron(17)
        data = self.data(model, seed=3)
        with tempfile.TemporaryDirectory() as folder:
            inside = self.predictions(folder, model, data)
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(model, os.path.join(folder, "split.onnx"), save_as_external_data=True, location="weights.bin",
                      size_threshold=0)
            self.assertGreater(os.path.getsize(os.path.join(folder, "weights.bin")), 0)
            np.savez(os.path.join(folder, "calibrate.npz"), x=self.data(model, seed=2, size=1.5))
            np.savez(os.path.join(folder, "data.npz"), x=data)
            self.run_nescio(folder, "compile", "split.onnx", "--calibrate", "calibrate.npz", "-o", "model.nescio")
            report = json.loads(self.run_nescio(folder, "report", "model.nescio", "--data", "data.npz", "--json"))
        largest = np.max(np.abs(inside[0]["y"] - inside[1]["y"]))
        self.assertAlmostEqual(report["outputs"][0]["largest_error"], largest, delta=1e-6)

    def test_an_open_dimension(self):
        """--data is read with the sizes that the model was compiled with."""
        s = Sketch([1, 4])
        model = s.model(y=(s.dense("x", 4, 2), FLOAT, ["rows", 2]))
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "rows"
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(model, os.path.join(folder, "open.onnx"))
            data = np.random.default_rng(1).normal(size=(16, 3, 4)).astype(np.float32)
            np.savez(os.path.join(folder, "data.npz"), x=data)
            self.run_nescio(folder, "compile", "open.onnx", "--calibrate", "data.npz", "--dimension", "rows=3", "-o",
                            "model.nescio")
            report = json.loads(self.run_nescio(folder, "report", "model.nescio", "--data", "data.npz", "--json"))
        self.assertEqual(report["rows"], 16)
        self.assertEqual(report["out_of_range"], 0)

    def test_every_promised_operator_is_in_a_model(self):
        used = {node.op_type for make in MODELS.values() for node in make().graph.node}
        self.assertEqual(PROMISED - used, set())

    def test_what_is_proven_is_what_was_predicted(self):
        for title in ("elementwise", "moves", "classifier", "argmax", "Greater", "tops of opset 17"):
            with self.subTest(title), tempfile.TemporaryDirectory() as folder:
                model = MODELS[title]()
                data = self.data(model, seed=3)
                _, integers = self.predictions(folder, model, data)
                self.run_nescio(folder, "commit", "model.nescio", "--proving-key", "pk", "--verifying-key", "vk")
                with open(os.path.join(folder, "input.json"), "w", encoding="ascii") as f:
                    json.dump({"x": data[0].ravel().tolist()}, f)
                reveal = [word for name in integers for word in ("--reveal", name)]
                self.run_nescio(folder, "prove", "--proving-key", "pk", "--input", "input.json", "-o", "proof", *reveal)
                told = json.loads(self.run_nescio(folder, "verify", "--verifying-key", "vk", "proof", "--json"))
                for name, rows in integers.items():
                    np.testing.assert_allclose(np.ravel(told["revealed"][name]), rows[0], rtol=1e-8)


if __name__ == "__main__":
    OnnxRuntime.nescio = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
