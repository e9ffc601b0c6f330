"""scikit-learn's tree models that skl2onnx does not convert, or not exactly, as ONNX: HistGradientBoosting, with missing
values and categories, and IsolationForest."""
from __future__ import annotations

import numpy as np

from .errors import UnsupportedOperator

LEQ, MEMBER = 0, 6  # node modes of ai.onnx.ml.TreeEnsemble


class _Ensemble:
    """Attributes of a TreeEnsemble that grow tree by tree. Inputs are float32; a threshold of double precision is
    rounded down, so that x <= threshold keeps its answer."""

    def __init__(self, targets):
        self.targets, self.roots, self.members = targets, [], []
        self.feature, self.mode, self.split, self.missing = [], [], [], []
        self.yes, self.yes_leaf, self.no, self.no_leaf = [], [], [], []
        self.leaf_target, self.leaf_weight = [], []

    def leaf(self, target, weight):
        self.leaf_target.append(int(target))
        self.leaf_weight.append(float(weight))
        return len(self.leaf_weight) - 1, 1

    def test(self, feature, mode, split, missing):
        """A node without children, by its number."""
        self.feature.append(int(feature))
        self.mode.append(mode)
        at = np.float32(0 if mode == MEMBER else split)
        if mode == LEQ and float(at) > float(split):
            at = np.nextafter(at, np.float32(-np.inf))
        self.split.append(float(at))
        self.missing.append(int(missing))
        for ways in (self.yes, self.yes_leaf, self.no, self.no_leaf):
            ways.append(0)
        if mode == MEMBER:
            self.members += [*map(float, split), float("nan")]
        return len(self.feature) - 1

    def join(self, node, yes, no):
        (self.yes[node], self.yes_leaf[node]), (self.no[node], self.no_leaf[node]) = yes, no

    def root(self, at):
        """at: a node or a leaf; a tree that is a leaf is a node both of whose ways lead to it."""
        number, is_leaf = at
        if is_leaf:
            node = self.test(0, LEQ, 0.0, 0)
            self.join(node, at, at)
            number = node
        self.roots.append(number)

    def proto(self, features, links, output):
        """links: (operator, constant or None) that follow, each on what was before."""
        from onnx import TensorProto, helper, numpy_helper

        def tensor(name, values, dtype):
            return numpy_helper.from_array(np.array(values, dtype=dtype), name)

        sets = {"membership_values": tensor("members", self.members, np.float32)} if self.members else {}
        nodes = [helper.make_node(
            "TreeEnsemble", ["x"], ["v0"], "trees", domain="ai.onnx.ml", aggregate_function=1, post_transform=0,
            n_targets=self.targets, tree_roots=self.roots, nodes_featureids=self.feature,
            nodes_modes=tensor("modes", self.mode, np.uint8), nodes_splits=tensor("splits", self.split, np.float32),
            nodes_missing_value_tracks_true=self.missing, nodes_truenodeids=self.yes, nodes_trueleafs=self.yes_leaf,
            nodes_falsenodeids=self.no, nodes_falseleafs=self.no_leaf, leaf_targetids=self.leaf_target,
            leaf_weights=tensor("weights", self.leaf_weight, np.float32), **sets)]
        constants = []
        for operator, constant in links:
            at = nodes[-1].output[0]
            inputs, attributes = [at], {}
            if operator == "Mirror":  # [-s, s]
                nodes.append(helper.make_node("Neg", [at], [at + "_negative"]))
                operator, inputs, attributes = "Concat", [at + "_negative", at], {"axis": 1}
            if constant is not None:
                constants.append(tensor(f"c{len(constants)}", constant, np.float32))
                inputs.append(constants[-1].name)
            nodes.append(helper.make_node(operator, inputs, [f"v{len(nodes)}"], **attributes))
        nodes[-1].output[0] = output
        graph = helper.make_graph(nodes, "trees", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, features])],
                                  [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], constants)
        return helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 18),
                                                                      helper.make_opsetid("ai.onnx.ml", 5)])


def known(model):
    return type(model).__module__.startswith("sklearn.") and type(model).__name__ in (
        "HistGradientBoostingClassifier", "HistGradientBoostingRegressor", "IsolationForest")


def proto(model, output):
    """(ModelProto, notes) of a fitted estimator that is known()."""
    return _isolation(model, output) if type(model).__name__ == "IsolationForest" else _histogram(model, output)


# ---- histogram gradient boosting


