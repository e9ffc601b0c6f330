"""scenario.py -- what a scenario of bench/run.py is made of, in one folder."""
import json
import os

import numpy as np
import onnx


def save(folder, model, examples, row, statement):
    """model.onnx, calibrate.csv with all examples, input.json with one of them, statement.txt that is true of it."""
    os.makedirs(folder, exist_ok=True)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    np.savetxt(os.path.join(folder, "calibrate.csv"), examples, fmt="%.9g", delimiter=",",
               header=",".join(f"x{i}" for i in range(examples.shape[1])), comments="")
    with open(os.path.join(folder, "input.json"), "w", encoding="ascii") as f:
        json.dump({"x": examples[row].tolist()}, f)
    with open(os.path.join(folder, "statement.txt"), "w", encoding="ascii") as f:
        f.write(statement + "\n")
