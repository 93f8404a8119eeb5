# SPDX-License-Identifier: Apache-2.0
"""Layouts of SPEC.md section 13: requests, replies, sheets, cards and lists.

Written from the text of SPEC.md, never from the C++ sources.
"""

from layouts import Malformed, _int
from primitives import (Hpke, ed25519_public, ed25519_sign, lp8, pad, Refused,
                        sha256, u8, u16, u32, u64, unpad)

REVEAL, DIAL, SHEET, SEARCH = range(4)
EMPTY_ROOT = sha256(b"")


class Reader:
    """Reads in order; Malformed at the first thing that is not there."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if self.at + size > len(self.data):
            raise Malformed
        self.at += size
        return self.data[self.at - size:self.at]

    def int(self, size):
        return _int(self.take(size))

    def lp8(self):
        return self.take(self.int(1))

    def end(self):
        if self.at != len(self.data):
            raise Malformed


def insist(*truths):
    if not all(truths):
        raise Malformed


def check_slots(slots):
    insist(slots == sorted(set(slots)), all(slots), 1 <= len(slots) <= 8)


def check_ids(ids):
    insist(len(ids) == len(set(ids)), all(1 <= len(i) <= 64 for i in ids))


def gate_id(gate_public):
    return sha256(gate_public)[:16]


# Requests.

def request_until_query(r, query_size):
    return (u8(0x21) + u8(r["kind"]) + u16(r["purpose"]) + u32(r["tenant"])
            + u64(r["principal"]) + u64(r["device"]) + u64(r["time_ms"])
            + r["nonce"] + r["reply_pk"] + r["gate_id"] + u64(r["seen_size"])
            + r["seen_root"] + u8(len(r["slots"]))
            + b"".join(u16(slot) for slot in r["slots"])
            + u8(len(r["record_ids"]))
            + b"".join(lp8(i) for i in r["record_ids"])
            + lp8(r["ticket"]) + u16(query_size))


def request(r, device_seed):
    body = request_until_query(r, len(r["sealed_query"])) + r["sealed_query"]
    return body + ed25519_sign(device_seed,
                               b"parcelveil/v1/reveal-request\0" + body)


def parse_request(data):
    reader = Reader(data)
    insist(reader.int(1) == 0x21)
    kind, purpose = reader.int(1), reader.int(2)
    reader.take(4 + 8 + 8 + 8 + 16 + 32 + 16)
    seen_size, seen_root = reader.int(8), reader.take(32)
    slots = [reader.int(2) for _ in range(reader.int(1))]
    ids = [reader.lp8() for _ in range(reader.int(1))]
    ticket, query = reader.lp8(), reader.take(reader.int(2))
    reader.take(64)
    reader.end()
    insist(kind <= 3, 1 <= purpose <= 7)
    insist(seen_size > 0 or seen_root == EMPTY_ROOT)
    check_slots(slots)
    check_ids(ids)
    insist(len(ids) in {REVEAL: (1,), DIAL: (1,), SHEET: range(1, 65),
                        SEARCH: (0,)}[kind])
    insist(len(ticket) <= 32)
    insist(len(query) in range(112, 369, 64) if kind == SEARCH
           else not query)


def search_query(index, first, last, scope, value):
    return pad(u16(index) + u16(first) + u16(last) + u32(scope) + lp8(value),
               64)


def parse_search_query(data):
    try:
        reader = Reader(unpad(data))
    except Refused as error:
        raise Malformed from error
    index, first, last = reader.int(2), reader.int(2), reader.int(2)
    reader.take(4)
    value = reader.lp8()
    reader.end()
    insist(0x4001 <= index <= 0x4FFF, first <= last, value)


def seal_query(query, r, gate_query_public, ephemeral):
    binding = request_until_query(r, len(query) + 48)
    context = Hpke.sender(ephemeral, gate_query_public,
                          b"parcelveil/v1/query\0" + r["gate_id"])
    return context.enc + context.seal(0, binding, query)


# Replies.

def short_reply(code):
    return u8(0x22) + u8(code)


def reply_head(r):
    return (u8(0x22) + u8(r["status"]) + u16(0) + u64(r["served_ms"])
            + u32(r["ttl_s"]) + u64(r["leaf_index"]) + r["request_hash"]
            + u16(len(r["note"])) + r["note"])


def reply(r, gate_seed, plaintext=None, reply_public=None, ephemeral=None):
    body = head = reply_head(r)
    if plaintext is not None:
        context = Hpke.sender(ephemeral, reply_public,
                              b"parcelveil/v1/reply\0" + r["request_hash"])
        sealed = context.seal(0, head, plaintext)
        body += context.enc + u16(len(sealed)) + sealed
    return body + ed25519_sign(gate_seed, b"parcelveil/v1/reveal-reply\0"
                               + body)


def parse_reply(data):
    reader = Reader(data)
    insist(reader.int(1) == 0x22)
    status = reader.int(1)
    if len(data) == 2:
        insist(1 <= status <= 4)
        return
    insist(reader.int(2) == 0, status == 0 or 5 <= status <= 14)
    reader.take(8 + 4 + 8 + 32)
    reader.take(reader.int(2))
    if status == 0:
        reader.take(32)
        size = reader.int(2)
        insist(size >= 144, size % 128 == 16)
        reader.take(size)
    reader.take(64)
    reader.end()


def revealed(fields):
    """`fields` are (slot, text), slots ascending."""
    return pad(b"".join(u16(slot) + u16(len(text)) + text
                        for slot, text in fields), 128)


def parse_revealed(data):
    try:
        reader = Reader(unpad(data))
    except Refused as error:
        raise Malformed from error
    slots = []
    while reader.at < len(reader.data):
        slots.append(reader.int(2))
        insist(len(reader.take(reader.int(2))) <= 4095)
    insist(slots == sorted(set(slots)), all(slots), len(slots) <= 8)


# Masked rows.

def row(record_id, fields):
    return (lp8(record_id) + u8(len(fields))
            + b"".join(u16(slot) + u16(len(text)) + text
                       for slot, text in fields))


def search_rows(rows):
    return pad(u8(len(rows)) + b"".join(row(*r) for r in rows), 128)


def masked_list(served_ms, rows):
    return (u8(0x25) + u8(0) + u16(len(rows)) + u64(served_ms)
            + b"".join(row(*r) for r in rows))


def _parse_rows(reader, count):
    for _ in range(count):
        insist(1 <= len(reader.lp8()) <= 64)
        slots = []
        for _ in range(reader.int(1)):
            slots.append(reader.int(2))
            try:
                reader.take(reader.int(2)).decode()
            except UnicodeDecodeError as error:
                raise Malformed from error
        insist(slots == sorted(set(slots)), all(1 <= s <= 0x3FFF
                                                for s in slots))
    reader.end()


def parse_masked_list(data):
    reader = Reader(data)
    insist(reader.take(2) == b"\x25\0")
    count = reader.int(2)
    reader.take(8)
    _parse_rows(reader, count)


def parse_search_rows(data):
    try:
        reader = Reader(unpad(data))
    except Refused as error:
        raise Malformed from error
    _parse_rows(reader, reader.int(1))


# Route sheets.

def sheet_head(s):
    return (u8(0x23) + u8(0) + u16(len(s["entries"])) + u32(s["tenant"])
            + u64(s["principal"]) + u64(s["device"]) + u64(s["issued_ms"])
            + u64(s["deadline_ms"]) + u64(s["leaf_index"])
            + s["request_hash"])


def entry_head(entry, sealed_size):
    return (lp8(entry["record_id"]) + u8(len(entry["slots"]))
            + b"".join(u16(slot) for slot in entry["slots"])
            + u16(sealed_size))


def route_sheet(s, gate_seed, reply_public, ephemeral):
    head = sheet_head(s)
    context = Hpke.sender(ephemeral, reply_public,
                          b"parcelveil/v1/sheet\0" + head)
    body = head + context.enc
    for i, entry in enumerate(s["entries"]):
        aad = entry_head(entry, len(entry["plaintext"]) + 16)
        body += aad + context.seal(i, aad, entry["plaintext"])
    return body + ed25519_sign(gate_seed, b"parcelveil/v1/route-sheet\0"
                               + body)


def parse_route_sheet(data):
    reader = Reader(data)
    insist(reader.take(2) == b"\x23\0")
    count = reader.int(2)
    reader.take(4 + 8 + 8)
    issued, deadline = reader.int(8), reader.int(8)
    reader.take(8 + 32 + 32)
    ids = []
    for _ in range(count):
        ids.append(reader.lp8())
        check_slots([reader.int(2) for _ in range(reader.int(1))])
        size = reader.int(2)
        insist(size >= 144, size % 128 == 16)
        reader.take(size)
    reader.take(64)
    reader.end()
    check_ids(ids)
    insist(1 <= count <= 64, 0 <= deadline - issued <= 14 * 3600 * 1000)


# Cards.

def gate_card(c):
    return (u8(0x24) + u8(0) + u32(c["tenant"]) + u64(c["principal"])
            + u64(c["device"]) + c["gate_key"] + c["query_key"] + c["log_key"]
            + lp8(c["log_origin"]))


def parse_gate_card(data):
    reader = Reader(data)
    insist(reader.take(2) == b"\x24\0")
    reader.take(4 + 8 + 8 + 32 + 32 + 32)
    origin = reader.lp8()
    reader.end()
    try:
        text = origin.decode()
    except UnicodeDecodeError as error:
        raise Malformed from error
    insist(text, "+" not in text, text.isprintable(),
           not any(c.isspace() for c in text))


def checkpoint_note(origin, size, root, log_seed):
    """A C2SP checkpoint that the log signed; section 14 has its parts."""
    import base64  # pylint: disable=import-outside-toplevel
    name = origin.decode()
    text = f"{name}\n{size}\n{base64.b64encode(root).decode()}\n"
    key_id = sha256(origin + b"\n\1" + ed25519_public(log_seed))[:4]
    signature = key_id + ed25519_sign(log_seed, text.encode())
    return (text + f"\n\u2014 {name} "
            + base64.b64encode(signature).decode() + "\n").encode()
