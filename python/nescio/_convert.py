"""Models of Python libraries as files: ONNX, or those of XGBoost and LightGBM themselves. A converter is imported only
when a model needs it."""
from __future__ import annotations

import contextlib
import io
import os
import sys

import numpy as np

from . import _data, _sklearn_trees
from .errors import Error, ModelError, UsageError, missing

OPSET = {"": 18, "ai.onnx.ml": 3}
ACCEPTED = ("a file of ONNX, XGBoost or LightGBM or its bytes, a ModelProto, a torch module, a scikit-learn estimator or "
            "pipeline, or an XGBoost or LightGBM model")


class Converted:
    """file: bytes, or a path. notes: what the conversion decided. columns: names of features, if known. output: a name
    that its one output is still to get, or empty."""

    def __init__(self, file, kind, notes=(), columns=None, output=None):
        self.file, self.kind, self.notes, self.columns, self.output = file, kind, list(notes), columns, output or ""


def convert(model, calibration, output):
    columns = [str(c) for c in calibration.columns] if _data.is_table(calibration) else None
    converter = _converter(model)
    if converter is None:
        if isinstance(model, (str, os.PathLike)):
            return Converted(os.fspath(model), "a file", columns=columns, output=output)
        if isinstance(model, (bytes, bytearray, memoryview)):
            return Converted(bytes(model), "bytes", columns=columns, output=output)
        if hasattr(model, "SerializeToString"):
            return Converted(_serialised(model), "ONNX", columns=columns, output=output)
        raise UsageError(f"a model of type {type(model).__name__}", fix="give " + ACCEPTED)
    made = converter(model, calibration, output)
    made.columns = made.columns or columns
    return made


def _converter(model):
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        return _torch
    root = type(model).__module__.split(".")[0]
    if root == "xgboost":
        return _xgboost
    if root == "lightgbm":
        return _lightgbm
    base = sys.modules.get("sklearn.base")
    if base is not None and isinstance(model, base.BaseEstimator):
        return _sklearn
    return None


def _serialised(proto):
    try:
        return proto.SerializeToString()
    except ValueError:
        raise ModelError("the model passes 2 GiB", "E_MODEL", fix="save it with external data, and give the path") from None


@contextlib.contextmanager
def _told(kind, converter):
    """What a converter says becomes a ModelError; it speaks of types and operators."""
    try:
        yield
    except Error:
        raise
    except Exception as e:
        first = (str(e).strip() or type(e).__name__).splitlines()[0][:300]
        raise ModelError(f"{converter} cannot convert this {kind}: {first}", "E_MODEL",
                         fix=f"see what {converter} supports, or give ONNX") from e


def _features(model, calibration):
    n = getattr(model, "n_features_in_", None)
    if n is not None:
        return int(n)
    if hasattr(calibration, "shape") and len(calibration.shape) == 2:
        return int(calibration.shape[1])
    raise UsageError("the number of features is not known", fix="fit the model first, or give calibration as an array")


def _sklearn(model, calibration, output):
    try:
        import skl2onnx
        from skl2onnx.common.data_types import FloatTensorType
    except ImportError:
        raise missing("skl2onnx", "a scikit-learn model") from None
    names = getattr(model, "feature_names_in_", None)
    columns = [str(c) for c in names] if names is not None else None
    if _sklearn_trees.known(model):
        with _told("scikit-learn model", "nescio"):
            proto, notes = _sklearn_trees.proto(model, output)
        return Converted(_serialised(proto), "scikit-learn", notes, columns)
    n = _features(model, calibration)
    last = model
    while hasattr(last, "steps"):
        last = last.steps[-1][1]
    options = {id(last): {"zipmap": False}} if hasattr(last, "classes_") else None

    def attempt(types):
        try:
            return skl2onnx.convert_sklearn(model, initial_types=types, target_opset=OPSET, options=options)
        except Exception as e:
            if "zipmap" not in str(e):  # some estimators are without that option
                raise
            return skl2onnx.convert_sklearn(model, initial_types=types, target_opset=OPSET,
                                            options={id(last): {"nocl": False}})

    with _told("scikit-learn model", "skl2onnx"):
        if _data.is_table(calibration) and _data.has_words(calibration):
            proto = attempt(_column_types(calibration, columns))
        else:
            try:
                proto = attempt([("X", FloatTensorType([1, n]))])
            except Exception:
                if columns is None:
                    raise
                # Steps that select columns by name read one input for each.
                proto = attempt([(c, FloatTensorType([1, 1])) for c in columns])
    notes = _missing_values(proto, last) + _for_proving(proto, output)
    return Converted(_serialised(proto), "scikit-learn", notes, columns)


def _column_types(table, columns):
    """One input for each column, of numbers or of words."""
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    return [(str(c), (StringTensorType if _data.is_words(table[c].to_numpy()) else FloatTensorType)([1, 1]))
            for c in columns or table.columns]


def _missing_values(proto, estimator):
    """skl2onnx lets a missing value fail every test of a decision tree; scikit-learn has learnt where it goes, and here
    the graph is told. Returns notes."""
    held = getattr(estimator, "estimators_", None)
    held = [estimator] if held is None else held.ravel() if isinstance(held, np.ndarray) else held
    trees = [t.tree_ for t in held if hasattr(t, "tree_")]
    ensembles = [{a.name: a for a in n.attribute} for n in proto.graph.node if n.op_type.startswith("TreeEnsemble")]
    if not trees or not ensembles:
        return []
    a = ensembles[0]
    nodes = list(zip(a["nodes_treeids"].ints, a["nodes_nodeids"].ints, a["nodes_modes"].strings,
                     a["nodes_featureids"].ints))
    known = len(ensembles) == 1 and len(nodes) == sum(t.node_count for t in trees) and all(
        t < len(trees) and n < trees[t].node_count and mode in (b"LEAF", b"BRANCH_LEQ") and
        (mode == b"LEAF" or trees[t].feature[n] == feature) for t, n, mode, feature in nodes)
    if not known:
        return ["missing values (NaN) may take other branches than in scikit-learn"]
    del a["nodes_missing_value_tracks_true"].ints[:]
    a["nodes_missing_value_tracks_true"].ints.extend(
        int(mode != b"LEAF" and trees[t].missing_go_to_left[n]) for t, n, mode, _ in nodes)
    return []


