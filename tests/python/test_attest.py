"""Inputs that an issuer vouches for: signed, proven, verified; changed, expired, of somebody else; private."""
import datetime as dt
import pickle
import stat
import struct

import numpy as np
import pytest

import nescio

UTC = dt.timezone.utc
SOON = dt.datetime(2100, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def bound(credit, rows):
    made = nescio.compile(credit / "model.onnx", calibration=rows)
    made.commit(bind=True)
    return made


@pytest.fixture(scope="module")
def bank():
    return nescio.IssuerKey.generate()


@pytest.fixture(scope="module")
def record(bound, bank, credit):
    return nescio.attest(bound.verifying_key, credit / "applicant_good.json", bank, SOON, name="First Bank")


@pytest.fixture(scope="module")
def vouched(bound, record):
    return bound.prove(statement="score >= 700", records=[record])


def two_inputs():
    from onnx import TensorProto, helper, numpy_helper
    info = helper.make_tensor_value_info
    graph = helper.make_graph([helper.make_node("Concat", ["a", "b"], ["ab"], axis=1),
                               helper.make_node("Gemm", ["ab", "w"], ["c"])], "two",
                              [info("a", TensorProto.FLOAT, [1, 2]), info("b", TensorProto.FLOAT, [1, 1])],
                              [info("c", TensorProto.FLOAT, [1, 3])],
                              [numpy_helper.from_array(np.eye(3, dtype=np.float32), "w")])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return nescio.compile(proto, np.arange(12.0).reshape(4, 3))


def refused(code, *arguments, kind=nescio.InvalidAttestation, **named):
    with pytest.raises(kind) as caught:
        nescio.verify(*arguments, **named)
    assert type(caught.value) is kind and caught.value.code == code


def test_a_verdict_says_who_vouched_for_what_and_until_when(bound, bank, record, vouched):
    verdict = nescio.verify(vouched, bound.verifying_key, "score >= 700", issuers=[bank.public_key])
    (told,) = verdict.attested
    assert told == record.attestation and verdict.issuers == [bank.public_key]
    assert record.attestation.of == "applicant"  # a record names its data; a key calls all inputs "inputs"
    assert (told.of, told.issuer, told.name, told.expires) == ("inputs", bank.public_key, "First Bank", SOON)
    assert abs(dt.datetime.now(UTC) - told.issued) < dt.timedelta(minutes=10)
    assert verdict.digests == {"inputs": told.digest} and "applicant" in verdict.hidden
    assert "First Bank" in str(verdict) and "2100-06-30T00:00:00Z" in str(verdict) and "nobody was asked" not in str(verdict)
    assert "nobody was asked for" in str(nescio.verify(vouched, bound.verifying_key))


def test_issuers_in_every_form(bound, bank, vouched, tmp_path):
    key, public = bound.verifying_key, bank.public_key
    bank.save(tmp_path / "bank.key", tmp_path / "bank.pub")
    other = nescio.IssuerKey.generate().public_key
    for issuers in (public, public.upper(), [public], bytes.fromhex(public), (public + "\n").encode(),
                    tmp_path / "bank.pub", str(tmp_path / "bank.pub"), [other, public], {"applicant": public},
                    [{"applicant": tmp_path / "bank.pub"}], [{"applicant": other}, {"applicant": public}]):
        assert nescio.verify(vouched, key, issuers=issuers).attested
    for issuers in (other, [other], {"applicant": other}, [public, {"applicant": other}]):
        refused("V_ATTEST", vouched, key, issuers=issuers)
    for issuers in ([], {}, "no key", tmp_path / "bank.key.txt", bank, [7], {"nobody": public}, {"": public}, b"1"):
        with pytest.raises((nescio.UsageError, nescio.FileError)):
            nescio.verify(vouched, key, issuers=issuers)


def test_times(bound, bank, record, vouched):
    key = bound.verifying_key
    early = record.attestation.issued - dt.timedelta(seconds=1)
    for at in (SOON, "2100-06-30T00:00:00Z", dt.date(2100, 6, 29), 1900000000,
               SOON.astimezone(dt.timezone(dt.timedelta(hours=5)))):
        assert nescio.verify(vouched, key, issuers=bank.public_key, at=at)
    for at in (SOON + dt.timedelta(seconds=1), "2100-07-01", early):
        refused("V_ATTEST", vouched, key, issuers=bank.public_key, at=at)
    for at in (dt.datetime(2027, 1, 1), "tomorrow", 1.5, True, -1):
        refused("E_USAGE", vouched, key, issuers=bank.public_key, at=at, kind=nescio.UsageError)
    refused("E_USAGE", vouched, key, at=SOON, kind=nescio.UsageError)


def test_an_attestation_expires(bound, bank, credit):
    key, data = bound.verifying_key, credit / "applicant_good.json"
    past = nescio.attest(key, data, bank, "2020-12-31", issued="2020-01-01")
    assert past.attestation.expires == dt.datetime(2020, 12, 31, 23, 59, 59, tzinfo=UTC)
    proof = bound.prove(records=past)
    refused("V_ATTEST", proof, key, issuers=bank.public_key)
    assert nescio.verify(proof, key, issuers=bank.public_key, at="2020-12-31T23:59:59Z")
    assert nescio.verify(proof, key).attested[0].expires.year == 2020  # who asks for nobody reads for himself
    day = nescio.attest(key, data, bank, dt.date(2020, 12, 31), issued=dt.date(2020, 1, 1))
    assert day.attestation.expires == past.attestation.expires and day.attestation.issued == past.attestation.issued
    with pytest.raises(nescio.UsageError, match="expire"):
        nescio.attest(key, data, bank, "2019-12-31", issued="2020-01-01")
    with pytest.raises(nescio.UsageError, match="time zone"):
        nescio.attest(key, data, bank, dt.datetime(2030, 1, 1))


def test_a_proof_without_a_record_is_not_attested(bound, bank, credit):
    proof = bound.prove(credit / "applicant_good.json")
    assert nescio.verify(proof, bound.verifying_key).attested == []
    refused("V_ATTEST", proof, bound.verifying_key, issuers=bank.public_key)


def test_a_changed_record_is_refused(bound, record, tmp_path):
    record.save(tmp_path / "record")
    data = (tmp_path / "record").read_bytes()
    age = data[-8 * 27:-8 * 26]  # the first of 27 features, the last of the file's bytes
    changed = bytearray(data)
    changed[-8 * 27:-8 * 26] = struct.pack("<d", struct.unpack("<d", age)[0] + 1)
    (tmp_path / "older").write_bytes(changed)
    with pytest.raises(nescio.InvalidAttestation) as caught:
        bound.prove(records=[nescio.AttestedRecord.load(tmp_path / "older")])
    assert caught.value.code == "V_ATTEST" and isinstance(caught.value, nescio.InvalidProof)
    (tmp_path / "cut").write_bytes(data[:-1])
    with pytest.raises(nescio.InputError):
        nescio.AttestedRecord.load(tmp_path / "cut")
    (tmp_path / "unsigned").write_bytes(data.replace(b"First Bank", b"Other Bank"))
    with pytest.raises(nescio.InvalidAttestation):
        bound.prove(records=[nescio.AttestedRecord.load(tmp_path / "unsigned")])


def test_a_signature_changed_in_the_proof_is_invalid(bound, vouched):
    data = bytes(vouched)
    changed = data.replace(b"First Bank", b"Worst Bank")
    assert changed != data
    refused("V_ATTEST", changed, bound.verifying_key)


def test_records_of_some_inputs_beside_the_others():
    model = two_inputs()
    key = model.commit(bind=["a", ["b"]])
    bank, employer = nescio.IssuerKey.generate(), nescio.IssuerKey.generate()
    a = nescio.attest(key, {"a": [1.0, 2.0]}, bank, "2100-01-01")
    b = nescio.attest(key, {"b": [5.0]}, employer, "2100-01-01")
    by = {"a": bank.public_key, "b": employer.public_key}
    verdict = nescio.verify(model.prove(records=[a, b], reveal="c"), key, issuers=by)
    assert [x.of for x in verdict.attested] == ["input a", "input b"] == list(verdict.digests)
    assert np.allclose(verdict.revealed["c"], [[1, 2, 5]], atol=1e-2)
    for others in ({"b": [5.0]}, [5.0]):  # by name, or what is left
        proof = model.prove(others, records=a, reveal="c")
        assert np.allclose(nescio.verify(proof, key).revealed["c"], [[1, 2, 5]], atol=1e-2)
        assert [x.of for x in nescio.verify(proof, key, issuers={"a": bank.public_key}).attested] == ["input a"]
        refused("V_ATTEST", proof, key, issuers=by)
        refused("V_ATTEST", proof, key, issuers=bank.public_key)
    for wrong in (lambda: model.prove({"a": [1.0, 2.0], "b": [5.0]}, records=a),
                  lambda: model.prove(records=[a, b], salts={"input a": "01" * 32}),
                  lambda: model.prove([5.0], records=[a, a]), lambda: model.prove(records=["a"]),
                  lambda: nescio.attest(key, {"a": [1.0, 2.0], "b": [5.0]}, bank, "2100-01-01"),
                  lambda: nescio.attest(key, {"a": [1.0, 2.0]}, bank.public_key, "2100-01-01"),
                  lambda: nescio.attest(key, {"a": [1.0, 2.0]}, bank, "2100-01-01", name="\n")):
        with pytest.raises(nescio.UsageError):
            wrong()
    with pytest.raises(nescio.InputError):
        model.prove(records=a)


def test_bind_as_on_the_command_line():
    model = two_inputs()
    for bind, wanted in ((True, ["inputs"]), ("inputs", ["inputs"]), ("a,b", ["inputs"]), ([["a", "b"]], ["inputs"]),
                         ("outputs", ["outputs"]), (["outputs", "inputs"], ["inputs", "outputs"]), (["b"], ["input b"]),
                         (["b", "a", "outputs"], ["input a", "input b", "outputs"]), (False, []), (None, [])):
        key = model.commit(bind=bind)
        proof = model.prove([1.0, 2.0, 5.0])
        assert list(nescio.verify(proof, key).digests) == wanted and list(proof.salts()) == wanted, bind
    for bind in ("weights", ["a", "a"], ["inputs", "a"], [[]], [7], "a,,b"):
        with pytest.raises(nescio.UsageError):
            model.commit(bind=bind)


def test_salts_and_digests_have_names():
    model = two_inputs()
    key = model.commit(bind=["a", "b", "outputs"])
    salts = {"input b": "01" * 32, "outputs": "02" * 32}
    proof = model.prove([1.0, 2.0, 5.0], salts=salts)
    verdict = nescio.verify(proof, key)
    used = proof.salts()
    assert {k: used[k] for k in salts} == salts and len(set(used.values())) == 3
    assert verdict.digests["input b"] == nescio.digest(key, {"b": [5.0]}, salts["input b"])
    assert verdict.digests["input a"] == nescio.digest(bytes(key), {"a": [1.0, 2.0]}, used["input a"])
    assert verdict.digests["input a"] != nescio.digest(key, {"a": [1.0, 2.5]}, used["input a"])
    for wrong in ({"a": "01" * 32}, {"input a": "01"}):
        with pytest.raises((nescio.UsageError, nescio.InputError)):
            model.prove([1.0, 2.0, 5.0], salts=wrong)


def test_private_files_have_mode_0600_and_nothing_shows_data(bound, bank, record, rows, tmp_path, caplog):
    bank.save(tmp_path / "key", tmp_path / "pub")
    record.save(tmp_path / "record")
    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in tmp_path.iterdir()}
    assert modes == {"key": 0o600, "record": 0o600, "pub": 0o644}
    assert nescio.IssuerKey.load(tmp_path / "key").public_key == bank.public_key
    assert nescio.load(tmp_path / "record").attestation == record.attestation
    secret = (tmp_path / "key").read_text().strip()
    odd = rows[0].copy()
    odd[1] = 0.0078125
    with caplog.at_level(0, logger="nescio"):
        made = nescio.attest(bound.verifying_key, odd, bank, SOON, name="<b>Bank</b>")
    shown = repr(made) + str(made) + made._repr_html_() + repr(made.attestation) + repr(bank) + str(bank) + caplog.text
    assert "0.0078125" not in shown and "1/128" not in shown and secret not in shown
    assert "applicant" in repr(made) and "<b>Bank" not in made._repr_html_()
    for private in (bank, record, bank._core, record._core):
        with pytest.raises(TypeError):
            pickle.dumps(private)
    with pytest.raises(nescio.UsageError):
        nescio.IssuerKey.load(tmp_path / "record")


