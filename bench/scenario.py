"""scenario.py -- what a scenario of bench/run.py is made of, in one folder."""
import json
import os

import numpy as np
import onnx


def save(folder, model, examples, row, statement):
    """model.onnx, and save_rows()."""
    os.makedirs(folder, exist_ok=True)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    save_rows(folder, [f"x{i}" for i in range(examples.shape[1])], examples, row, statement)


def save_rows(folder, names, examples, row, statement):
    """calibrate.csv with all examples, input.json with one of them, statement.txt that is true of it."""
    np.savetxt(os.path.join(folder, "calibrate.csv"), examples, fmt="%.9g", delimiter=",", header=",".join(names),
               comments="")
    with open(os.path.join(folder, "input.json"), "w", encoding="ascii") as f:
        json.dump({"x": examples[row].tolist()}, f)
    with open(os.path.join(folder, "statement.txt"), "w", encoding="ascii") as f:
        f.write(statement + "\n")
