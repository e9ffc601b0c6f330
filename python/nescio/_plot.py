"""Plots, with matplotlib if it is there."""
from __future__ import annotations

import numpy as np

from .errors import missing


def axes(ax):
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise missing("matplotlib", "a plot") from None
    return plt.subplots()[1]


def times(milliseconds, ax=None):
    ax = axes(ax)
    names = list(milliseconds)[::-1]
    ax.barh(names, [milliseconds[n] for n in names])
    ax.set_xlabel("ms")
    ax.set_title(f"proved in {sum(milliseconds.values()):.0f} ms")
    return ax


def scores(name, floats, quantised, ax=None):
    ax = axes(ax)
    taken = ~np.isnan(quantised)
    bins = np.histogram_bin_edges(np.concatenate([floats, quantised[taken]]), bins=40)
    ax.hist(floats, bins, alpha=0.5, label="float model")
    ax.hist(quantised[taken], bins, histtype="step", color="black", label="as proven")
    ax.set_xlabel(name)
    ax.set_ylabel("rows")
    ax.legend()
    return ax
