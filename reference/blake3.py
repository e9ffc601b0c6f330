"""BLAKE3 (O'Connor, Aumasson, Neves, Wilcox-O'Hearn 2021, sections 2.1 to 2.6), without its keyed mode.

The compression function is written in sums modulo 2^32 of whatever supports + & ^ | << >>: Python integers hash one
message, NumPy arrays of 64-bit words hash many messages of equal length at once.
"""
import struct
from functools import lru_cache

import numpy as np

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT, CONTEXT, MATERIAL = 1, 2, 4, 8, 32, 64
COLUMNS_AND_DIAGONALS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                         (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
MASK = 0xFFFFFFFF


def schedule():
    """The 56 mixing steps of a compression: four words of the state, two of the message."""
    order, out = list(range(16)), []
    for _ in range(7):
        out += [(*words, order[2 * i], order[2 * i + 1]) for i, words in enumerate(COLUMNS_AND_DIAGONALS)]
        order = [order[i] for i in PERMUTATION]
    return out


STEPS = schedule()


def compress(cv, block, counter, length, flags):
    """16 words of output; the first 8 are the chaining value. block: 16 words."""
    v = [*cv, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for a, b, c, d, m, n in STEPS:
        va = (v[a] + v[b] + block[m]) & MASK
        x = v[d] ^ va
        x = (x >> 16 | x << 16) & MASK
        vc = (v[c] + x) & MASK
        y = v[b] ^ vc
        y = (y >> 12 | y << 20) & MASK
        v[a] = va = (va + y + block[n]) & MASK
        x ^= va
        v[d] = x = (x >> 8 | x << 24) & MASK
        v[c] = vc = (vc + x) & MASK
        y ^= vc
        v[b] = (y >> 7 | y << 25) & MASK
    return [v[i] ^ v[i + 8] for i in range(8)] + [v[i + 8] ^ cv[i] for i in range(8)]


def root_words(words, length, key=IV, flags=0):
    """The 16 words of output of a message of `length` bytes; words: its little-endian words, zero-padded to a block."""
    def node(chunk, count):  # the last compression of the tree over `count` chunks from number `chunk` on, not yet made
        if count > 1:
            left = 1 << (count - 1).bit_length() - 1
            children = [compress(*node(c, n))[:8] for c, n in ((chunk, left), (chunk + left, count - left))]
            return key, children[0] + children[1], 0, 64, flags | PARENT
        cv, first, end = key, 1024 * chunk, min(length, 1024 * (chunk + 1))
        for begin in range(first, max(end, 1), 64):
            here = flags | (CHUNK_START if begin == first else 0) | (CHUNK_END if begin + 64 >= end else 0)
            args = cv, words[begin // 4:begin // 4 + 16], chunk, min(64, end - begin), here
            if begin + 64 >= end:
                return args
            cv = compress(*args)[:8]

    *args, last_flags = node(0, max(1, -(-length // 1024)))
    return compress(*args, last_flags | ROOT)


def output(data, key=IV, flags=0):
    """64 bytes; a digest is the first 32."""
    padded = data + bytes(-len(data) % 64 or (0 if data else 64))
    return struct.pack("<16I", *root_words(np.frombuffer(padded, dtype="<u4").tolist(), len(data), key, flags))


def blake3(data):
    return output(data)[:32]


@lru_cache(maxsize=None)
def context_key(context):
    return struct.unpack("<8I", output(context.encode(), IV, CONTEXT)[:32])


def derive_key(context, data):
    """64 bytes of output of derive-key mode."""
    return output(data, context_key(context), MATERIAL)


def derive_key_many(context, messages):
    """Digests [n, 32] of n messages of one length, a multiple of 64 and not 0; messages: bytes [n, length]."""
    length = messages.shape[1]
    words = list(np.ascontiguousarray(messages).view("<u4").astype(np.uint64).T)
    out = root_words(words, length, context_key(context), MATERIAL)[:8]
    return np.ascontiguousarray(np.stack(out, axis=1).astype("<u4")).view(np.uint8)