def test_the_command_line_takes_records_keys_and_proofs_of_python(bound, bank, record, vouched, cli, tmp_path, credit):
    import json
    bound.save_keys(tmp_path / "pk", tmp_path / "vk")
    bank.save(tmp_path / "bank.key", tmp_path / "bank.pub")
    record.save(tmp_path / "record")
    vouched.save(tmp_path / "p")
    done = cli("verify", "--verifying-key", tmp_path / "vk", tmp_path / "p", "--issuer", tmp_path / "bank.pub", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (told,), a = json.loads(done.stdout)["attested"], record.attestation
    assert (told["of"], told["issuer"], told["name"]) == ("inputs", a.issuer, a.name)
    assert told["expires"] == "2100-06-30T00:00:00Z" and told["issued"] == a.issued.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert cli("prove", "--proving-key", tmp_path / "pk", "--attestation", tmp_path / "record", "-o",
               tmp_path / "q").returncode == 0
    assert nescio.verify(tmp_path / "q", tmp_path / "vk", issuers=tmp_path / "bank.pub").attested == [a]
    assert cli("attest", "--issuer-key", tmp_path / "bank.key", "--verifying-key", tmp_path / "vk", "--input",
               credit / "applicant_good.json", "--expires", "2100-01-01", "-o", tmp_path / "record2").returncode == 0
    assert bound.prove(records=nescio.load(tmp_path / "record2"))


def test_python_takes_records_keys_and_proofs_of_the_command_line(cli, tmp_path, credit):
    def run(*arguments):
        done = cli(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("compile", credit / "model.onnx", "--calibrate", credit / "calibrate.csv", "-o", tmp_path / "m")
    run("commit", tmp_path / "m", "--bind", "applicant", "--bind", "outputs", "--proving-key", tmp_path / "pk",
        "--verifying-key", tmp_path / "vk")
    run("issuer-key", "--secret-key", tmp_path / "bank.key", "--public-key", tmp_path / "bank.pub")
    run("attest", "--issuer-key", tmp_path / "bank.key", "--verifying-key", tmp_path / "vk", "--input",
        credit / "applicant_good.json", "--name", "First Bank", "--expires", "2100-12-31", "-o", tmp_path / "record")
    run("prove", "--proving-key", tmp_path / "pk", "--attestation", tmp_path / "record", "-o", tmp_path / "p")
    bank = nescio.IssuerKey.load(tmp_path / "bank.key")
    assert bank.public_key == (tmp_path / "bank.pub").read_text().strip()
    verdict = nescio.verify(tmp_path / "p", tmp_path / "vk", issuers={"applicant": tmp_path / "bank.pub"})
    record = nescio.load(tmp_path / "record")
    assert verdict.attested == [record.attestation] and set(verdict.digests) == {"inputs", "outputs"}
    assert record.attestation.expires == dt.datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC)
    proof = nescio.load(tmp_path / "pk").prove(records=record)
    assert nescio.verify(proof, tmp_path / "vk", issuers=bank.public_key).attested == verdict.attested
    (tmp_path / "salt").write_text("03" * 32 + "\n")
    told = run("digest", "--verifying-key", tmp_path / "vk", "--input", credit / "applicant_good.json", "--salt",
               tmp_path / "salt")
    assert nescio.digest(tmp_path / "vk", credit / "applicant_good.json", "03" * 32) in told
