# SPDX-License-Identifier: Apache-2.0
"""Vectors of intake cards and envelopes, SPEC.md section 15."""

from layouts import Malformed, intake_public, intake_secret
from negatives import reason_of
from primitives import (Hpke, ed25519_public, ed25519_sign, ed25519_verify,
                        lp8, pad, u8, u16, u32, u64, unpad)

EK = bytes(range(32))
SIGNER = bytes(range(0x50, 0x70))
RECORD = b"SF1234567890123"
NOT_AFTER_MS = 1793894400000  # the end of day 2500 at +08:00
MAX_PADDED = 16384


def unsigned_card(gen, epoch, tenant, not_after_ms):
    public = intake_public(intake_secret(EK, tenant, epoch, gen))
    return (u8(0x12) + u8(gen) + u16(epoch) + u32(tenant) + u64(not_after_ms)
            + public + ed25519_public(SIGNER))


def make_card(gen, epoch, tenant, not_after_ms):
    body = unsigned_card(gen, epoch, tenant, not_after_ms)
    signature = ed25519_sign(SIGNER, b"parcelveil/v1/intake-card\0" + body)
    ed25519_verify(body[48:], b"parcelveil/v1/intake-card\0" + body, signature)
    return {"gen": gen, "epoch": epoch, "tenant": tenant,
            "not_after_ms": str(not_after_ms), "public_key": body[16:48],
            "signer": body[48:80], "signer_seed": SIGNER,
            "card": body + signature}


def parse_card(data):
    if len(data) != 144 or data[0] != 0x12:
        raise Malformed


def make_intake_card():
    cases = [make_card(0, 2500, 7, NOT_AFTER_MS),
             make_card(255, 65535, 2**32 - 1, 2**63 - 1)]
    card = cases[0]["card"]
    refused = [("empty", b""), ("type 0x11", b"\x11" + card[1:]),
               ("cut", card[:-1]), ("one byte more", card + b"\0")]
    for what, data in refused:
        if reason_of(parse_card, data) != "MALFORMED":
            raise SystemExit(f"intake vectors: {what} is not refused")
    return {"source": "tests/vectors/make_vectors.py after SPEC.md section 15; "
                      "intake cards",
            "cases": cases,
            "refused": [{"what": what, "card": data}
                        for what, data in refused]}


def order(texts):
    return b"".join(u16(slot) + u16(len(text)) + text for slot, text in texts)


def parse_order(data):
    if len(pad(data, 256)) > MAX_PADDED:
        raise Malformed
    last, at, texts = 0, 0, []
    while at < len(data):
        slot = int.from_bytes(data[at:at + 2], "big")
        size = int.from_bytes(data[at + 2:at + 4], "big")
        text = data[at + 4:at + 4 + size]
        if at + 4 + size > len(data) or not last < slot <= 0x3FFF:
            raise Malformed
        if size > 4095:
            raise Malformed
        try:
            text.decode()
        except UnicodeDecodeError as error:
            raise Malformed from error
        last, at = slot, at + 4 + size
        texts.append((slot, text))
    if not texts:
        raise Malformed
    return texts


def make_envelope(texts, ephemeral, gen=0, epoch=2500, tenant=7, record=RECORD,
                  source=4711, version=0):
    text = order(texts)
    if parse_order(text) != texts:
        raise SystemExit("intake vectors: the order is read as another")
    secret = intake_secret(EK, tenant, epoch, gen)
    head = u8(0x11) + u8(gen) + u16(epoch) + u32(tenant)
    info = b"parcelveil/v1/intake\0" + head
    aad = lp8(record) + u64(source) + u32(version)
    sender = Hpke.sender(ephemeral, intake_public(secret), info)
    sealed = sender.seal(0, aad, pad(text, 256))
    opened = Hpke.recipient(secret, sender.enc, info).open(0, aad, sealed)
    if unpad(opened) != text:
        raise SystemExit("intake vectors: the envelope does not open")
    return {"ek": EK, "sk": secret, "gen": gen, "epoch": epoch,
            "tenant": tenant, "record_id": record, "source": str(source),
            "version": version, "ephemeral": ephemeral, "aad": aad,
            "texts": [{"slot": slot, "text": raw} for slot, raw in texts],
            "order": text, "envelope": head + sender.enc + sealed}


def parse_envelope(data):
    padded = len(data) - 56
    if data[:1] != b"\x11" or padded % 256 or not 256 <= padded <= MAX_PADDED:
        raise Malformed


def make_intake_envelope():
    texts = [(4, "欧阳晓明".encode()), (5, b"14112345678"),
             (6, "江苏省苏州市姑苏区平江路128号3幢2单元501室".encode())]
    cases = [make_envelope(texts, b"\x44" * 32),
             make_envelope([(1, b"")], b"\x45" * 32, gen=1, epoch=2501,
                           source=2**64 - 1, version=2**32 - 1),
             make_envelope([(4, "𠮷".encode()), (0x3FFF, b"x" * 251)],
                           b"\x46" * 32, record=bytes(64))]
    envelope = cases[0]["envelope"]
    refused = [("empty", b""), ("type 0x12", b"\x12" + envelope[1:]),
               ("head alone", envelope[:8]), ("cut", envelope[:-1]),
               ("one byte more", envelope + b"\0"),
               ("no block", envelope[:56])]
    malformed = [("nothing", b""), ("slot 0", order([(0, b"x")])),
                 ("slot of an index", order([(0x4001, b"x")])),
                 ("slot of a view", order([(0x8001, b"x")])),
                 ("slots descending", order([(5, b"1"), (4, b"2")])),
                 ("slot twice", order([(5, b"1"), (5, b"2")])),
                 ("text cut", order([(5, b"1234")])[:-1]),
                 ("head cut", order([(5, b"1234")]) + b"\0\6\0"),
                 ("not UTF-8", order([(5, b"\xff")])),
                 ("surrogate", order([(5, b"\xed\xa0\x80")]))]
    for parse, bad in ((parse_envelope, refused), (parse_order, malformed)):
        for what, data in bad:
            if reason_of(parse, data) != "MALFORMED":
                raise SystemExit(f"intake vectors: {what} is not refused")
    return {"source": "tests/vectors/make_vectors.py after SPEC.md section 15; "
                      "intake envelopes",
            "cases": cases,
            "refused": [{"what": what, "envelope": data}
                        for what, data in refused],
            "malformed": [{"what": what, "order": data}
                          for what, data in malformed]}
