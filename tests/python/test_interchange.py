"""Files of Python and of the command line are the same files, in both directions."""
import json

import nescio


def test_the_command_line_takes_what_python_wrote(model, proof, cli, tmp_path, credit):
    model.save(tmp_path / "m")
    model.save_keys(tmp_path / "pk", tmp_path / "vk")
    proof.save(tmp_path / "p")
    done = cli("verify", "--verifying-key", tmp_path / "vk", tmp_path / "p", "--statement", "score >= 700", "--context",
               "loan 7", "--json")
    told = json.loads(done.stdout)
    verdict = nescio.verify(proof, model.verifying_key)
    assert done.returncode == 0 and told["valid"]
    for name in ("statement", "revealed", "inputs", "digests", "model_id", "key_id", "one_model", "hidden",
                 "security_bits", "weakest_term_bits"):
        assert told[name] == getattr(verdict, {"weakest_term_bits": "weakest_bits"}.get(name, name)), name
    done = cli("prove", "--proving-key", tmp_path / "pk", "--input", credit / "applicant_good.json", "--statement",
               "score > 0", "-o", tmp_path / "q")
    assert done.returncode == 0 and nescio.verify(tmp_path / "q", model.verifying_key, statement="score > 0")
    done = cli("commit", tmp_path / "m", "--proving-key", tmp_path / "pk2", "--verifying-key", tmp_path / "vk2")
    assert done.returncode == 0


def test_python_takes_what_the_command_line_wrote(cli, tmp_path, credit):
    run = lambda *arguments: cli(*arguments).returncode  # noqa: E731
    assert run("compile", credit / "model.onnx", "--calibrate", credit / "calibrate.csv", "-o", tmp_path / "m") == 0
    assert run("commit", tmp_path / "m", "--public", "score", "--proving-key", tmp_path / "pk", "--verifying-key",
               tmp_path / "vk") == 0
    assert run("prove", "--proving-key", tmp_path / "pk", "--input", credit / "applicant_good.json", "-o",
               tmp_path / "p") == 0
    verdict = nescio.verify(tmp_path / "p", tmp_path / "vk")
    model = nescio.load(tmp_path / "pk")
    assert verdict.revealed["score"] == float(model.mock(credit / "applicant_good.json"))
    assert float(nescio.load(tmp_path / "m").mock(credit / "applicant_good.json")) == verdict.revealed["score"]
    assert nescio.verify(model.prove(credit / "applicant_good.json"), tmp_path / "vk").revealed == verdict.revealed


def test_both_compile_a_model_to_the_same_bytes(cli, tmp_path, credit):
    assert cli("compile", credit / "model.onnx", "--calibrate", credit / "calibrate.csv", "-o",
               tmp_path / "cli").returncode == 0
    nescio.compile(credit / "model.onnx", credit / "calibrate.csv").save(tmp_path / "python")
    assert (tmp_path / "cli").read_bytes() == (tmp_path / "python").read_bytes()
