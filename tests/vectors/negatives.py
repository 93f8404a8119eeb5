# SPDX-License-Identifier: Apache-2.0
"""Inputs that must be refused, after the manner of Wycheproof.

Every list is checked here before it is written: what must be refused is refused
by libsodium or by the layout's rules, what is marked valid is accepted.
"""

from layouts import (Malformed, Unauthenticated, WrongPassphrase, ctx,
                     keyring_file, open_field, open_keyring_file, open_secret,
                     parse_secret_payload, parse_view, seal, secret_payload)
from primitives import (Refused, chacha_open, chacha_seal, ed25519_public,
                        ed25519_sign, ed25519_verify, ladder, pad, u8, u16,
                        u64, x25519, xchacha_open, xchacha_seal)

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493


def flip(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def refused(call, *args):
    try:
        call(*args)
    except (Malformed, Refused):
        return True
    return False


def reason_of(call, *args):
    """The SPEC.md name of the refusal, "OK" where there is none."""
    try:
        call(*args)
    except Malformed:
        return "MALFORMED"
    except Unauthenticated:
        return "UNAUTHENTICATED"
    except WrongPassphrase:
        return "WRONG_PASSPHRASE"
    except Refused:
        return "DECRYPT_FAILED"
    return "OK"


def insist(what, truth):
    if not truth:
        raise SystemExit(f"negatives: {what}")


# Section 3: X25519 MUST refuse points of low order.

def x25519_points():
    u = {"0 (order 4)": 0, "1 (order 1)": 1, "p - 1": P - 1,
         "p (0 again)": P, "p + 1 (1 again)": P + 1,
         "first of order 8": int(
             "00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0",
             16),
         "second of order 8": int(
             "57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5f",
             16)}
    secret = bytes.fromhex("77076d0a7318a57d3c16c17251b26645"
                           "df4c2f87ebc0992ab177fba51db92c2a")
    cases = []
    for name, x in u.items():
        for top in (0, 1):
            public = (x | top << 255).to_bytes(32, "little")
            what = name + (", top bit set" if top else "")
            insist(what, refused(x25519, secret, public))
            insist(what, ladder(secret, public) == bytes(32))
            cases.append({"what": what, "secret": secret, "public": public,
                          "valid": False})
    good = bytes.fromhex(
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
    for what, public in (("RFC 7748 section 6.1", good),
                         ("the same with the top bit set", flip(good, 255))):
        shared = x25519(secret, public)
        insist(what, shared == ladder(secret, public) == bytes.fromhex(
            "4a5d9d5ba4ce2de1728e3bf480350f25"
            "e07e21c947d19e3376f09b3c1e161742"))
        cases.append({"what": what, "secret": secret, "public": public,
                      "valid": True, "shared": shared})
    return cases


# Section 3: Ed25519 MUST refuse all but the one canonical signature.

def ed25519_signatures():
    seed = bytes.fromhex(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    message = b"\x72"
    public, good = ed25519_public(seed), ed25519_sign(seed, message)
    insist("RFC 8032 test 2", good == bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"))
    s = int.from_bytes(good[32:], "little")

    def with_s(value):
        return good[:32] + value.to_bytes(32, "little")
    other = ed25519_public(bytes(32))
    identity = b"\x01" + bytes(31)
    cases = [("RFC 8032 test 2", public, message, good),
             ("S + L", public, message, with_s(s + L)),
             ("S + 2L", public, message, with_s(s + 2 * L)),
             ("S = L", public, message, with_s(L)),
             ("S = 0", public, message, with_s(0)),
             ("top bit of S set", public, message, flip(good, 511)),
             ("-S", public, message, with_s(L - s)),
             ("sign bit of R flipped", public, message, flip(good, 255)),
             ("first bit of R flipped", public, message, flip(good, 0)),
             ("first bit of S flipped", public, message, flip(good, 256)),
             ("message flipped", public, flip(message, 0), good),
             ("message extended", public, message + b"\0", good),
             ("message empty", public, b"", good),
             ("another key", other, message, good),
             ("key flipped", flip(public, 255), message, good),
             ("identity as key, R = identity, S = 0", identity, message,
              identity + bytes(32)),
             ("zero key and signature", bytes(32), message, bytes(64)),
             ("63 bytes", public, message, good[:63]),
             ("65 bytes", public, message, good + b"\0"),
             ("empty", public, message, b"")]
    out = []
    for i, (what, key, text, signature) in enumerate(cases):
        insist(what, refused(ed25519_verify, key, text, signature) == (i > 0))
        out.append({"what": what, "public": key, "message": text,
                    "signature": signature, "valid": i == 0})
    return out


# Section 3: the two AEADs.

def aeads():
    text = (b"Ladies and Gentlemen of the class of '99: If I could offer you "
            b"only one tip for the future, sunscreen would be it.")
    aad = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    key = bytes(range(0x80, 0xa0))
    out = []
    for name, nonce, seal_, open_ in (
            ("xchacha20poly1305", bytes(range(0x40, 0x58)), xchacha_seal,
             xchacha_open),
            ("chacha20poly1305", bytes.fromhex("070000004041424344454647"),
             chacha_seal, chacha_open)):
        good, empty = seal_(key, nonce, aad, text), seal_(key, nonce, b"", b"")
        size = len(good)
        cases = [("published example", nonce, aad, good, text),
                 ("empty text and aad", nonce, b"", empty, b""),
                 ("tag missing", nonce, aad, good[:-16], None),
                 ("tag cut by one", nonce, aad, good[:-1], None),
                 ("one byte more", nonce, aad, good + b"\0", None),
                 ("tag zero", nonce, aad, good[:-16] + bytes(16), None),
                 ("15 bytes", nonce, b"", empty[:15], None),
                 ("nothing", nonce, b"", b"", None),
                 ("first text bit", nonce, aad, flip(good, 0), None),
                 ("last text bit", nonce, aad, flip(good, 8 * size - 129),
                  None),
                 ("aad flipped", nonce, flip(aad, 0), good, None),
                 ("aad cut", nonce, aad[:-1], good, None),
                 ("aad extended", nonce, aad + b"\0", good, None),
                 ("nonce first bit", flip(nonce, 0), aad, good, None),
                 ("nonce last bit", flip(nonce, 8 * len(nonce) - 1), aad, good,
                  None)]
        cases += [(f"tag bit {bit}", nonce, aad,
                   flip(good, 8 * (size - 16) + bit), None)
                  for bit in (0, 1, 7, 8, 31, 32, 63, 64, 96, 120, 126, 127)]
        for what, n, a, sealed, plain in cases:
            insist(what, open_(key, n, a, sealed) == plain
                   if plain is not None else refused(open_, key, n, a, sealed))
            out.append({"what": what, "aead": name, "key": key, "nonce": n,
                        "aad": a, "sealed": sealed, "valid": plain is not None,
                        "plaintext": plain or b""})
    return out


# Section 5: cells that are sealed under the right key and still wrong.

def cells(key, record, text, seed):
    _, good = seal(key, record, 0, text, 16, seed, 1)

    def forged(padded):
        nonce = key.t16(record, 0) + bytes(8)
        aad = key.header + ctx(key.tenant, key.slot, record, 0)
        return key.header + bytes(8) + xchacha_seal(key.fk, nonce, aad, padded)
    cases = [("the cell itself", good, "OK"),
             ("padding all zero", forged(bytes(16)), "DECRYPT_FAILED"),
             ("no padding mark", forged(b"8" * 16), "DECRYPT_FAILED"),
             ("text byte after the mark", forged(pad(b"8", 15) + b"1"),
              "DECRYPT_FAILED"),
             ("47 bytes", good[:47], "MALFORMED"),
             ("49 bytes", good + b"\0", "MALFORMED"),
             ("64 bytes", good + bytes(16), "DECRYPT_FAILED"),
             ("32 bytes", good[:32], "MALFORMED"),
             ("4144 bytes", good + bytes(4096), "MALFORMED"),
             ("empty", b"", "MALFORMED"),
             ("type 0", u8(0) + good[1:], "MALFORMED"),
             ("type 2", u8(2) + good[1:], "MALFORMED"),
             ("n8 flipped", flip(good, 64), "DECRYPT_FAILED"),
             ("text flipped", flip(good, 128), "DECRYPT_FAILED"),
             ("tag flipped", flip(good, 8 * 47), "DECRYPT_FAILED")]
    out = []
    for what, sealed, reason in cases:
        insist(what, reason_of(open_field, key, record, 0, sealed) == reason)
        out.append({"what": what, "tenant": key.tenant, "slot": key.slot,
                    "fk": key.fk, "tk": key.tk, "record_id": record,
                    "version": 0, "sealed": sealed, "reason": reason})
    return out


# Section 6.

def at(data, offset, new):
    return data[:offset] + new + data[offset + len(new):]


def sealed_secrets(raw_file):
    """`reason` is what a reader with the right raw key reports."""
    cases = [("payload flipped", flip(raw_file, 8 * 104), "DECRYPT_FAILED"),
             ("tag flipped", flip(raw_file, 8 * len(raw_file) - 1),
              "DECRYPT_FAILED"),
             ("nonce flipped", flip(raw_file, 8 * 72), "DECRYPT_FAILED"),
             ("commit flipped", flip(raw_file, 8 * 40), "WRONG_PASSPHRASE"),
             ("salt flipped", flip(raw_file, 8 * 24), "WRONG_PASSPHRASE"),
             ("cut by one", raw_file[:-1], "MALFORMED"),
             ("one byte more", raw_file + b"\0", "MALFORMED"),
             ("99 bytes", raw_file[:99], "MALFORMED"),
             ("magic", b"X" + raw_file[1:], "MALFORMED"),
             ("version 2", at(raw_file, 8, b"\2"), "MALFORMED"),
             ("kdf 0", at(raw_file, 9, b"\0"), "MALFORMED"),
             ("kdf 3", at(raw_file, 9, b"\3"), "MALFORMED"),
             ("zero field", at(raw_file, 11, b"\1"), "MALFORMED"),
             ("raw key with an opslimit", at(raw_file, 15, b"\1"), "MALFORMED"),
             ("raw key with a memlimit", at(raw_file, 23, b"\1"), "MALFORMED")]
    raw = bytes(range(0x50, 0x70))
    for what, data, reason in cases:
        insist(what, reason_of(open_secret, data, raw) == reason)
    return [{"what": what, "file": data, "reason": reason}
            for what, data, reason in cases]


def secret_costs(file):
    """A passphrase file whose cost is refused before any of it is spent."""
    cases = [("opslimit 0", at(file, 12, bytes(4))),
             ("opslimit 17", at(file, 12, bytes(3) + b"\x11")),
             ("memlimit 64 MiB - 1", at(file, 16, u64((64 << 20) - 1))),
             ("memlimit 2 GiB + 1", at(file, 16, u64((2 << 30) + 1)))]
    for what, data in cases:
        insist(what, reason_of(open_secret, data, b"") == "MALFORMED")
    return [{"what": what, "file": data} for what, data in cases]


def secret_payloads():
    good = secret_payload(7, 3, 0, [(80, b"\x11" * 32), (81, b"\x12" * 32)])
    head, first, second = good[:12], good[12:46], good[46:]
    cases = [("no pair", head[:10] + u16(0)),
             ("count one more", head[:10] + u16(3) + first + second),
             ("count one less", head[:10] + u16(1) + first + second),
             ("versions descending", head + second + first),
             ("version twice", head + first + first),
             ("cut by one", good[:-1]), ("one byte more", good + b"\0"),
             ("head cut", good[:11]), ("empty", b"")]
    for what, data in cases:
        insist(what, reason_of(parse_secret_payload, data) == "MALFORMED")
    return [{"what": what, "payload": data} for what, data in cases]


# Section 7.

def keyring_files(good, seed):
    signer = ed25519_public(seed)
    size = int.from_bytes(good[12:16], "big")
    cases = [("payload flipped", flip(good, 8 * 16), "UNAUTHENTICATED"),
             ("signature flipped", flip(good, 8 * (48 + size)),
              "UNAUTHENTICATED"),
             ("signer flipped", flip(good, 8 * (16 + size)),
              "UNAUTHENTICATED"),
             ("signed by another", keyring_file(good[16:16 + size], bytes(32)),
              "UNAUTHENTICATED"),
             ("signature without its prefix", good[:48 + size]
              + ed25519_sign(seed, good[:16 + size]), "UNAUTHENTICATED"),
             ("magic", b"X" + good[1:], "MALFORMED"),
             ("version 2", good[:8] + b"\2" + good[9:], "MALFORMED"),
             ("zero field", good[:11] + b"\1" + good[12:], "MALFORMED"),
             ("length one less", good[:15] + u8(size - 1) + good[16:],
              "MALFORMED"),
             ("length one more", good[:15] + u8(size + 1) + good[16:],
              "MALFORMED"),
             ("length over 64 MiB", good[:12] + b"\4\0\0\1" + good[16:],
              "MALFORMED"),
             ("cut by one", good[:-1], "MALFORMED"),
             ("one byte more", good + b"\0", "MALFORMED"),
             ("header alone", good[:16], "MALFORMED"),
             ("empty", b"", "MALFORMED")]
    for what, data, reason in cases:
        insist(what, reason_of(open_keyring_file, data, [signer]) == reason)
    return [{"what": what, "file": data, "reason": reason}
            for what, data, reason in cases]


# Section 9: opened bytes that are no view.

def views():
    def entry(slot, rule, raw):
        return u16(slot) + u8(rule) + u16(len(raw)) + raw
    layout = [("slots descending", entry(5, 1, b"1") + entry(4, 4, b"x")),
              ("slot twice", entry(5, 1, b"1") + entry(5, 1, b"1")),
              ("text cut", entry(5, 1, b"12")[:-1]),
              ("head cut", entry(5, 1, b"12") + b"\0\6\4\0"),
              ("trailing byte", entry(5, 1, b"12") + b"\0")]
    content = [("slot 0", entry(0, 1, b"1")),
               ("slot of an index", entry(0x4001, 1, b"1")),
               ("slot of a view", entry(0x8001, 1, b"1")),
               ("rule 0", entry(5, 0, b"1")), ("rule 9", entry(5, 9, b"1")),
               ("not UTF-8", entry(4, 4, b"\xff")),
               ("surrogate", entry(4, 4, b"\xed\xa0\x80"))]
    for what, data in layout + content:
        insist(what, reason_of(parse_view, data) == "MALFORMED")
    return {name: [{"what": what, "plaintext": data} for what, data in cases]
            for name, cases in (("malformed_layout", layout),
                                ("malformed_content", content))}
