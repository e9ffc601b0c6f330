#!/usr/bin/env python3
"""encode.py -- an applicant's record (a row of a CSV file) as the model's input.

    encode.py credit_data.csv --row 17 > input.json        # rows count from 1; the header is not a row

Needs nothing but Python. encoder.json, written by train.py, says how each column maps to features:
  number    the value, capped to [low, high]; a gap takes `fill`, and where `flag` is true one more feature
            says whether it was a gap
  category  one feature per known value, 1 where it holds; a gap or an unknown value is all zeros
"""
import argparse
import csv
import json
import os
import sys


def load_encoder(path=os.path.join(os.path.dirname(os.path.abspath(__file__)), "encoder.json")):
    with open(path, encoding="ascii") as f:
        return json.load(f)["columns"]


def feature_names(columns):
    names = []
    for column in columns:
        if column["kind"] == "number":
            names.append(column["name"])
            if column["flag"]:
                names.append(column["name"] + "_missing")
        else:
            names += [column["name"] + "_" + value for value in column["values"]]
    return names


def encode(columns, record):
    """record: {column name: text}, "" for a gap. Returns the features in the order of feature_names."""
    features = []
    for column in columns:
        text = record[column["name"]].strip()
        if column["kind"] == "number":
            value = float(text) if text else column["fill"]
            features.append(min(max(value, column["low"]), column["high"]))
            if column["flag"]:
                features.append(0.0 if text else 1.0)
        else:
            features += [1.0 if text == value else 0.0 for value in column["values"]]
    return features


def read_rows(path):
    with open(path, newline="", encoding="ascii") as f:
        return list(csv.DictReader(f))


def main():
    parser = argparse.ArgumentParser(description="encode one applicant of a CSV file as input.json")
    parser.add_argument("csv_file")
    parser.add_argument("--row", type=int, default=1, help="which row, from 1 (the header is not a row)")
    args = parser.parse_args()
    rows = read_rows(args.csv_file)
    if not 1 <= args.row <= len(rows):
        sys.exit(f"encode.py: {args.csv_file} has rows 1 to {len(rows)}")
    json.dump({"applicant": encode(load_encoder(), rows[args.row - 1])}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
