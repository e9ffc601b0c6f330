"""Each row reaches the leaves that it reaches in ONNX Runtime: models as skl2onnx and onnxmltools export them, on all
rows of a data set, on values that equal thresholds, their neighbours, NaN, infinities, -0.0 and denormals.

The operator stays as it was exported, with its thresholds, modes, children and targets. Its leaves get numbers for
weights: leaf i of the k-th tree that counts for a target weighs i R^k there, i from 1 to R - 1. So a score tells the
leaf of each tree, as long as it is below 2^23; both programs are exact there.
"""
import warnings

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from sklearn import datasets, ensemble, tree
from test_leaves import SETS, with_edges

import nescio

warnings.simplefilter("ignore")
OPSET = {"": 18, "ai.onnx.ml": 3}
DEPTH, TREES = 6, 3


@pytest.fixture(scope="module", params=SETS)
def rows(request):
    """x, two classes, classes as many as there are, features that are categories."""
    x, y, categories = SETS[request.param]()
    many = getattr(datasets, "load_" + request.param)().target if request.param in ("iris", "wine", "digits") else y
    return x, y, many, categories


def session(model):
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def one_row(model):
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    fixed.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    return fixed


def of_one_node(node, features):
    """A model of this node alone, for any number of rows."""
    outputs = [helper.make_tensor_value_info(n, TensorProto.INT64 if n == "label" else TensorProto.FLOAT, None)
               for n in node.output]
    graph = helper.make_graph([node], "trees", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, features])],
                              outputs)
    ml = 5 if node.op_type == "TreeEnsemble" else 3
    return helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 18),
                                                                  helper.make_opsetid("ai.onnx.ml", ml)])


def numbered(exported, features):
    """The model with numbers for weights, and its thresholds."""
    (node,) = (n for n in exported.graph.node if n.op_type.startswith("TreeEnsemble"))
    held = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    prefix = "class" if node.op_type == "TreeEnsembleClassifier" else "target"
    number, of_tree, trees_of = {}, {}, {}
    for at in zip(held[prefix + "_treeids"], held[prefix + "_nodeids"]):
        number.setdefault(at, of_tree.setdefault(at[0], len([k for k in number if k[0] == at[0]]) + 1))
        of_tree[at[0]] = number[at] + 1
    for t, c in zip(held[prefix + "_treeids"], held[prefix + "_ids"]):
        trees_of.setdefault(c, {}).setdefault(t, len(trees_of[c]))
    radix = max(of_tree.values())
    assert radix ** max(map(len, trees_of.values())) < 2**23
    held[prefix + "_weights"] = [float(number[t, n] * radix ** trees_of[c][t]) for t, n, c in zip(
        held[prefix + "_treeids"], held[prefix + "_nodeids"], held[prefix + "_ids"])]
    held["post_transform"] = b"NONE"
    held.pop("base_values", None)
    outputs = ["label", "scores"] if prefix == "class" else ["scores"]
    renewed = helper.make_node(node.op_type, ["x"], outputs, domain="ai.onnx.ml", **held)
    return of_one_node(renewed, features), held["nodes_values"]


def both(model, x):
    """(ONNX Runtime's, nescio's) answers for each output: [rows, columns]."""
    theirs = session(model).run(None, {"x": x})
    ours = nescio.compile(one_row(model), x[:50]).mock(x)
    assert ours.in_range.all(), ours.problems
    for output, answer in zip(model.graph.output, theirs):
        yield output.name, np.reshape(answer, (len(x), -1)), np.reshape(ours[output.name], (len(x), -1))


def check(exported, x):
    model, thresholds = numbered(exported, x.shape[1])
    for name, theirs, ours in both(model, with_edges(x, thresholds)):
        assert name == "label" or np.unique(theirs).size > 1
        assert (ours == theirs).all(), name


def with_skl2onnx(model, features):
    skl2onnx = pytest.importorskip("skl2onnx")
    from skl2onnx.common.data_types import FloatTensorType
    options = {id(model): {"zipmap": False}} if hasattr(model, "classes_") else None
    return skl2onnx.convert_sklearn(model, initial_types=[("x", FloatTensorType([None, features]))], target_opset=OPSET,
                                    options=options)


