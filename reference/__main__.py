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
from .statement import Malformed
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
    parser.add_argument("key")
    parser.add_argument("proof")
    parser.add_argument("--statement", help="the proof must say exactly this")
    parser.add_argument("--context", help="the proof must be made for this context")
    parser.add_argument("--issuer", type=bytes.fromhex, metavar="KEY",
                        help="all inputs must be attested by the holder of this key")
    parser.add_argument("--at", type=int, default=int(time.time()), metavar="SECONDS",
                        help="when attestations must hold: seconds since 1970 (default: now)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    warnings.simplefilter("ignore")
    try:
        key, file = verify(read(args.key, MOST_KEY), read(args.proof, MOST_PROOF), args.statement,
                           None if args.context is None else os.fsencode(args.context),
                           args.issuer, args.at)
    except Refused as refused:
        print(json.dumps({"valid": False, "code": refused.code, "where": refused.where}) if args.json
              else f"NOT VALID {refused.code} ({refused.where})")
        return 1
    except Malformed:
        print("not a statement: " + args.statement, file=sys.stderr)
        return 2
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:  # a defect of this program: no verdict
        print(f"internal error: {error!r}", file=sys.stderr)
        return 2
    said = {"valid": True, "statement": file.statement, "model_id": key.model.hex(), "key_id": key.id.hex(),
            "one_model": key.one_model, "security_bits": key.params.security_bits,
            "weakest_term_bits": key.bits / 2**32}
    print(json.dumps(said) if args.json else "\n".join(f"{name:<20}{value}" for name, value in said.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
