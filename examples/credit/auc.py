#!/usr/bin/env python3
"""auc.py SCORES.csv LABELS.csv -- the area under the ROC curve of every column of scores, as JSON.

Both files have a header; row by row they speak of the same applicant. The labels are 0 or 1.
"""
import csv
import json
import sys


def auc(scores, labels):
    """The probability that a random 1 scores above a random 0; ties count one half."""
    order = sorted(range(len(scores)), key=lambda i: scores[i])
    rank_sum, i = 0.0, 0
    while i < len(order):
        j = i
        while j < len(order) and scores[order[j]] == scores[order[i]]:
            j += 1
        rank_sum += (i + j + 1) / 2 * sum(labels[k] for k in order[i:j])
        i = j
    ones = sum(labels)
    return (rank_sum - ones * (ones + 1) / 2) / (ones * (len(labels) - ones))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], newline="", encoding="ascii") as f:
        rows = list(csv.DictReader(f))
    with open(sys.argv[2], newline="", encoding="ascii") as f:
        labels = [int(row[0]) for row in list(csv.reader(f))[1:]]
    if len(rows) != len(labels):
        sys.exit(f"auc.py: {len(rows)} scores but {len(labels)} labels")
    print(json.dumps({name: auc([float(row[name]) for row in rows], labels) for name in rows[0]}))


if __name__ == "__main__":
    main()
