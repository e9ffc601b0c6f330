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


def salted_leaves(cells, groups, salts):
    """Leaves of opened rows: cells [rows][columns], groups: (begin, end) of columns, salts: bytes [rows, 32]."""
    parts = [salts]
    for begin, end in groups:
        row_bytes = np.ascontiguousarray(cells[:, begin:end]).astype("<u8").view(np.uint8)
        parts.append(tagged_hashes("seg", row_bytes))
    return tagged_hashes("leaf", np.concatenate(parts, axis=1))


def coset_leaves(elements):
    """Leaves of opened cosets [cosets][elements][D]."""
    return tagged_hashes("ext", np.ascontiguousarray(elements).astype("<u8").reshape(len(elements), -1).view(np.uint8))


def siblings_needed(leaves, log):
    """For each level from the leaves: (known nodes, those of their siblings that the proof holds), left to right."""
    levels, known = [], leaves
    for _ in range(log):
        here = set(known)
        levels.append((known, [k ^ 1 for k in known if k ^ 1 not in here]))
        known = sorted({k >> 1 for k in known})
    return levels


def check_multiproof(reader, root, leaves, hashes, log):
    """leaves: sorted numbers below 2^log; hashes: [leaves, 32]. Reads the siblings, then compares roots."""
    levels = siblings_needed(leaves, log)
    read = [[reader.take(32) for _ in missing] for _, missing in levels]
    nodes = {leaf: bytes(h) for leaf, h in zip(leaves, hashes)}
    for (_, missing), digests in zip(levels, read):
        nodes.update(zip(missing, digests))
        parents = sorted({k >> 1 for k in nodes})
        pairs = np.frombuffer(b"".join(nodes[2 * k] + nodes[2 * k + 1] for k in parents), dtype=np.uint8)
        nodes = {k: bytes(h) for k, h in zip(parents, tagged_hashes("node", pairs.reshape(-1, 64)))}
    require(nodes[0] == root, "V_MERKLE", reader.at)
