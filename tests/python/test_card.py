"""Model cards: what they say, and that nothing but what their owner signed about this model passes."""
import numpy as np
import pytest

import nescio


@pytest.fixture(scope="module")
def owner():
    return nescio.IssuerKey.generate()


@pytest.fixture(scope="module")
def card(model, owner, credit, rows):
    return model.card(owner, "Credit scorecard", "1.2", rows, credit / "test.csv", credit / "test_labels.csv")


def test_a_card_says_what_the_report_says(model, card, owner, credit):
    report = model.report(credit / "test.csv", labels=credit / "test_labels.csv")
    assert (card.name, card.version, card.owner, card.model_id) == (
        "Credit scorecard", "1.2", owner.public_key, model.verifying_key.model_id)
    assert (card.calibration["rows"], card.measured["rows"], card.refused_rows) == (500, 1114, 0)
    said, = card.outputs
    measured, = report["outputs"]
    assert said["largest_error"] == measured["largest_error"] and said["mean_error"] == measured["mean_error"]
    assert said["auc"] == pytest.approx((0.8497, 0.8497), abs=1e-4)
    assert len(card.salt) == 64 and card.calibration["digest"] != card.measured["digest"]
    assert "Credit scorecard" in str(card) and "0.8497" in card._repr_html_()


def test_a_card_is_of_one_model_and_one_owner(model, card, owner, rows, credit, tmp_path):
    card.check(model.verifying_key)
    card.check(bytes(model.verifying_key), owner.public_key)
    with pytest.raises(nescio.InvalidAttestation):
        card.check(model.verifying_key, nescio.IssuerKey.generate().public_key)
    other = nescio.compile(credit / "other_model.onnx", calibration=rows)
    with pytest.raises(nescio.InvalidAttestation):
        card.check(other.verifying_key)
    card.save(tmp_path / "model.card")
    again = nescio.load(tmp_path / "model.card")
    assert again == card and again.salt is None
    changed = bytearray(bytes(card))
    changed[bytes(card).index(b"1.2")] = ord("9")
    with pytest.raises(nescio.InvalidAttestation):
        nescio.ModelCard(bytes(changed)).check(model.verifying_key)


def test_a_card_takes_the_data_that_the_model_was_calibrated_on(model, owner, rows):
    for wrong in (lambda: model.card(owner, "a", "1", rows[:100]), lambda: model.card(owner, "", "1", rows),
                  lambda: model.card(owner, "a", "\n", rows), lambda: model.card(owner.public_key, "a", "1", rows),
                  lambda: model.card(owner, "a", "1", rows, labels=np.zeros(500)),
                  lambda: nescio.ModelCard(b"nescio model card")):
        with pytest.raises((nescio.UsageError, nescio.InputError)):
            wrong()


def test_the_command_line_reads_it(model, card, owner, proof, cli, tmp_path):
    card.save(tmp_path / "model.card")
    proof.save(tmp_path / "p")
    model.verifying_key.save(tmp_path / "vk")
    run = cli("verify", "--verifying-key", tmp_path / "vk", tmp_path / "p", "--card", tmp_path / "model.card",
              "--owner", owner.public_key)
    assert run.returncode == 0 and '"Credit scorecard", version "1.2"' in run.stdout
    run = cli("verify", "--verifying-key", tmp_path / "vk", tmp_path / "p", "--card", tmp_path / "model.card",
              "--owner", nescio.IssuerKey.generate().public_key, "--json")
    assert run.returncode == 1 and '"code": "V_ATTEST"' in run.stdout
    assert cli("inspect", tmp_path / "model.card").returncode == 0
