"""Salted Merkle trees and their pruned multiproofs (docs/spec/pcs.md, sections 2 and 3)."""
import numpy as np

from .blake3 import derive_key_many
from .errors import require


def tagged_hashes(tag, messages):
    """Digests [n, 32] of bytes [n, length], zero-padded to whole blocks."""
    n, length = messages.shape
    padded = np.zeros((n, -(-length // 64) * 64), dtype=np.uint8)
    padded[:, :length] = messages
    return derive_key_many(f"nescio 2026 v1 {tag}", padded)


def bytes_of(rows):
    """[n, bytes] of words [n, ..]."""
    return np.ascontiguousarray(rows).astype("<u8").reshape(len(rows), -1).view(np.uint8)


def salted_leaves(cells, groups, salts):
    """Leaves of opened rows: cells [rows][columns], groups: (begin, end) of columns, salts: bytes [rows, 32]."""
    segments = [tagged_hashes("seg", bytes_of(cells[:, begin:end])) for begin, end in groups]
    return tagged_hashes("leaf", np.concatenate([salts, *segments], axis=1))


def coset_leaves(elements):
    """Leaves of opened cosets [cosets][elements][D]."""
    return tagged_hashes("ext", bytes_of(elements))


def check_multiproof(reader, root, leaves, hashes, log):
    """leaves: sorted numbers below 2^log; hashes: [leaves, 32]. Reads the siblings level by level, left to right."""
    nodes = {leaf: bytes(h) for leaf, h in zip(leaves, hashes)}
    for _ in range(log):
        missing = [k ^ 1 for k in nodes if k ^ 1 not in nodes]
        nodes.update((k, reader.take(32)) for k in missing)
        parents = sorted({k >> 1 for k in nodes})
        pairs = np.frombuffer(b"".join(nodes[2 * k] + nodes[2 * k + 1] for k in parents), dtype=np.uint8)
        nodes = {k: bytes(h) for k, h in zip(parents, tagged_hashes("node", pairs.reshape(-1, 64)))}
    require(nodes[0] == root, "V_MERKLE", reader.at)
