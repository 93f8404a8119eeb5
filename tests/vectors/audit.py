# SPDX-License-Identifier: Apache-2.0
"""Layouts of SPEC.md section 14: leaves, trees, notes, tiles.

Written from the text of SPEC.md, RFC 6962 and C2SP, never from the C++ sources.
"""

import base64
import functools

from layouts import Malformed, _int
from primitives import (Refused, ed25519_public, ed25519_sign, ed25519_verify,
                        sha256, u8, u16, u32, u64)

DETAIL_SIZES = {1: 0, 2: 2, 3: 4, 4: 16, 5: 17, 6: 0, 7: 6, 8: 8, 9: 0, 10: 32,
                11: 0, 12: 16, 13: 0, 14: 0, 15: 2, 17: 5, 18: 1}


def leaf(f):
    return (u8(1) + u8(f["type"]) + u8(f["ref_gen"]) + u8(0) + u32(f["tenant"])
            + u64(f["time_ms"]) + u64(f["principal"]) + u64(f["device"])
            + u16(f["role"]) + u16(f["purpose"]) + u16(f["result"])
            + u16(len(f["slots"])) + b"".join(map(u16, f["slots"]))
            + f["record_ref"] + f["object_hash"] + u16(len(f["detail"]))
            + f["detail"])


def has_good_detail(kind, detail):
    if kind != 16:
        return DETAIL_SIZES.get(kind) == len(detail)
    refs = [detail[i:i + 16] for i in range(0, len(detail), 16)]
    return (1 <= len(refs) <= 64 and len(detail) % 16 == 0
            and refs == sorted(set(refs)))


def parse_leaf(data):
    """Raises Malformed for what is no leaf of version 1."""
    num_slots = _int(data[38:40])
    slots_end = 40 + 2 * num_slots
    slots = [_int(data[i:i + 2]) for i in range(40, slots_end, 2)]
    size = _int(data[slots_end + 48:slots_end + 50])
    if (len(data) != slots_end + 50 + size or len(data) < 90 or data[0] != 1
            or data[3] != 0 or num_slots > 16 or 0 in slots
            or slots != sorted(set(slots))
            or not has_good_detail(data[1], data[slots_end + 50:])):
        raise Malformed
    return slots


def leaf_hash(data):
    return sha256(b"\0" + data)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


class Tree:
    """RFC 6962 section 2.1, word for word."""

    def __init__(self, leaves):
        self.leaves = leaves

    @functools.lru_cache(maxsize=None)
    def root(self, first, last):
        if first == last:
            return sha256(b"")
        if last - first == 1:
            return leaf_hash(self.leaves[first])
        middle = first + split(last - first)
        return node_hash(self.root(first, middle), self.root(middle, last))

    def path(self, m, first, last):
        if last - first == 1:
            return []
        k = split(last - first)
        if m < k:
            return (self.path(m, first, first + k)
                    + [self.root(first + k, last)])
        return (self.path(m - k, first + k, last)
                + [self.root(first, first + k)])

    def subproof(self, m, first, last, whole):
        if m == last - first:
            return [] if whole else [self.root(first, last)]
        k = split(last - first)
        if m <= k:
            return (self.subproof(m, first, first + k, whole)
                    + [self.root(first + k, last)])
        return (self.subproof(m - k, first + k, last, False)
                + [self.root(first, first + k)])


def split(n):
    return 1 << ((n - 1).bit_length() - 1)


# Notes.

def key_id(name, kind, public):
    return sha256(name + b"\n" + u8(kind) + public)[:4]


def verifier_key(name, kind, public):
    return (name + b"+" + key_id(name, kind, public).hex().encode() + b"+"
            + base64.b64encode(u8(kind) + public))


def checkpoint_text(origin, size, root):
    return origin + b"\n%d\n" % size + base64.b64encode(root) + b"\n"


def signature_line(name, id4, signature):
    return ("— ".encode() + name + b" " + base64.b64encode(id4 + signature)
            + b"\n")


def sign_note(text, name, seed):
    public = ed25519_public(seed)
    return text + b"\n" + signature_line(name, key_id(name, 1, public),
                                         ed25519_sign(seed, text))


def cosignature(text, name, seed, time_s):
    public = ed25519_public(seed)
    message = b"cosignature/v1\ntime %d\n" % time_s + text
    return signature_line(name, key_id(name, 4, public),
                          u64(time_s) + ed25519_sign(seed, message))


def verify_note(note, vkey):
    """Raises Refused unless the note's last line is that key's and verifies."""
    name, id8, key = vkey.split(b"+", 2)
    key = base64.b64decode(key)
    text, _, lines = note.rpartition(b"\n\n")
    _, found, signature = lines.rstrip(b"\n").split(b"\n")[-1].split(b" ")
    raw = base64.b64decode(signature)
    ed25519_verify(key[1:], text + b"\n", raw[4:])
    if (found != name or raw[:4].hex().encode() != id8
            or key_id(name, key[0], key[1:]) != raw[:4]):
        raise Refused("key")


# Tiles.

def tile_path(level, index, width):
    groups = []
    while True:
        groups.insert(0, f"{index % 1000:03}")
        index //= 1000
        if index == 0:
            break
    path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    suffix = "" if width == 256 else f".p/{width}"
    return f"tile/{'entries' if level is None else level}/{path}{suffix}"


def bundle(leaves):
    return b"".join(u16(len(data)) + data for data in leaves)