@pytest.mark.parametrize("kind", [tree.DecisionTreeRegressor, ensemble.RandomForestRegressor,
                                  ensemble.GradientBoostingRegressor, tree.DecisionTreeClassifier,
                                  ensemble.RandomForestClassifier, ensemble.GradientBoostingClassifier])
def test_scikit_learn(rows, kind):
    x, y, many, _ = rows
    fitted = np.nan_to_num(x) if "Gradient" in kind.__name__ else x  # which takes no missing values
    size = {} if "Tree" in kind.__name__ else {"n_estimators": TREES}
    model = kind(max_depth=DEPTH, random_state=0, **size).fit(fitted, many if "Classifier" in kind.__name__ else y)
    check(with_skl2onnx(model, x.shape[1]), x)


def with_onnxmltools(model, library, features):
    onnxmltools = pytest.importorskip("onnxmltools")
    from onnxmltools.convert.common.data_types import FloatTensorType
    convert = getattr(onnxmltools, "convert_" + library)
    options = {"zipmap": False} if library == "lightgbm" else {}
    return convert(model, initial_types=[("x", FloatTensorType([None, features]))], target_opset=15, **options)


@pytest.mark.parametrize("kind", ["Regressor", "Classifier"])
def test_lightgbm(rows, kind):
    lightgbm = pytest.importorskip("lightgbm")
    x, y, many, categories = rows
    model = getattr(lightgbm, f"LGBM{kind}")(n_estimators=TREES, num_leaves=31, min_child_samples=3, min_data_per_group=3,
                                             verbose=-1)
    model.fit(x, many if kind == "Classifier" else y, categorical_feature=categories)
    check(with_onnxmltools(model, "lightgbm", x.shape[1]), x)


@pytest.mark.parametrize("kind", ["Regressor", "Classifier"])
def test_xgboost(rows, kind):
    xgboost = pytest.importorskip("xgboost")
    x, y, many, _ = rows
    model = getattr(xgboost, f"XGB{kind}")(n_estimators=TREES, max_depth=DEPTH)
    model.fit(x, many if kind == "Classifier" else y)
    check(with_onnxmltools(model, "xgboost", x.shape[1]), x)


# ---- the operators themselves: every mode, and where ONNX Runtime is not what the specification says

MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER"]
TINY = np.finfo(np.float32).smallest_subnormal
NUMBERS = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, TINY, -TINY, 1e-40, 1.0, np.nextafter(np.float32(1), np.float32(2)),
                    1.5, 2.0, 3.4028235e38, -3.4028235e38], dtype=np.float32)