def _xgboost(model, calibration, output):
    booster = model.get_booster() if hasattr(model, "get_booster") else model
    notes = []
    best = getattr(model, "best_iteration", None) if booster is not model else None  # as predict() of the estimator
    if best is not None:
        booster = booster[:best + 1]
        notes.append(f"training stopped early: the first {best + 1} rounds count, as in predict()")
    with _told("XGBoost model", "xgboost"):
        file = bytes(booster.save_raw(raw_format="ubj"))
    names = booster.feature_names
    return Converted(file, "XGBoost", notes, [str(n) for n in names] if names else None, output)


def _lightgbm(model, calibration, output):
    booster = getattr(model, "booster_", model)
    with _told("LightGBM model", "lightgbm"):
        text = booster.model_to_string()  # up to the best round, as predict()
    names = getattr(model, "feature_names_in_", None)
    return Converted(text.encode(), "LightGBM", (), [str(n) for n in names] if names is not None else None, output)


def _torch(model, calibration, output):
    import torch
    if isinstance(calibration, (str, os.PathLike)):
        raise UsageError("a torch module is exported with an example", fix="give calibration as an array")
    if isinstance(calibration, dict):
        examples = {k: _data.numbers(v)[:1] for k, v in calibration.items()}
    else:
        table = _data.table_numbers(calibration) if _data.is_table(calibration) else calibration
        examples = {"x": _data.numbers(table)[:1]}
    tensors = tuple(torch.from_numpy(np.array(v, dtype=np.float32)) for v in examples.values())
    how = {"input_names": list(examples), "output_names": [output or "y"]}
    training = model.training
    with _told("torch module", "torch.onnx.export"):
        model.eval()
        try:
            with torch.no_grad(), contextlib.redirect_stdout(io.StringIO()):
                try:
                    import onnxscript  # noqa: F401 -- what the newer exporter is made with
                    program = torch.onnx.export(model, tensors, dynamo=True, opset_version=18, **how)
                    onnx = _serialised(program.model_proto)
                except ImportError:
                    try:
                        file = io.BytesIO()
                        torch.onnx.export(model, tensors, file, dynamo=False, opset_version=17, **how)
                        onnx = file.getvalue()
                    except ImportError:
                        raise missing("onnx onnxscript", "torch.onnx.export") from None
        finally:
            model.train(training)
    return Converted(onnx, "torch")


def _for_proving(proto, output):
    """Changes a converted graph to what statements are about. Returns notes.

    A look-up of class labels is dropped: argmax says the same. Where probabilities of several classes come from a
    softmax or are divided by their sum, the scores before that take their place: their argmax is the same. The real
    output takes the name `output`.
    """
    from onnx import TensorProto, helper
    graph, notes = proto.graph, []
    made_by = {name: node for node in graph.node for name in node.output}

    def behind(name):
        seen, todo = [], [name]
        while todo:
            node = made_by.get(todo.pop())
            if node is not None and node not in seen:
                seen.append(node)
                todo += node.input
        return seen

    reals = [o for o in graph.output if o.type.tensor_type.elem_type in (TensorProto.FLOAT, TensorProto.DOUBLE)]
    if len(reals) == 1:
        real, name = reals[0], reals[0].name
        node, cut = made_by.get(name), False
        while node is not None and node.op_type in ("Identity", "Softmax", "Normalizer"):
            cut = cut or node.op_type != "Identity"
            name, node = node.input[0], made_by.get(node.input[0])
        if node is not None and node.op_type == "LinearClassifier":
            for a in node.attribute:
                if a.name == "post_transform" and (cut or a.s == b"SOFTMAX"):
                    a.s, cut = b"NONE", True
        if not cut:
            name = real.name
        if cut or output is not None:
            wanted = output or "scores"
            if wanted != name:
                if not any(o.domain in ("", "ai.onnx") for o in proto.opset_import):  # only trees until now
                    proto.opset_import.append(helper.make_opsetid("", 15))
                graph.node.append(helper.make_node("Identity", [name], [wanted], "nescio_output"))
                made_by[wanted] = graph.node[-1]
            if cut:
                notes.append(f"'{wanted}' are scores before they become probabilities; the largest is the same one")
            real.CopyFrom(helper.make_tensor_value_info(wanted, TensorProto.FLOAT, None))
    elif output is not None:
        raise UsageError("output= names the one real output of a model; this one has " + str(len(reals)))
    for out in list(graph.output):
        if len(graph.output) > 1 and any(n.op_type in ("ArrayFeatureExtractor", "ZipMap", "LabelEncoder")
                                         for n in behind(out.name)):
            graph.output.remove(out)
            notes.append(f"the output '{out.name}' is left out: argmax says the same")
    kept = [n for o in graph.output for n in behind(o.name)]
    for node in [n for n in graph.node if n not in kept]:
        graph.node.remove(node)
    read = {name for n in graph.node for name in n.input}
    for tensor in [t for t in graph.initializer if t.name not in read]:
        graph.initializer.remove(tensor)
    return notes
