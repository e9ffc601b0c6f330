#!/usr/bin/env python3
"""classical.py NAME FOLDER -- models of scikit-learn as EZKL's zkml-framework-benchmarks has them, through skl2onnx.

  linear-regression  2 features, fitted to 4 points
  svm-linear         SVC(kernel="linear") on 20 rows of iris, 4 features
  svm-rbf            SVC() on all of iris: 3 classes
  forest-iris        RandomForestClassifier() on iris: 100 trees, 3 classes
  forest-regression  RandomForestRegressor(n_estimators=2, random_state=42) on 7 points of 2 features
and what a digest of 64 inputs adds:
  digits             LogisticRegression() on the digits of scikit-learn, 64 features, 10 classes
  digits-bound       the same; every proof tells a salted digest of the inputs
Also written: calibrate.csv (the rows it was fitted to), input.json and statement.txt, which is true of input.json.
"""

import numpy as np

import scenario

MODELS = ("linear-regression", "svm-linear", "svm-rbf", "forest-iris", "forest-regression", "digits", "digits-bound")


def fitted(name):
    """(model, rows)"""
    from sklearn.datasets import load_digits, load_iris
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.svm import SVC
    x, y = load_iris(return_X_y=True)
    x = x.astype(np.float32)
    if name == "linear-regression":
        x = np.array([[1, 1], [1, 2], [2, 2], [2, 3]], dtype=np.float32)
        return LinearRegression().fit(x, x @ np.array([1, 2]) + 3), x
    if name.startswith("digits"):
        x, y = load_digits(return_X_y=True)
        return LogisticRegression(max_iter=5000).fit(x / 16, y), (x / 16).astype(np.float32)
    if name == "svm-linear":
        two = np.r_[0:10, 50:60]
        return SVC(kernel="linear").fit(x[two], y[two]), x[two]
    if name == "svm-rbf":
        return SVC().fit(x, y), x
    if name == "forest-iris":
        return RandomForestClassifier(random_state=0).fit(x, y), x
    x = np.array([[0, 1], [1, 1], [2, 3], [3, 2], [4, 5], [5, 4], [6, 7]], dtype=np.float32)
    return RandomForestRegressor(n_estimators=2, random_state=42).fit(x, x.sum(axis=1)), x


def write(name, folder):
    import onnxruntime
    import skl2onnx
    from skl2onnx.common.data_types import FloatTensorType
    model, x = fitted(name)
    classes = hasattr(model, "classes_")
    onnx = skl2onnx.convert_sklearn(model, initial_types=[("x", FloatTensorType([1, x.shape[1]]))],
                                    target_opset={"": 18, "ai.onnx.ml": 3},
                                    options={id(model): {"zipmap": False}} if classes else None)
    row = len(x) // 2
    session = onnxruntime.InferenceSession(onnx.SerializeToString(), providers=["CPUExecutionProvider"])
    first = session.run(None, {"x": x[row:row + 1]})[0].item()
    name_of_output = onnx.graph.output[0].name
    statement = f"{name_of_output} == {first}" if classes else f"{name_of_output} >= {first - 0.01:.4f}"
    return scenario.save(folder, onnx, x, row, statement)


if __name__ == "__main__":
    scenario.main(__doc__, MODELS, write)
