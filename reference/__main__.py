"""python3 -m reference KEY PROOF [--statement S] [--context C] [--issuer KEY] [--at TIME] [--json]

Exit codes: 0 valid, 1 not valid, 2 wrong usage or unreadable files.
"""
import argparse
import json
import os
import sys
import time
import warnings

from .errors import Refused
from .verify import verify

MOST_KEY, MOST_PROOF = 2**32, 2**28


def read(path, most):
    with open(path, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(f"{path}: larger than {most} bytes")
    return data


def main(argv=None):
    parser = argparse.ArgumentParser(prog="reference", description="A second verifier, written from docs/spec.")
    option = parser.add_argument
    option("key")
    option("proof")
    option("--statement", help="the proof must say exactly this")
    option("--context", type=os.fsencode, help="the proof must be made for this context")
    option("--issuer", type=bytes.fromhex, metavar="KEY", help="the holder of this key must attest all inputs")
    option("--at", type=int, default=int(time.time()), metavar="SECONDS",
           help="when attestations must hold: seconds since 1970 (default: now)")
    option("--json", action="store_true")
    args = parser.parse_args(argv)
    warnings.simplefilter("ignore")
    try:
        key, file = verify(read(args.key, MOST_KEY), read(args.proof, MOST_PROOF), args.statement, args.context,
                           args.issuer, args.at)
    except Refused as refused:
        print(json.dumps({"valid": False, "code": refused.code, "where": refused.where}) if args.json
              else f"NOT VALID {refused.code} ({refused.where})")
        return 1
    except Exception as error:  # a file, the statement asked for, or a defect of this program: no verdict
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    said = {"valid": True, "statement": file.statement, "model_id": key.model.hex(), "key_id": key.id.hex(),
            "one_model": key.one_model, "security_bits": key.params.security_bits,
            "weakest_term_bits": key.bits / 2**32}
    print(json.dumps(said) if args.json else "\n".join(f"{name:<20}{value}" for name, value in said.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
