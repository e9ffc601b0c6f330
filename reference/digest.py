"""Digests of integers (docs/spec/digest.md): Poseidon's linear layers, where values stand in blocks, the IV, and
whether a circuit's digests are what their ports say.
"""
from collections import deque
from functools import lru_cache
from heapq import heappop, heappush
from itertools import islice
from math import prod

import numpy as np

from .blake3 import derive_key
from .circuit import (NO_RUN, VALUE, Affine, Committed, Constant, Cubic, Map, Packing, Part, Poseidon, Public, Shift,
                      Sparse, Tensor, Term)
from .errors import rule
from .field import P, add, mul, sum_axis, vector
from .transcript import packed
from .work import choices

WIDTH, RATE, FULL, PARTIAL, SBOXES = 12, 8, 8, 22, 118
MDS_ROW = (1, 1, 2, 1, 8, 9, 10, 7, 5, 9, 4, 10)
CELL_BITS = 62


def mds(i, j):
    return MDS_ROW[(j - i) % WIDTH]


MDS = np.array([[mds(i, j) for j in range(WIDTH)] for i in range(WIDTH)], dtype=np.uint64)


def grain():
    """Bits of the Grain LFSR of ePrint 2019/458, appendix E."""
    numbers = ((1, 2), (0, 4), (64, 12), (WIDTH, 12), (FULL, 10), (PARTIAL, 10), (2**30 - 1, 30))
    state = deque((int(bit) for n, size in numbers for bit in f"{n:0{size}b}"), maxlen=80)
    while True:
        state.append(state[62] ^ state[51] ^ state[38] ^ state[23] ^ state[13] ^ state[0])
        yield state[-1]


@lru_cache(maxsize=None)
def round_constants():
    """[30][12]"""
    bits = islice(grain(), 160, None)
    chosen = (str(second) for first, second in zip(bits, bits) if first)
    words = []
    while len(words) < WIDTH * (FULL + PARTIAL):
        word = int("".join(islice(chosen, 64)), 2)
        words += [word] if word < P else []
    return [words[i:i + WIDTH] for i in range(0, len(words), WIDTH)]


@lru_cache(maxsize=None)
def linear_layers():
    """L [118, 130] and c [118]: S-box inputs from the sponge's input (12) and the outputs of the S-boxes before."""
    inputs = WIDTH + SBOXES
    lanes = np.zeros((WIDTH, inputs + 1), dtype=np.uint64)  # affine forms; the constant is last
    lanes[range(WIDTH), range(WIDTH)] = 1
    rows = []
    for r, constants in enumerate(round_constants()):
        lanes[:, inputs] = add(lanes[:, inputs], vector(constants))
        full = r < FULL // 2 or r >= FULL // 2 + PARTIAL
        for lane in range(WIDTH if full else 1):
            rows.append(lanes[lane].copy())
            lanes[lane] = 0
            lanes[lane, WIDTH + len(rows) - 1] = 1
        lanes = sum_axis(mul(lanes[None], MDS[:, :, None]), 1)
    rows = np.array(rows)
    return rows[:, :inputs], rows[:, inputs]


# ---- where a value stands


