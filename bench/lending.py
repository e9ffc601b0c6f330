#!/usr/bin/env python3
"""lending.py NAME FOLDER -- trees trained on LendingClub's loans (examples/lending_club), in their library's own file.

  xgboost-100x6    100 rounds of XGBoost, depth 6
  lightgbm-500x31  500 rounds of LightGBM, 31 leaves
  forest-100       a random forest of 100 trees, depth 8, as LightGBM grows it (boosting "rf")
Also written: calibrate.csv (the test split), input.json (a loan of it) and statement.txt, which is true of input.json.
The area under the ROC curve on the test split is printed.
"""
import os
import sys

import numpy as np

import scenario

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples", "lending_club"))
import loans  # noqa: E402

MODELS = ("xgboost-100x6", "lightgbm-500x31", "forest-100")


def train(name, x, y, file):
    """Writes the model's file; returns its function of rows."""
    if name == "xgboost-100x6":
        import xgboost
        model = xgboost.train({"objective": "binary:logistic", "max_depth": 6, "eta": 0.1, "seed": 0, "nthread": 2},
                              xgboost.DMatrix(x, y), 100)
        model.save_model(file)
        return lambda rows: model.predict(xgboost.DMatrix(rows))
    import lightgbm
    shape = {"lightgbm-500x31": {"num_leaves": 31, "learning_rate": 0.02},
             "forest-100": {"boosting": "rf", "num_leaves": 256, "max_depth": 8, "bagging_freq": 1,
                            "bagging_fraction": 0.63, "feature_fraction": 0.3}}[name]
    model = lightgbm.train({"objective": "binary", "seed": 0, "deterministic": True, "verbose": -1, "num_threads": 2} |
                           shape, lightgbm.Dataset(x, y), 500 if name == "lightgbm-500x31" else 100)
    model.save_model(file)
    return model.predict


def area(chance, y):
    """Under the ROC curve: how often a bad loan has the larger chance; equal ones count half."""
    good, bad = np.sort(chance[y == 0]), chance[y == 1]
    return float(np.mean(np.searchsorted(good, bad) + np.searchsorted(good, bad, side="right")) / (2 * len(good)))


def write(name, folder):
    """The name of the model's file."""
    x, y, names = loans.load()
    x, y, test, test_y = loans.split(x, y)
    os.makedirs(folder, exist_ok=True)
    file = "model.ubj" if name.startswith("xgboost") else "model.txt"
    predict = train(name, x, y, os.path.join(folder, file))
    chance = predict(test)
    print(f"{name}: test AUC {area(chance, test_y):.4f}", file=sys.stderr)
    row = int(np.argsort(chance)[len(chance) // 2])
    scenario.save_rows(folder, names, test, row, f"probabilities[1] < {chance[row] + 0.01:.4f}")
    return file


if __name__ == "__main__":
    scenario.main(__doc__, MODELS, write)
