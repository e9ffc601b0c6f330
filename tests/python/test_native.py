"""What the binding promises: no copies of arrays on Python's side, the interpreter free while it works, stubs."""
import ast
import ctypes
import inspect
import pathlib
import threading
import time
import tracemalloc

import numpy as np
import pytest
from conftest import random_dense

import nescio
from nescio import _core


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_arrays_are_read_in_place_whatever_their_strides(dtype):
    proto, x = random_dense(64, 1)
    model = nescio.compile(proto, x)
    big = np.tile(x, (40, 1)).astype(dtype)
    wanted = model.mock(big)["y"]
    backwards = np.ascontiguousarray(big[::-1])
    wide = np.zeros((len(big), 128), dtype)
    wide[:, ::2] = big
    frozen = big.copy()
    frozen.setflags(write=False)
    for view in (big, np.asfortranarray(big), backwards[::-1], wide[:, ::2], frozen):
        tracemalloc.start()
        got = model.mock(view)["y"]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (got == wanted).all()
        assert peak < big.nbytes / 2  # NumPy reports what it allocates: rows, not a copy of the data


def test_other_types_are_read_exactly(model, rows):
    whole = np.round(rows[:3])
    wanted = model.mock(whole)["score"]
    for dtype in (np.int64, np.int32, np.uint32, np.float16, np.longdouble):
        if np.array_equal(whole.astype(dtype).astype(np.float64), whole):
            assert (model.mock(whole.astype(dtype))["score"] == wanted).all(), dtype
    assert (model.mock(np.broadcast_to(whole[0], (5, 27)))["score"] == wanted[0]).all()  # strides of zero
    with pytest.raises(nescio.InputError):
        model.mock(whole.astype(complex))


def heard(work):
    """How often another thread had the interpreter in the middle half of the work, and how long the work took."""
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.wait(0.001):
            ticks.append(time.perf_counter())

    thread = threading.Thread(target=tick)
    thread.start()
    start = time.perf_counter()
    work()
    took = time.perf_counter() - start
    stop.set()
    thread.join()
    return sum(took / 4 < t - start < 3 * took / 4 for t in ticks), took


def test_other_threads_run_while_it_works():
    proto, x = random_dense(512, 1024, 512, 1)
    model = nescio.compile(proto, x[:8])
    model.commit()
    held, _ = heard(lambda: ctypes.PyDLL(None).usleep(200000))  # which holds the interpreter
    assert held == 0, "the measure cannot tell"
    for work in (lambda: model.prove(x[0], "y > -1000"), lambda: model.mock(x), model.report,
                 lambda: nescio.compile(proto, x[:8]), model.commit):
        ticks, took = heard(work)
        assert ticks > 0 or took < 0.05, (took, ticks)


def test_threads_prove_at_the_same_time_under_one_key(credit, rows):
    model = nescio.compile(credit / "model.onnx", rows)
    proofs = [None] * 4

    def work(i):
        proofs[i] = model.prove(rows[i], reveal="score")

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    told = [nescio.verify(p, model.verifying_key).revealed["score"] for p in proofs]
    assert told == model.mock(rows[:4])["score"].tolist()


def test_threads_are_not_set_while_it_works(model, rows):
    def while_it_works(phase, done):
        if phase == "proving":
            nescio.set_threads(1)

    with pytest.raises(nescio.UsageError, match="work is going on"):
        model.prove(rows[0], progress=while_it_works)


def test_stubs_list_every_name():
    folder = pathlib.Path(nescio.__file__).parent
    assert (folder / "py.typed").exists()
    tree = ast.parse((folder / "_core.pyi").read_text())

    def names(body):
        found = {}
        for node in body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                found[node.name] = names(node.body) if isinstance(node, ast.ClassDef) else {}
            elif isinstance(node, ast.AnnAssign):
                found[node.target.id] = {}
        return found

    stubs = names(tree.body)
    public = {n for n in dir(_core) if not n.startswith("_")}
    assert public and public <= set(stubs)
    for name in public:
        if inspect.isclass(getattr(_core, name)):
            assert {n for n in dir(getattr(_core, name)) if not n.startswith("_")} <= set(stubs[name]), name


def test_public_functions_say_their_types():
    for thing in (nescio.compile, nescio.verify, nescio.load, nescio.Model.prove, nescio.Model.mock,
                  nescio.Model.commit, nescio.Model.report, nescio.Model.save, nescio.Model.load, nescio.attest,
                  nescio.digest, nescio.IssuerKey.generate, nescio.IssuerKey.load, nescio.IssuerKey.save):
        assert "return" in thing.__annotations__, thing
    assert set(nescio.__all__) <= set(dir(nescio))
    for name in nescio.__all__:
        assert getattr(nescio, name).__doc__, name