def stumps(tests, operator="TreeEnsembleRegressor", weights=(1.0, 2.0), more=()):
    """One tree for each (mode, threshold or members, missing value tracks true): its first leaf is that of the yes."""
    n = len(tests)
    more = dict(more)
    if operator == "TreeEnsemble":
        members = [v for _, at, _ in tests if isinstance(at, list) for v in (*at, np.nan)]
        sets = {"membership_values": helper.make_tensor("m", TensorProto.FLOAT, [len(members)], members)} if members else {}
        node = helper.make_node(
            operator, ["x"], ["scores"], domain="ai.onnx.ml", tree_roots=list(range(n)), nodes_featureids=[0] * n,
            nodes_modes=helper.make_tensor("o", TensorProto.UINT8, [n], [MODES.index(m) for m, _, _ in tests]),
            nodes_splits=helper.make_tensor("s", TensorProto.FLOAT, [n],
                                            [0.0 if isinstance(at, list) else at for _, at, _ in tests]),
            nodes_missing_value_tracks_true=[int(missing) for _, _, missing in tests],
            nodes_truenodeids=[2 * i for i in range(n)], nodes_falsenodeids=[2 * i + 1 for i in range(n)],
            nodes_trueleafs=[1] * n, nodes_falseleafs=[1] * n, leaf_targetids=[i // 2 for i in range(2 * n)],
            leaf_weights=helper.make_tensor("w", TensorProto.FLOAT, [2 * n], list(weights) * n), aggregate_function=1,
            n_targets=n, **sets)
        return of_one_node(node, 1)
    prefix = "class" if operator == "TreeEnsembleClassifier" else "target"
    held = {"nodes_treeids": np.repeat(range(n), 3).tolist(), "nodes_nodeids": [0, 1, 2] * n,
            "nodes_featureids": [0] * 3 * n, "nodes_modes": [m for t in tests for m in (t[0], "LEAF", "LEAF")],
            "nodes_values": [v for t in tests for v in (float(t[1]), 0.0, 0.0)], "nodes_truenodeids": [1, 0, 0] * n,
            "nodes_falsenodeids": [2, 0, 0] * n,
            "nodes_missing_value_tracks_true": [v for t in tests for v in (int(t[2]), 0, 0)],
            prefix + "_treeids": np.repeat(range(n), 2).tolist(), prefix + "_nodeids": [1, 2] * n,
            prefix + "_ids": np.repeat(range(n), 2).tolist(), prefix + "_weights": list(weights) * n}
    held |= {"classlabels_int64s": [0, 1]} if prefix == "class" else {"n_targets": n}
    outputs = ["label", "scores"] if prefix == "class" else ["scores"]
    return of_one_node(helper.make_node(operator, ["x"], outputs, domain="ai.onnx.ml", **held | more), 1)


def three(model, x):
    """Scores by ONNX Runtime, by nescio and by the evaluator that comes with the specification."""
    x = np.reshape(np.array(x, dtype=np.float32), (-1, 1))
    *_, (_, runtime, ours) = both(model, x)
    return runtime, ours, np.reshape(ReferenceEvaluator(model).run(None, {"x": x})[-1], (len(x), -1))


@pytest.mark.parametrize("operator, mode", [(o, m) for o in ("TreeEnsembleRegressor", "TreeEnsemble") for m in MODES
                                            if (o, m) != ("TreeEnsembleRegressor", "BRANCH_MEMBER")])
def test_every_mode(operator, mode):
    sets = [[1.0], [1.0, 2.0], [2.0, 40.0], [-1.0, 100.0]] if mode == "BRANCH_MEMBER" else NUMBERS.tolist()
    numbers = np.array([*NUMBERS, -1, 3, 40, 100], dtype=np.float32)
    if mode == "BRANCH_MEMBER":  # see below
        numbers = numbers[np.isnan(numbers) | (numbers == np.rint(numbers))]
    runtime, ours, specified = three(stumps([(mode, at, m) for at in sets for m in (False, True)], operator), numbers)
    assert (ours == runtime).all()
    assert {1, 2} <= set(np.unique(runtime))
    if mode != "BRANCH_NEQ":
        assert (ours == specified).all()


def test_nan_differs_from_everything_unless_the_specification_is_asked():
    runtime, ours, specified = three(stumps([("BRANCH_NEQ", 1.0, False)]), [np.nan])
    assert (runtime, ours, specified) == (1, 1, 2)


def test_onnx_runtime_cuts_digits_before_it_looks_into_a_set():
    runtime, ours, specified = three(stumps([("BRANCH_MEMBER", [1.0, 33.0], False)], "TreeEnsemble"), [1, 33, 1.5, 33.5])
    assert runtime.ravel().tolist() == [1, 1, 1, 1]
    assert ours.ravel().tolist() == specified.ravel().tolist() == [1, 1, 2, 2]


def test_onnx_runtime_forgets_the_base_value_of_a_target_without_trees():
    model = stumps([("BRANCH_LEQ", 0.0, False)], more={"n_targets": 2, "base_values": [5.0, 7.0]})
    runtime, ours, specified = three(model, [0])
    assert runtime.tolist() == [[6, 0]]
    assert ours.tolist() == specified.tolist() == [[6, 7]]


@pytest.mark.parametrize("aggregate, nothing", [("MIN", 3.4028235e38), ("MAX", -3.4028235e38)])
def test_the_least_and_the_largest_of_no_tree_are_0(aggregate, nothing):
    model = stumps([("BRANCH_LEQ", 0.0, False)], more={"n_targets": 2, "aggregate_function": aggregate})
    runtime, ours, specified = three(model, [0])
    assert runtime.tolist() == ours.tolist() == [[1, 0]]
    assert specified.tolist() == [[1, np.float32(nothing)]]


def test_the_first_column_of_a_classifier_of_one_score():
    model = stumps([("BRANCH_LEQ", 0.0, False)], "TreeEnsembleClassifier", (-0.25, 0.75))
    runtime, ours, specified = three(model, [0, 1])
    assert runtime.tolist() == ours.tolist() == [[0.25, -0.25], [-0.75, 0.75]]
    assert specified.tolist() == [[1.25, -0.25], [0.25, 0.75]]
