"""Models of Python libraries as ONNX. Each library's converter is imported only when such a model is given."""
from __future__ import annotations

import contextlib
import io
import os
import sys

import numpy as np

from . import _data
from .errors import Error, ModelError, UsageError, missing

OPSET = {"": 18, "ai.onnx.ml": 3}
ACCEPTED = ("an ONNX file, ONNX bytes or a ModelProto, a torch module, a scikit-learn estimator or pipeline, or an "
            "XGBoost or LightGBM model")


class Converted:
    """onnx: bytes, or the path of a file. notes: what the conversion decided. columns: names of features, if known."""

    def __init__(self, onnx, kind, notes=(), columns=None):
        self.onnx, self.kind, self.notes, self.columns = onnx, kind, list(notes), columns


def convert(model, calibration, output):
    columns = [str(c) for c in calibration.columns] if _data.is_table(calibration) else None
    converter = _converter(model)
    if converter is None:
        if output is not None:
            raise UsageError("output= names the output of a converted model; an ONNX model has names of its own")
        if isinstance(model, (str, os.PathLike)):
            return Converted(os.fspath(model), "ONNX", columns=columns)
        if isinstance(model, (bytes, bytearray, memoryview)):
            return Converted(bytes(model), "ONNX", columns=columns)
        if hasattr(model, "SerializeToString"):
            return Converted(_serialised(model), "ONNX", columns=columns)
        raise UsageError(f"a model of type {type(model).__name__}", fix="give " + ACCEPTED)
    made = converter(model, calibration, output)
    made.columns = made.columns or columns
    return made


def _converter(model):
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        return _torch
    root = type(model).__module__.split(".")[0]
    if root in ("xgboost", "lightgbm"):
        return _boosted
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
    for holder in (model, getattr(model, "booster_", None), getattr(model, "_Booster", None)):
        n = getattr(holder, "n_features_in_", None)
        n = holder.num_feature() if n is None and hasattr(holder, "num_feature") else n
        n = holder.num_features() if n is None and hasattr(holder, "num_features") else n
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
        try:
            proto = attempt([("X", FloatTensorType([1, n]))])
        except Exception:
            if columns is None:
                raise
            # Steps that select columns by name read one input for each.
            proto = attempt([(c, FloatTensorType([1, 1])) for c in columns])
    notes = _missing_values(proto, last) + _for_proving(proto, output)
    return Converted(_serialised(proto), "scikit-learn", notes, columns)


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


def _boosted(model, calibration, output):
    root = type(model).__module__.split(".")[0]
    try:
        import onnxmltools
        from onnxmltools.convert.common.data_types import FloatTensorType
    except ImportError:
        raise missing("onnxmltools", f"a model of {root}") from None
    kind = "XGBoost model" if root == "xgboost" else "LightGBM model"
    with _told(kind, "onnxmltools"):
        types = [("X", FloatTensorType([1, _features(model, calibration)]))]
        if root == "xgboost":
            proto = onnxmltools.convert_xgboost(model, initial_types=types, target_opset=15)
        else:
            proto = onnxmltools.convert_lightgbm(model, initial_types=types, target_opset=15, zipmap=False)
    notes = _for_proving(proto, output)
    names = getattr(model, "feature_names_in_", None)
    return Converted(_serialised(proto), kind.split()[0], notes, [str(c) for c in names] if names is not None else None)


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
