"""Valid proofs taken apart and put together again: parts of one file in another, and proofs under other keys."""
import copy
import json
import struct

import numpy as np
import pytest

import nescio

ARGUMENT = {"V_FORMAT", "V_POW", "V_LOOKUP", "V_MERKLE", "V_OPENING"}  # the argument itself says no


def split(proof):
    """[magic and version, statement, outputs, inputs, digests, attestations, context, argument] (docs/spec/format.md)."""
    data, at = bytes(proof), 0

    def take(n):
        nonlocal at
        at += n
        assert at <= len(data)
        return data[at - n:at]

    def counted(size):
        head = take(4)
        n, = struct.unpack("<I", head)
        return head + b"".join(size() for _ in range(n))

    def text():
        head = take(4)
        return head + take(struct.unpack("<I", head)[0])

    def values():
        return text() + counted(lambda: take(8))

    parts = [take(14), text(), counted(values), counted(values), counted(lambda: take(33)), counted(text), text()]
    return parts + [data[at:]]


def put(parts, **changes):
    names = ["start", "statement", "outputs", "inputs", "digests", "attestations", "context", "argument"]
    return b"".join(changes.get(name, part) for name, part in zip(names, parts))


def text(content):
    return struct.pack("<I", len(content)) + content


def refused(data, key, codes, **asked):
    with pytest.raises(nescio.InvalidProof) as caught:
        nescio.verify(data, key, **asked)
    assert caught.value.code in codes, caught.value.code


def test_a_replayed_context(model, proof):
    key, parts = model.verifying_key, split(proof)
    assert put(parts) == bytes(proof) and parts[6] == text(b"loan 7")
    for asked in ("loan 8", "", "loan 7 ", "Loan 7"):
        refused(proof, key, {"V_STATEMENT"}, context=asked)
        relabelled = put(parts, context=text(asked.encode()))
        refused(relabelled, key, ARGUMENT, context=asked)
        refused(relabelled, key, ARGUMENT)


def test_a_context_moved_into_the_statement_or_out_of_it(model, proof):
    key, parts = model.verifying_key, split(proof)
    for part in (2, 3, 4, 5):
        assert parts[part] == bytes(4)
    # The same bytes, cut elsewhere.
    refused(put(parts, statement=text(b""), context=text(parts[1][4:] + parts[6][4:])), key, ARGUMENT)
    refused(put(parts, context=b""), key, {"V_FORMAT"})


def test_a_statement_of_another_proof(model, proof, credit):
    key, parts = model.verifying_key, split(proof)
    other = split(model.prove(credit / "applicant_good.json", statement="score >= 600", context="loan 7"))
    refused(put(parts, statement=other[1]), key, ARGUMENT)  # true, but not what was proven
    refused(put(parts, argument=other[7]), key, ARGUMENT)
    for stronger in (b"score >= 701", b"score == 700", b"score > 700"):
        refused(put(parts, statement=text(stronger)), key, ARGUMENT | {"V_STATEMENT"})


def test_revealed_values_of_another_proof(model, rows, credit):
    key = model.verifying_key
    one, two = (split(model.prove(row, reveal="score")) for row in rows[:2])
    assert one[2] != two[2]
    refused(put(one, outputs=two[2]), key, ARGUMENT)
    refused(put(one, outputs=bytes(4)), key, ARGUMENT)
    hidden = split(model.prove(rows[0]))
    refused(put(hidden, outputs=one[2]), key, ARGUMENT)


def test_parts_of_attested_proofs(credit, rows):
    made = nescio.compile(credit / "model.onnx", calibration=rows)
    key, bank = made.commit(bind=True), nescio.IssuerKey.generate()
    good, bad = (nescio.attest(key, credit / f"applicant_{name}.json", bank, "2100-01-01") for name in ("good", "bad"))
    of_good, of_bad = (split(made.prove(records=[record], context="loan 7")) for record in (good, bad))
    assert put(of_good) and nescio.verify(put(of_good), key, issuers=bank.public_key, context="loan 7").attested
    refused(put(of_good, attestations=of_bad[5]), key, {"V_ATTEST"})
    refused(put(of_good, attestations=of_bad[5], digests=of_bad[4]), key, ARGUMENT)
    refused(put(of_good, attestations=bytes(4)), key, ARGUMENT)  # left out
    refused(put(of_good, attestations=bytes(4)), key, {"V_ATTEST"}, issuers=bank.public_key)
    refused(put(of_good, context=text(b"loan 8")), key, ARGUMENT, issuers=bank.public_key, context="loan 8")
    # A proof that nobody vouches for, of the data of a record: its salt is another.
    unsigned = split(made.prove(credit / "applicant_good.json", context="loan 7"))
    refused(put(unsigned, attestations=of_good[5]), key, {"V_ATTEST"})


# ---- ensembles that differ in one place, and whose circuits are one


def changed_trees(model):
    """Name -> the model with one change in its first tree."""
    def tree(made):
        return made["learner"]["gradient_booster"]["model"]["trees"][0]

    def leaves(t):
        return [i for i, child in enumerate(t["left_children"]) if child == -1]

    def threshold(t):
        t["split_conditions"][0] = float(np.nextafter(np.float32(t["split_conditions"][0]), np.float32(np.inf)))

    def feature(t):
        t["split_indices"][0] = (t["split_indices"][0] + 1) % 4

    def missing(t):
        t["default_left"][0] = 1 - t["default_left"][0]

    def branch(t):
        t["left_children"][0], t["right_children"][0] = t["right_children"][0], t["left_children"][0]

    def leaf(t):
        i, k = leaves(t)[:2]
        t["split_conditions"][i], t["split_conditions"][k] = t["split_conditions"][k], t["split_conditions"][i]

    for change in (threshold, feature, missing, branch, leaf):
        made = copy.deepcopy(model)
        change(tree(made))
        yield change.__name__, json.dumps(made).encode()
    made = copy.deepcopy(model)
    trees = made["learner"]["gradient_booster"]["model"]["trees"]
    trees[0], trees[1] = trees[1], trees[0]
    trees[0]["id"], trees[1]["id"] = 0, 1
    yield "order", json.dumps(made).encode()


def test_a_proof_of_an_ensemble_with_one_change():
    xgboost = pytest.importorskip("xgboost")
    rng = np.random.default_rng(4)
    x = rng.normal(size=(200, 4)).astype(np.float32)
    booster = xgboost.train({"objective": "reg:squarederror", "max_depth": 3, "base_score": 0.5},
                            xgboost.DMatrix(x, x[:, 0] * x[:, 1] > 0.2), 3)
    file = json.loads(booster.save_raw("json"))
    models = {"none": nescio.compile(json.dumps(file).encode(), x)} | {
        name: nescio.compile(data, x) for name, data in changed_trees(file)}
    keys = {name: made.commit() for name, made in models.items()}
    size = len(bytes(keys["none"]))
    proofs = {name: made.prove(x[0], reveal="score") for name, made in models.items()}
    for name, key in keys.items():
        assert len(bytes(key)) == size, name
        # One circuit: keys differ in the 32 bytes of the digest of salt and weights alone.
        differ = [i for i, (a, b) in enumerate(zip(bytes(key), bytes(keys["none"]))) if a != b]
        assert not differ or differ[-1] - differ[0] < 32, name
        for other, proof in proofs.items():
            if other == name:
                assert nescio.verify(proof, key).revealed
            else:
                refused(proof, key, ARGUMENT)