class Bound:
    """A tensor that a digest is of."""

    def __init__(self, number, dims, lo, hi):
        self.number, self.dims, self.lo, self.hi = number, dims or [1], lo, hi
        self.bits = max(1, (hi - lo).bit_length())
        self.cells = prod(self.dims)

    def axes(self):
        """(lanes, number of parts, along, run or None)."""
        k, found = CELL_BITS // self.bits, []
        for along, n in enumerate(self.dims):
            run = max((e for e, m in enumerate(self.dims) if e != along and m > 1),
                      key=lambda e: (self.dims[e], -e), default=None)
            rest = self.cells // n
            parts = 1 if run is None else rest // self.dims[run] * -(-n // (RATE * k))
            found.append((rest * -(-n // k), parts, along, run))
        return min(found, key=lambda x: x[:3])

    def parts(self):
        """[(lanes, blocks, Part without its place)]."""
        _, _, along, run = self.axes()
        k, n = CELL_BITS // self.bits, self.dims[along]
        most = n if run is None else RATE * k
        out = []
        for index in choices([range(1 if d in (along, run) else m) for d, m in enumerate(self.dims)]):
            for first in range(0, n, most):
                count = min(most, n - first)
                lanes = -(-count // k)
                part = Part(self.number, self.lo, self.bits, along, NO_RUN if run is None else run, 0,
                            [first if d == along else x for d, x in enumerate(index)], count, 0)
                out.append((min(lanes, RATE), -(-lanes // RATE) if run is None else self.dims[run], part))
        return out


def plan(bound):
    """(number of blocks, parts in their places)."""
    parts = [p for b in bound for p in b.parts()]
    parts.sort(key=lambda p: -p[1] if p[0] < RATE else -np.inf)  # stable: those of 8 lanes first, then by length
    free, blocks = [[] for _ in range(RATE + 1)], 1  # by number of free lanes: a heap of the first blocks of shelves
    for lanes, length, part in parts:
        room = min((f for f in range(lanes, RATE + 1) if free[f]), key=lambda f: free[f][0], default=None)
        if room is None:
            room, part.block = RATE, blocks
            blocks += length
        else:
            part.block = heappop(free[room])
        part.lane = RATE - room
        heappush(free[room - lanes], part.block)
    return blocks, [part for _, _, part in parts]


def initial_value(group, bound, blocks):
    message = packed("BI", group, len(bound))
    for b in bound:
        n = len(b.dims)
        message += packed(f"BB{n}IqqBB", 0, n, *b.dims, b.lo, b.hi, b.bits, CELL_BITS // b.bits)
    message += packed("QI", sum(b.cells for b in bound), blocks)
    out = derive_key("nescio 2026 v1 digest", message)
    return [int.from_bytes(out[i:i + 16], "little") % P for i in range(0, 64, 16)]


# ---- in a circuit


def definitions(circuit, port, bound, base):
    """The tensors base .. base + 22; committed ones are of any segment."""
    blocks, parts = plan(bound)
    iv = initial_value(port.group, bound, blocks)
    halves = [0] * 8 + [x % 2**32 for x in iv] + [0] * 8 + [x >> 32 for x in iv]
    lane, step = (False, 0), (False, 1)

    def committed(number):
        return Committed(VALUE, getattr(circuit.rule(base + number), "segment", 0))

    def shift(source, dim, offset):
        return Map(base + source, dim, Shift(offset))

    def affine(*terms):
        return Affine([Term(coef, base + source, list(dims)) for coef, source, *dims in terms], 0, 1)

    def rows(n):
        entries = [(i, SBOXES - WIDTH + j, mds(i, j)) for i in range(n) for j in range(WIDTH)]
        return Sparse(*map(list, zip(*entries)))

    return [
        Tensor([4], committed(0)), Tensor([118, blocks], committed(1)), Tensor([12, 2], Constant(halves)),
        Tensor([12], shift(0, 0, 0)),
        Tensor([12, 1], affine((1, 3, lane), (1, 2, lane, (True, 0)), (2**32, 2, lane, (True, 1)))),
        Tensor([12, blocks], Map(base + 1, 0, rows(12))), Tensor([12, blocks], shift(4, 1, 0)),
        Tensor([12, blocks], shift(5, 1, 1)), Tensor([8, blocks], Packing(parts)), Tensor([12, blocks], shift(8, 0, 0)),
        Tensor([12, blocks], affine((1, 6, lane, step), (1, 7, lane, step), (1, 9, lane, step))),
        Tensor([130, blocks], shift(10, 0, 0)), Tensor([130, blocks], shift(1, 0, 12)),
        Tensor([130, blocks], affine((1, 11, lane, step), (1, 12, lane, step))),
        Tensor([118, blocks], Map(base + 13, 0, Poseidon())), Tensor([118], Constant(None)),
        Tensor([118, blocks], affine((1, 14, lane, step), (1, 15, lane))),
        Tensor([118, blocks], Cubic([base + 16] * 3)), Tensor([118, blocks], Cubic([base + 17, base + 17, base + 16])),
        Tensor([118, blocks], affine((1, 1, lane, step), (-1, 18, lane, step))),
        Tensor([4], Public(port.source())), Tensor([4, blocks], Map(base + 1, 0, rows(4))),
        Tensor([4], affine((1, 21, lane, (True, blocks - 1)), (-1, 20, lane))),
    ]


def is_computed(circuit, port):
    base = port.tensor - 20
    if base < 0 or base + 23 > len(circuit.tensors):
        return False
    packing = circuit.rule(base + 8)
    bound = [Bound(x, circuit.dims(x), lo, hi) for x, lo, hi in port.bound]
    # What is too large to plan, or has another number of parts, is refused before it is planned.
    if not isinstance(packing, Packing) or any(b.bits > CELL_BITS for b in bound) or \
            sum(b.cells for b in bound) >= 2**30 or sum(b.axes()[1] for b in bound) != len(packing.parts):
        return False
    return {base + 19, base + 22} <= {zero.tensor for zero in circuit.zeros} and \
        circuit.tensors[base:base + 23] == definitions(circuit, port, bound, base)


def check_digests(circuit):
    for i, port in enumerate(circuit.digests):
        rule(300 + i, is_computed(circuit, port))
