"""scenario.py -- what a scenario of bench/run.py is made of, in one folder."""
import json
import os
import sys

import numpy as np
import onnx


def main(usage, names, write):
    """Of a maker of scenarios: PROGRAM NAME FOLDER."""
    if len(sys.argv) != 3 or sys.argv[1] not in names:
        sys.exit(usage + "\nNames: " + " ".join(names))
    write(*sys.argv[1:])


def save(folder, model, examples, row, statement):
    """model.onnx, and save_rows(). Returns the name of the model's file."""
    os.makedirs(folder, exist_ok=True)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    save_rows(folder, [f"x{i}" for i in range(examples.shape[1])], examples, row, statement)
    return "model.onnx"


def save_rows(folder, names, examples, row, statement):
    """calibrate.csv with all examples, input.json with one of them, statement.txt that is true of it."""
    np.savetxt(os.path.join(folder, "calibrate.csv"), examples, fmt="%.9g", delimiter=",", header=",".join(names),
               comments="")
    with open(os.path.join(folder, "input.json"), "w", encoding="ascii") as f:
        json.dump({"x": examples[row].tolist()}, f)
    with open(os.path.join(folder, "statement.txt"), "w", encoding="ascii") as f:
        f.write(statement + "\n")
