"""Is this a proof of this key, statement and context? The order of a proof: docs/spec/transcript.md."""
from . import statement as statements
from .attestation import check_attestations, demand_issuer
from .circuit import KEY, Public
from .errors import require
from .field import batch_powers, eq_bits, eq_vector, element
from .key import VERSION, Key
from .pcs import Opening
from .proof import ProofFile
from .relations import Segment
from .transcript import Messages, Transcript
from .work import log_of


def evaluate(E, claims, layout, column, row):
    """The extension of the functional of all claims on committed tensors, block by block."""
    by_tensor = {}
    for claim in claims:
        by_tensor.setdefault(claim.tensor, []).append((claim, {}))
    columns, out = eq_vector(E, column), E.of(0)
    for block in layout.blocks:
        here, size = E.of(0), log_of(block.pieces)
        for claim, kept in by_tensor.get(block.tensor, ()):
            x, at = claim.coef, 0
            for d, (offset, log) in enumerate(block.pieces):
                key = d, at, offset, log
                if key not in kept:
                    kept[key] = claim.weights[d].on_piece(offset, log, row[at:at + log])
                x = x * kept[key]
                at += log
            here = here + x
        out = out + here * element(E, columns[block.column]) * eq_bits(row[size:], block.row >> size)
    return out


def verify_messages(key, publics, bound, context, data):
    """`bound`: the bytes of statement and disclosures."""
    E, circuit, reader = key.E, key.circuit, Messages(data)
    transcript = Transcript.start(b"nescio" + VERSION + key.params_bytes)
    root = reader.digest("root", transcript)
    transcript.absorb("digest", "key", key.id)
    values = [publics[i].astype("<u8").tobytes() for i, t in enumerate(circuit.tensors) if isinstance(t.rule, Public)]
    transcript.absorb("values", "public", b"".join(values))
    transcript.absorb("bytes", "statement", bound)
    transcript.absorb("bytes", "context", context)
    reader.work("lookup", transcript, key.params.lookup_work)
    alpha, beta = transcript.challenge(E, "alpha"), transcript.challenge(E, "beta")

    forks = [transcript.fork("segment", s, circuit.segments) for s in range(circuit.segments)]
    segments = [Segment(E, circuit, publics, s, fork, reader).run(alpha, beta) for s, fork in enumerate(forks)]
    for segment in segments:
        transcript.absorb("digest", "join", segment.transcript.digest())
    rho = transcript.challenge(E, "rho")
    powers = batch_powers(E, rho, sum(len(s.zeros) for s in segments) + 1)
    constant, claims = E.of(0), []
    for segment in segments:
        own, powers = powers[:len(segment.zeros)], powers[len(segment.zeros):]
        more = segment.functional(own + powers[-1:])
        constant, claims = constant + more[0], claims + more[1]

    Opening(E, key.params, key.column_groups(), root, lambda r, q: evaluate(E, claims, key.layout, r, q), -constant,
            transcript, reader).verify()
    reader.end()


def verify(key_bytes, proof_bytes, statement=None, context=None, issuer=None, time=0):
    """(key, proof file); or Refused, or statements.Malformed if the statement asked for is no statement."""
    key, file = Key(key_bytes), ProofFile(proof_bytes)
    try:
        predicates = statements.parse(file.statement)
    except statements.Malformed:
        predicates = None
    require(predicates is not None and statements.text_of(predicates) == file.statement, "V_STATEMENT", 0)
    if statement is not None:
        require(statements.parse(statement) == predicates, "V_STATEMENT", 0)
    require(context is None or context == file.context, "V_STATEMENT", 0)
    publics = statements.public_values(key.circuit, predicates, file)
    ports = check_attestations(key.circuit, file)
    if issuer is not None:
        demand_issuer(key.circuit, ports, file, issuer, time)
    publics.update(zip((port.tensor for port in key.circuit.digests if port.source() == KEY), key.bindings))
    verify_messages(key, publics, file.bound, file.context, file.proof)
    return key, file
