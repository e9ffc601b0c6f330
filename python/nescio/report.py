"""What a model costs and how accurate it is; runs without a proof. Private: these are numbers of the model's data."""
from __future__ import annotations

from . import _html, _plot
from .errors import UsageError


class Report(dict):
    """Sizes, costs, error terms and accuracy, by name; as `nescio report` tells them.

    weights, cells, lookups, table_rows, key_bytes, proving_key_bytes, expected_proof_bytes, memory_bytes,
    security_bits, error_terms, rows, out_of_range, outputs, auc; and, if data were given, float_values and
    quantised_values: {output: [rows, cells]}, NaN for rows that cannot be proven.
    """

    def __init__(self, said, outputs):
        super().__init__(said)
        self.update(self.pop("accuracy"))
        self["auc"] = {k: {"float": f, "quantised": q} for k, (f, q) in self["auc"].items()}
        for which in ("float_values", "quantised_values"):
            values, at, named = self[which], 0, {}
            for o in outputs:
                cells = 1
                for n in o["shape"]:
                    cells *= n
                if values.size:
                    named[o["name"]] = values[:, at:at + cells]
                at += cells
            self[which] = named

    def plot(self, output=None, ax=None):
        """The distribution of an output, of the float model and as it is proven. Needs data= and matplotlib."""
        if not self["float_values"]:
            raise UsageError("a plot needs rows", fix="model.report(data).plot()")
        name = next(iter(self["float_values"])) if output is None else output
        if name not in self["float_values"]:
            raise UsageError(f"no output {name!r}", fix="one of " + ", ".join(self["float_values"]))
        return _plot.scores(name, self["float_values"][name].ravel(), self["quantised_values"][name].ravel(), ax)

    def _rows(self):
        rows = [("weights", f"{self['weights']:,}"), ("cells", f"{self['cells']:,}"),
                ("verifying key", f"{self['key_bytes']:,} bytes"),
                ("a proof", f"about {self['expected_proof_bytes']:,} bytes"),
                ("memory", f"at most {self['memory_bytes'] // 1000000:,} MB to prove"),
                ("security", f"{self['security_bits']} bits")]
        for o in self["outputs"]:
            rows.append(("output " + o["name"], f"largest error {o['largest_error']:.3g}, mean {o['mean_error']:.3g}, "
                                                f"of a range of {o['range']:.4g}"))
            if "same_argmax_rows" in o:
                rows.append(("", f"same largest entry in {o['same_argmax_rows']:,} of "
                                 f"{self['rows'] - self['out_of_range']:,} rows"))
        rows += [("AUC " + k, f"{v['float']:.6f} of the float model, {v['quantised']:.6f} as proven")
                 for k, v in self["auc"].items()]
        return rows + [("measured on", f"{self['rows']:,} rows, of which {self['out_of_range']:,} out of range")]

    def __repr__(self):
        return _html.text("report", self._rows())

    def _repr_html_(self):
        return _html.table("Report (private)", self._rows())


class MockRun:
    """Runs in the integers that proofs are about, without proofs.

    outputs   {name: array}: real values, [rows] for an output of one number, else [rows, cells]; NaN where out of range
    in_range  [rows], bool: whether a proof could be made
    holds     [rows], bool: whether the statement is true; all True without one, False where out of range
    problems  {row: OutOfRange}
    """

    def __init__(self, outputs, in_range, holds, problems, statement):
        self.outputs, self.in_range, self.holds, self.problems = outputs, in_range, holds, problems
        self.statement = statement

    def __getitem__(self, output):
        return self.outputs[output]

    def __len__(self):
        return len(self.in_range)

    def __float__(self):
        if len(self) != 1 or len(self.outputs) != 1:
            raise UsageError("only a run of one row, of a model with one output, is a number")
        return float(next(iter(self.outputs.values())).item())

    def __repr__(self):
        out = f"<nescio.MockRun of {len(self):,} rows, {int(self.in_range.sum()):,} in range"
        return out + (f", {self.statement!r} true of {int(self.holds.sum()):,}>" if self.statement else ">")
