# SPDX-License-Identifier: Apache-2.0
"""Vectors of the dial token, SPEC.md section 13."""

from layouts import Key, Malformed, open_field, record_ref, scope_key, seal
from negatives import reason_of
from primitives import u8, u16, u32, u64

EK = bytes(range(32))
SEED = bytes(range(0xa0, 0xb0))
RECORD = b"SF1234567890123"
DIAL_SLOT = 0x5001
MAX_DIGITS = 22


def dial_text(fields):
    number, extension = fields["number"], fields["extension"]
    digits = (number + extension).encode()
    return (u32(fields["expires_s"]) + u64(fields["principal"])
            + u16(fields["purpose"]) + u8(fields["max_calls"])
            + u8(len(number)) + u8(len(extension))
            + digits + bytes(MAX_DIGITS - len(digits)) + fields["record_ref"])


def parse_text(data):
    if len(data) != 55 or not data[14]:
        raise Malformed
    n, e = data[15], data[16]
    digits, rest = data[17:17 + n + e], data[17 + n + e:39]
    if not 1 <= n <= 15 or n + e > MAX_DIGITS or any(rest):
        raise Malformed
    if not all(0x30 <= c <= 0x39 for c in digits):
        raise Malformed
    return digits


def make_token(fields, counter):
    text = dial_text(fields)
    parse_text(text)
    key = Key(EK, 7, DIAL_SLOT, 2500, 0, 0)
    token_id = bytes(range(0xc0, 0xd0))
    _, sealed = seal(key, token_id, 0, text, 64, SEED, counter)
    if open_field(key, token_id, 0, sealed) != text:
        raise SystemExit("dial vectors: the token does not open")
    return {**fields, "ek": EK, "epoch": 2500, "seed": SEED, "ctr": str(counter),
            "token_id": token_id, "text": text,
            "token": u8(0x03) + token_id + sealed}


def make_dial_token():
    fields = {"expires_s": 1793839200, "principal": 4711, "purpose": 1,
              "max_calls": 3, "number": "8613800001234", "extension": "",
              "record_ref": record_ref(scope_key(EK, 0), 7, RECORD)}
    cases = [fields, {**fields, "extension": "1234"},
             {**fields, "number": "1" * 15, "extension": "7654321"},
             {**fields, "number": "5", "max_calls": 255}]
    text = dial_text(fields)
    refused = [("no number", text[:15] + b"\0" + text[16:]),
               ("no call", text[:14] + b"\0" + text[15:]),
               ("too many digits", text[:15] + b"\x10" + text[16:]),
               ("an extension that does not fit",
                text[:16] + b"\x0a" + text[17:]),
               ("a byte that is no digit", text[:17] + b"+" + text[18:]),
               ("a byte behind the digits", text[:38] + b"0" + text[39:]),
               ("a byte too many", text + b"\0")]
    for what, data in refused:
        if reason_of(parse_text, data) != "MALFORMED":
            raise SystemExit(f"dial vectors: {what} is not refused")
    return {"source": "tests/vectors/make_vectors.py after SPEC.md section 13; "
                      "dial tokens",
            "cases": [make_token(case, i) for i, case in enumerate(cases)],
            "malformed": [{"what": what, "text": data}
                          for what, data in refused]}
