"""digest_vectors.py - the expected values of sponge_test.cc, from docs/spec/digest.md in Python's integers.

Needs the package blake3 (PyPI). Shares no code with the C++ side.
"""
from itertools import product

from blake3 import blake3

P = 2**64 - 2**32 + 1
ROW = [1, 1, 2, 1, 8, 9, 10, 7, 5, 9, 4, 10]


def grain():
    bits = [int(b) for value, n in [(1, 2), (0, 4), (64, 12), (12, 12), (8, 10), (22, 10), (2**30 - 1, 30)]
            for b in format(value, f"0{n}b")]

    def step():
        bits.append(bits[-80] ^ bits[-67] ^ bits[-57] ^ bits[-42] ^ bits[-29] ^ bits[-18])
        return bits[-1]

    for _ in range(160):
        step()
    while True:
        word = 0
        for _ in range(64):
            while not step():
                step()
            word = 2 * word + step()
        if word < P:
            yield word


def make_constants():
    g = grain()
    return [[next(g) for _ in range(12)] for _ in range(30)]


CONSTANTS = make_constants()


def permute(s):
    for r, constants in enumerate(CONSTANTS):
        s = [(x + c) % P for x, c in zip(s, constants)]
        s = [pow(x, 7, P) if i == 0 or not 4 <= r < 26 else x for i, x in enumerate(s)]
        s = [sum(ROW[(j - i) % 12] * s[j] for j in range(12)) % P for i in range(12)]
    return s


def up(a, b):
    return -(-a // b)


def digits(lo, hi):
    bits = max(1, (hi - lo).bit_length())
    return bits, 62 // bits


def axes(dims, k):
    """The dimension of the digits and that of the blocks."""
    total = 1
    for n in dims:
        total *= n
    options = []
    for along, n in enumerate(dims):
        wide = [(-m, d) for d, m in enumerate(dims) if d != along and m > 1]
        run = min(wide)[1] if wide else None
        parts = 1 if run is None else total // n // dims[run] * up(n, 8 * k)
        options.append((total // n * up(n, k), parts, along, run))
    return min(options, key=lambda o: o[:3])[2:]


def rectangles(dims, k):
    """(lanes, blocks, the multi-indices of its digits, by block)."""
    along, run = axes(dims, k)
    n = dims[along]

    def index(rest, i, o):
        return tuple(i if d == along else o if d == run else rest[d] for d in range(len(dims)))

    if run is None:
        zero = [0] * len(dims)
        step = 8 * k
        yield min(up(n, k), 8), up(up(n, k), 8), [[index(zero, i, 0) for i in range(b, min(b + step, n))]
                                                  for b in range(0, n, step)]
        return
    others = [range(1) if d in (along, run) else range(m) for d, m in enumerate(dims)]
    for rest in product(*reversed(others)):  # the lowest dimension fastest
        rest = rest[::-1]
        for first in range(0, n, 8 * k):
            count = min(8 * k, n - first)
            yield up(count, k), dims[run], [[index(rest, i, o) for i in range(first, first + count)]
                                            for o in range(dims[run])]


def place(tensors):
    """Blocks as lists of 8 lists of (tensor, index, position of the digit)."""
    parts = []
    for t, (dims, lo, hi, _) in enumerate(tensors):
        k = digits(lo, hi)[1]
        parts += [(lanes, blocks, t, k, rows) for lanes, blocks, rows in rectangles(dims, k)]
    blocks = [[[] for _ in range(8)]]  # the salt's

    def put(part, lane, block):
        _, _, t, k, rows = part
        for o, row in enumerate(rows):
            for i, index in enumerate(row):
                blocks[block + o][lane + i // k].append((t, index, i % k))

    def grow(n):
        start = len(blocks)
        blocks.extend([[] for _ in range(8)] for _ in range(n))
        return start

    for part in parts:
        if part[0] == 8:
            put(part, 0, grow(part[1]))
    shelves = []
    for part in sorted((p for p in parts if p[0] < 8), key=lambda p: -p[1]):
        shelf = next((s for s in shelves if s[1] + part[0] <= 8), None)
        if shelf is None:
            shelf = [grow(part[1]), 0]
            shelves.append(shelf)
        put(part, shelf[1], shelf[0])
        shelf[1] += part[0]
    return blocks


def iv(role, tensors, blocks):
    m = bytes([role]) + len(tensors).to_bytes(4, "little")
    count = 0
    for dims, lo, hi, values in tensors:
        bits, k = digits(lo, hi)
        m += bytes([0, len(dims)]) + b"".join(n.to_bytes(4, "little") for n in dims)
        m += lo.to_bytes(8, "little", signed=True) + hi.to_bytes(8, "little", signed=True) + bytes([bits, k])
        count += len(values)
    m += count.to_bytes(8, "little") + blocks.to_bytes(4, "little")
    out = blake3(m, derive_key_context="nescio 2026 v1 digest").digest(length=64)
    return [int.from_bytes(out[i:i + 16], "little") % P for i in range(0, 64, 16)]


def digest(role, tensors, salt):
    """tensors: (dims, lo, hi, values with dimension 0 fastest)."""
    blocks = place(tensors)
    state = [0] * 8 + iv(role, tensors, len(blocks))
    for n, block in enumerate(blocks):
        cells = salt + [0] * 4
        if n > 0:
            cells = []
            for digit_list in block:
                cell = 0
                for t, index, position in digit_list:
                    dims, lo, hi, values = tensors[t]
                    flat, stride = 0, 1
                    for i, m in zip(index, dims):
                        flat, stride = flat + i * stride, stride * m
                    cell += (values[flat] - lo) << (digits(lo, hi)[0] * position)
                cells.append(cell)
        state = permute([(x + c) % P for x, c in zip(state, cells + [0] * 4)])
    return state[:4], len(blocks)


def values(dims, lo, hi, seed):
    n = 1
    for m in dims:
        n *= m
    return [lo + (seed + 1) * (i + 1) * 2654435761 % (hi - lo + 1) for i in range(n)]


CASES = [
    (0, [([1], 0, 0)]),
    (1, [([5], -128, 127)]),
    (0, [([129, 142], -2048, 2047), ([142], -(2**40), 2**40)]),
    (0, [([30, 64], -(2**15), 2**15 - 1), ([64], -(2**30), 2**30 - 1), ([64, 32], -(2**15), 2**15 - 1),
         ([32], -(2**30), 2**30 - 1), ([32, 1], -(2**15), 2**15 - 1), ([1], -(2**30), 2**30 - 1)]),
    (2, [([3, 3, 5, 17], -7, 7), ([2, 1, 3], 10, 2**61), ([4, 4, 4], 0, 1), ([200], -1, 0)]),
]


def main():
    print("iv of an empty list:", [hex(x) for x in iv(0, [], 1)])
    for number, (role, shapes) in enumerate(CASES):
        tensors = [(dims, lo, hi, values(dims, lo, hi, t)) for t, (dims, lo, hi) in enumerate(shapes)]
        salt = [P - 1 - number, 1, 2**32, number]
        cells, blocks = digest(role, tensors, salt)
        print(f"case {number}: {blocks} blocks, {', '.join(hex(x) for x in cells)}")


if __name__ == "__main__":
    main()