def _columns(model):
    """For each feature of the trees: the feature of the input, and its categories in the order of their codes, or
    None. Categorical features come first where an encoder is in front."""
    encoder = getattr(model, "_preprocessor", None)
    flags = model.is_categorical_
    if encoder is None:
        return [(i, None) for i in range(model.n_features_in_)]
    held = encoder.named_transformers_["encoder"].categories_
    first = [(int(i), list(c)) for i, c in zip(np.flatnonzero(flags), held)]
    for _, categories in first:
        if any(isinstance(c, str) for c in categories):
            raise UnsupportedOperator("HistGradientBoosting: categories that are text", "E_OP",
                                      fix="encode them as numbers before the model")
    return first + [(int(i), None) for i in np.flatnonzero(~flags)]


def _histogram(model, output):
    columns = _columns(model)
    rounds = model._predictors
    targets = len(rounds[0])
    made = _Ensemble(targets)
    for each in rounds:
        for target, predictor in enumerate(each):
            made.root(_predictor(made, predictor, target, columns))
    base = np.ravel(model._baseline_prediction)
    links = [("Add", base if targets > 1 else [base[0]])]
    classes = getattr(model, "classes_", None)
    notes = []
    if classes is not None:
        links += [("Mirror", None), ("Sigmoid", None)] if targets == 1 else [("Softmax", None)]
        if list(classes) != list(range(len(classes))):
            notes.append("argmax says which class: " + ", ".join(f"{i} is {c}" for i, c in enumerate(classes)))
    elif model._loss.link.__class__.__name__ == "LogLink":
        links.append(("Exp", None))
    default = "probabilities" if classes is not None else "score"
    return made.proto(model.n_features_in_, links, output or default), notes


def _predictor(made, predictor, target, columns):
    nodes, ref = predictor.nodes, {}
    for i in reversed(range(len(nodes))):  # children come after their parents
        n = nodes[i]
        if n["is_leaf"]:
            ref[i] = made.leaf(target, n["value"])
            continue
        feature, categories = columns[n["feature_idx"]]
        left, right = ref[int(n["left"])], ref[int(n["right"])]
        missing = bool(n["missing_go_to_left"])
        if not n["is_categorical"]:
            node = made.test(feature, LEQ, n["num_threshold"], missing)
            made.join(node, left, right)
        else:
            words = predictor.raw_left_cat_bitsets[n["bitset_idx"]]
            goes_left = [bool(int(words[c // 32]) >> (c % 32) & 1) for c in range(len(categories))]
            # What is no known category counts as missing: the set is of those who go the other way.
            node = made.test(feature, MEMBER, [c for c, l in zip(categories, goes_left) if l != missing and c == c],
                             missing=False)
            made.join(node, *((right, left) if missing else (left, right)))
        ref[i] = (node, 0)
    return ref[0]


# ---- isolation


def _paths(n):
    """Of an unsuccessful search among n samples, on average (Liu, Ting, Zhou 2008, equation 1)."""
    if n <= 1:
        return 0.0
    return 1.0 if n == 2 else 2.0 * (np.log(n - 1.0) + np.euler_gamma) - 2.0 * (n - 1.0) / n


def _isolation(model, output):
    made = _Ensemble(1)
    scale = len(model.estimators_) * _paths(model._max_samples)
    for estimator, chosen in zip(model.estimators_, model.estimators_features_):
        tree, ref, depth = estimator.tree_, {}, {0: 0}
        for i in range(tree.node_count):
            if tree.children_left[i] >= 0:
                depth[tree.children_left[i]] = depth[tree.children_right[i]] = depth[i] + 1
        for i in reversed(range(tree.node_count)):
            if tree.children_left[i] < 0:
                value = depth[i] + _paths(tree.n_node_samples[i])
                ref[i] = made.leaf(0, -np.log(2.0) * value / scale)
                continue
            node = made.test(chosen[tree.feature[i]], LEQ, tree.threshold[i], tree.missing_go_to_left[i])
            made.join(node, ref[tree.children_left[i]], ref[tree.children_right[i]])
            ref[i] = (node, 0)
        made.root(ref[0])
    links = [("Exp", None), ("Neg", None)] if scale > 0 else [("Sub", [1.0])]
    notes = [f"'{output or 'score'}' is score_samples(): an outlier is below {model.offset_:.6g}"]
    return made.proto(model.n_features_in_, links, output or "score"), notes
