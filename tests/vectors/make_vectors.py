#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/vectors/v1/*.json; --check compares them, and SPEC.md, instead.

Second implementation of SPEC.md: Python's standard library and plain libsodium,
no line of parcelveil. Before it writes anything it reproduces published figures
of every primitive, RFC 9180 A.2.1 and golden values that are older than both
implementations.
"""

import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import negatives
import primitives
import rfc9180
from audit_vectors import (make_leaf, make_merkle, make_signed_note,
                           make_tiles)
from dial_vectors import make_dial_token
from intake_vectors import make_intake_card, make_intake_envelope
from layouts import (Key, capability, check_value, ctx, epoch_start_ms,
                     index_blob, index_value, intake_public, intake_secret,
                     kek_version, keyring_file, open_field, open_keyring_file,
                     open_secret, open_with_capability, parse_secret_payload,
                     parse_view, record_ref, schema_entry, schema_hash,
                     scope_key, seal, seal_secret, secret_payload, unwrap,
                     view, wrap, wrap_info)
from primitives import ed25519_public, pad, prf, x25519_base
from reveal_vectors import (make_gate_card, make_masked_rows,
                            make_reveal_reply, make_reveal_request,
                            make_route_sheet, make_search_query)
from trace_vectors import make_trace

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "v1"
SPEC = HERE.parents[1] / "proto/parcelveil/v1/SPEC.md"
EK = bytes(range(32))
INDEX_EK = b"\x42" * 32
VIEW_EK = b"\x43" * 32
SEED = bytes(range(0xa0, 0xb0))
RECORD = b"SF1234567890123"
PHONE = b"8613800001234"


def source(sections, standard=None):
    text = f"tests/vectors/make_vectors.py after SPEC.md section {sections}"
    return f"{text}; {standard}" if standard else text


# Section 3.

def make_prf():
    labels = ["scope-key", "cell-keys", "key-check", "index", "intake-sk",
              "record-ref", "raw-seal"]
    messages = [(b"", 32), (b"\0", 16), (bytes(range(200)), 64)]
    return {"source": source(3, "BLAKE2b, RFC 7693, keyed and personalised"),
            "cases": [{"label": f"pv1/{label}", "key": EK, "message": message,
                       "size": size, "out": prf(EK, f"pv1/{label}", message,
                                                size)}
                      for label in labels for message, size in messages]}


def make_hpke():
    return {"source": source(3, "RFC 9180 appendix A.2.1"), **rfc9180.vectors()}


# Sections 2, 4 and 5.

def key_fields(epoch_key, key, epoch, gen, scope):
    return {"ek": epoch_key, "tenant": key.tenant, "slot": key.slot,
            "epoch": epoch, "gen": gen, "scope": scope, "kid0": key.kid0,
            "kcv0": key.kcv0, "sk": key.sk, "kid1": key.kid1, "kcv1": key.kcv1,
            "fk": key.fk, "tk": key.tk, "nk": key.nk}


def cell_case(what, text, block, counter, epoch_key=EK, tenant=7, slot=2,
              epoch=2500, gen=0, scope=5712, record=RECORD, version=0):
    # The counter is written as text: no JSON number holds every u64.
    key = Key(epoch_key, tenant, slot, epoch, gen, scope)
    n8, sealed = seal(key, record, version, text, block, SEED, counter)
    require(what, open_field(key, record, version, sealed), text)
    return {"what": what, "ek": epoch_key, "tenant": tenant, "slot": slot,
            "epoch": epoch, "gen": gen, "scope": scope, "record_id": record,
            "version": version, "pad": block, "seed": SEED,
            "ctr": str(counter),
            "plaintext": text, "padded": pad(text, block),
            "ctx": ctx(tenant, slot, record, version),
            "t16": key.t16(record, version), "n8": n8, "sealed": sealed}


def make_cell():
    ids = [(EK, 7, 2, 2500, 0, 5712), (EK, 7, 2, 2500, 0, 0),
           (EK, 7, 2, 2500, 1, 5712), (EK, 0xFFFFFFFF, 0x3FFF, 65535, 255,
                                       0xFFFFFFFF)]
    keys = [key_fields(i[0], Key(*i), i[3], i[4], i[5]) for i in ids]
    cells = [cell_case("the golden cell", PHONE, 16, 1)]
    digits = (b"0123456789" * 410)[:4095]
    for block in (16, 32, 64):
        for size in (0, 1, 15, 16, 31, 32, 63, 64, 4095):
            cells.append(cell_case(f"{size} bytes, pad {block}", digits[:size],
                                   block, len(cells) + 1))
    texts = [("Chinese name", "欧阳娜娜", 32), ("Chinese address",
             "广东省深圳市南山区粤海街道科技园路1号3栋B座1502室", 64),
             ("4-byte characters", "𠮷野家𡃁", 32),
             ("emoji with joiners and a skin tone", "👩‍👩‍👧‍👦👍🏽 家", 64),
             ("trailing zero byte", "a\0", 16),
             ("trailing padding byte", "a\u0080", 16)]
    cells += [cell_case(what, text.encode(), block, len(cells) + 1 + i)
              for i, (what, text, block) in enumerate(texts)]
    others = [("scope 0", {"scope": 0}), ("gen 1", {"gen": 1}),
              ("epoch 2501", {"epoch": 2501}), ("slot 5", {"slot": 5}),
              ("tenant 8", {"tenant": 8}), ("version 1", {"version": 1}),
              ("record id of 1 byte", {"record": b"\0"}),
              ("record id of 64 bytes", {"record": bytes(range(64))}),
              ("all ids at their largest",
               {"tenant": 0xFFFFFFFF, "slot": 0x3FFF, "epoch": 65535,
                "gen": 255, "scope": 0xFFFFFFFF, "version": 0xFFFFFFFF})]
    cells += [cell_case(what, PHONE, 16, 1, **ids) for what, ids in others]
    cells.append(cell_case("counter at its largest", PHONE, 16, 2**64 - 1))
    days = [{"epoch": epoch, "utc_offset_s": offset,
             "start_ms": epoch_start_ms(epoch, offset)}
            for epoch, offset in ((0, 0), (0, 28800), (2500, 28800),
                                  (2500, -18000), (65535, 28800))]
    keks = [{"epoch": epoch, "day": day, "bucket_days": bucket,
             "kek_version": kek_version(epoch, day, bucket)}
            for epoch, day, bucket in ((2500, 2500, 31), (2500, 2500, 7),
                                       (2535, 2500, 7), (2400, 2500, 31),
                                       (0, 0, 7), (65535, 65535, 7))]
    return {"source": source("2, 4 and 5"), "keys": keys, "cells": cells,
            "epoch_starts": days, "kek_versions": keks}


def make_capability():
    cases = []
    for scope, version, text in ((5712, 0, PHONE), (0, 3, "张三丰".encode())):
        key = Key(EK, 7, 2, 2500, 0, scope)
        _, sealed = seal(key, RECORD, version, text, 16, SEED, 1)
        cap = capability(key, RECORD, version, sealed)
        require("capability", open_with_capability(cap, 7, 2, RECORD, version,
                                                   sealed), text)
        cases.append({"ek": EK, "tenant": 7, "slot": 2, "epoch": 2500, "gen": 0,
                      "scope": scope, "record_id": RECORD, "version": version,
                      "sealed": sealed, "subkey": cap[9:], "capability": cap,
                      "nonce12": bytes(4) + sealed[8:16], "plaintext": text})
    return {"source": source(5), "cases": cases}


def make_intake_key():
    cases = []
    for tenant, epoch, gen in ((7, 2500, 0), (7, 2500, 1), (7, 2501, 0)):
        secret = intake_secret(EK, tenant, epoch, gen)
        cases.append({"ek": EK, "tenant": tenant, "epoch": epoch, "gen": gen,
                      "sk": secret, "pk": intake_public(secret)})
    return {"source": source(4, "X25519, RFC 7748"), "cases": cases}


def make_record_ref():
    sk = scope_key(EK, 0)
    return {"source": source(4),
            "cases": [{"ek": EK, "tenant": tenant, "sk": sk,
                       "record_id": record,
                       "ctx": ctx(tenant, 0x6001, record, 0),
                       "record_ref": record_ref(sk, tenant, record)}
                      for tenant, record in ((7, RECORD), (8, RECORD),
                                             (7, b"\0"), (7, bytes(64)))]}


# Section 6.

def make_wrap():
    sk = scope_key(EK, 5712)
    key = Key(EK, 7, 2, 2500, 0, 5712)
    cases = []
    for what, level, raw, kid, kcv, role, scope, kek in (
            ("epoch key for GATE", 0, EK, key.kid0, key.kcv0, 3, 0, 80),
            ("scope key for an outlet", 1, sk, key.kid1, key.kcv1, 6, 5712,
             357)):
        info = wrap_info(kid, role, scope, kek)
        secret = b"\x11" * 32
        blob = wrap(raw, info, x25519_base(secret), b"\x22" * 32)
        require(what, unwrap(blob, info, secret), raw)
        cases.append({"what": what, "level": level, "key": raw, "kid": kid,
                      "kcv": kcv, "role": role, "role_scope": scope,
                      "kek_version": kek, "info": info, "skR": secret,
                      "pkR": x25519_base(secret), "skE": b"\x22" * 32,
                      "blob": blob})
        require(what, check_value(raw, kid), kcv)
    return {"source": source(6, "HPKE, RFC 9180, base mode"), "cases": cases}


def make_sealed_secret():
    raw, phrase = bytes(range(0x50, 0x70)), "correct horse 电池".encode()
    salt, nonce = bytes(range(0xb0, 0xc0)), bytes(range(0xc0, 0xd8))
    gate = secret_payload(7, 3, 0, [(80, b"\x11" * 32), (81, b"\x12" * 32)])
    outlet = secret_payload(7, 6, 5712, [(357, b"\x13" * 32)])
    signer = secret_payload(7, 0, 0, [(0, b"\x14" * 32)])
    cases = []
    for what, payload, kdf, unlock, ops, mem in (
            ("raw key, GATE, two pairs", gate, 2, raw, 0, 0),
            ("raw key, the signer", signer, 2, raw, 0, 0),
            ("passphrase, an outlet", outlet, 1, phrase, 1, 64 << 20)):
        sealed = seal_secret(payload, kdf, unlock, salt, nonce, ops, mem)
        require(what, open_secret(sealed, unlock), payload)
        tenant, role, role_scope, pairs = parse_secret_payload(payload)
        cases.append({"what": what, "kdf": kdf, "unlock": unlock, "ops": ops,
                      "mem": mem, "salt": salt, "nonce": nonce,
                      "payload": payload, "tenant": tenant, "role": role,
                      "role_scope": role_scope,
                      "pairs": [{"kek_version": version, "sk": sk}
                                for version, sk in pairs], "file": sealed})
    return {"source": source(6, "Argon2id 1.3, RFC 9106; "
                                "draft-irtf-cfrg-xchacha-03"),
            "cases": cases,
            "refused": negatives.sealed_secrets(cases[0]["file"]),
            "refused_costs": negatives.secret_costs(cases[2]["file"]),
            "malformed_payloads": negatives.secret_payloads()}


# Section 7.

def make_keyring_file():
    seed, payload = bytes(range(0x70, 0x90)), b"opaque keyring payload"
    data = keyring_file(payload, seed)
    public = ed25519_public(seed)
    require("keyring", open_keyring_file(data, [public]), payload)
    return {"source": source(7, "Ed25519, RFC 8032"),
            "cases": [{"seed": seed, "signer": public, "payload": payload,
                       "file": data, "sha256": primitives.sha256(data)}],
            "refused": negatives.keyring_files(data, seed)}


def make_schema_hash():
    name = {"slot": 4, "party": 2, "kind": 1, "pad": 32, "mask_rules": [4],
            "index_slots": []}
    phone = {"slot": 5, "party": 2, "kind": 2, "pad": 16, "mask_rules": [1],
             "index_slots": [0x4001, 0x4002]}
    return {"source": source(7, "SHA-256, FIPS 180-4"),
            "cases": [{"slots": [{**slot, "entry": schema_entry(slot)}
                                 for slot in slots],
                       "sha256": schema_hash(slots)}
                      for slots in ([name, phone], [phone], [])]}


# Sections 8 and 9.

def make_index():
    inputs = [(0x4001, 1, PHONE, 0), (0x4002, 2, b"1234", 5712),
              (0x4003, 1, b"85291234567", 0), (0x4010, 3, "深圳 abc".encode(), 1)]
    cases = []
    for slot, rule, normalised, scope in inputs:
        sk = scope_key(INDEX_EK, scope)
        for bits in (1, 9, 19, 32):
            value = index_value(sk, slot, rule, normalised, bits)
            cases.append({"ek": INDEX_EK, "epoch": 2500, "gen": 0,
                          "scope": scope, "slot": slot, "rule": rule,
                          "normalised": normalised, "bits": bits, "sk": sk,
                          "value": value,
                          "blob": index_blob(0, 2500, scope, value)})
    return {"source": source(8), "cases": cases}


def make_view():
    entries = [(4, 4, "张**"), (5, 1, "138****1234"),
               (6, 6, "广东省深圳市南山区粤海街道***")]
    cases = []
    for slot, counter, shown in ((0x8001, 1, entries),
                                 (0x8002, 2, [(1, 4, ""), (2, 8, "***")]),
                                 (0x8001, 3, [])):
        plain = view(shown)
        require("view", parse_view(plain), shown)
        cell = cell_case("view", plain, 64, counter, VIEW_EK, slot=slot)
        cell["entries"] = [{"slot": s, "rule": r, "text": text.encode()}
                           for s, r, text in shown]
        cases.append(cell)
    return {"source": source(9), "cases": cases,
            **negatives.views()}


def make_negatives():
    return {"source": source("3 and 5", "after the manner of Wycheproof; "
                             "valid cases from RFC 7748, RFC 8032, RFC 8439, "
                             "draft-irtf-cfrg-xchacha-03"),
            "x25519": negatives.x25519_points(),
            "ed25519": negatives.ed25519_signatures(),
            "aead": negatives.aeads(),
            "cells": negatives.cells(Key(EK, 7, 2, 2500, 0, 5712), RECORD,
                                     PHONE, SEED)}


def check_golden():
    """Golden values, fixed before either implementation was written."""
    key = Key(EK, 7, 2, 2500, 0, 5712)
    n8, sealed = seal(key, RECORD, 0, PHONE, 16, SEED, 1)
    index = index_value(scope_key(INDEX_EK, 0), 0x4001, 1, PHONE, 19)
    require("index value", index, 169905)
    for name, got, expected in [
            ("KID level 0", key.kid0, "00000007000209c4000000000000"),
            ("kcv", key.kcv0, "1dfe1c9e8c447794d8bee000e23dcbcd"
                              "06715ab58d2ad983266a7b7f1bddba97"),
            ("SK", key.sk, "903d0e12ed3df5e96f2acbcea5e18d69"
                           "c4fb37d6974b018992602700d279ab61"),
            ("ctx", ctx(7, 2, RECORD, 0), "01000000070002000000000f"
                                          "534631323334353637383930313233"),
            ("KID level 1", key.kid1, "00000007000209c4000100001650"),
            ("FK", key.fk, "549bcf7b19485de82e33c79a95aa0125"
                           "87fd0f7f6f6fd23baa159c26fc4e0f4a"),
            ("TK", key.tk, "bab03bd4d82c57c0eb604e0fa1d0ab2b"),
            ("NK", key.nk, "0353f864a96cee8d858f18a41b909c97"),
            ("T16", key.t16(RECORD, 0), "de1bc5ad2ddf45cee13c26238291abe2"),
            ("n8", n8, "8e2d5c492134ddb0"),
            ("sealed", sealed, "010009c4000016508e2d5c492134ddb0"
                               "ee152e939cff5936ef70200e7011659d"
                               "30bf5a96b94349fabc3a80aa87d26a37"),
            ("subkey", capability(key, RECORD, 0, sealed)[9:],
             "eb872382b3fec593f66378e49137ea6e"
             "bd1eaf46085638e10a0246c98c4586b3"),
            ("index", index_blob(0, 2500, 0, index),
             "310009c400000000000297b1"),
            ("wrap", wrap(EK, wrap_info(key.kid0, 3, 0, 80),
                          x25519_base(b"\x11" * 32), b"\x22" * 32),
             "0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20"
             "f4aadb7aacba722cee7ba3cae9c41e68f6800a7c0f0d1d69871871c51008b1b4"
             "631a9cb3b7a8e9ec565479457dbd4433"),
            ("intake sk", intake_secret(EK, 7, 2500, 0),
             "c6494e071390e8986ed1de9d17a2000d"
             "02ef855e1fc3450e7316d621fd1a6326"),
            ("record_ref", record_ref(scope_key(EK, 0), 7, RECORD),
             "3de8f354c0374eb53c4c2f74c48c45c9")]:
        require(name, got, bytes.fromhex(expected))


def require(what, got, expected):
    if got != expected:
        raise SystemExit(f"{what}: got {got!r}, expected {expected!r}")


def to_json(value):
    def hexed(v):
        if isinstance(v, bytes):
            return v.hex()
        if isinstance(v, dict):
            return {k: hexed(x) for k, x in v.items()}
        return [hexed(x) for x in v] if isinstance(v, list) else v
    return json.dumps(hexed(value), indent=1) + "\n"


def spec_hex_not_in(texts):
    """Hex strings of SPEC.md's examples that no vector holds."""
    examples = re.findall(r"\b(?:[0-9a-f]{2}){8,}\b", SPEC.read_text())
    return [found for found in examples
            if not found.isdigit()  # an identity number of the text rules
            and not any(found in text for text in texts)]


MAKERS = {name[len("make_"):]: maker for name, maker in list(globals().items())
          if name.startswith("make_")}


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        print("usage: make_vectors.py [--check]", file=sys.stderr)
        return 2
    primitives.self_test()
    check_golden()
    made = {f"{name}.json": to_json(maker()) for name, maker in MAKERS.items()}
    if not sys.argv[1:]:
        for name, text in made.items():
            (OUT / name).write_text(text)
        return 0
    found = {path.name: path.read_text() for path in OUT.iterdir()}
    wrong = [f"{name} differs from what this script makes"
             for name in sorted(made.keys() | found.keys())
             if made.get(name) != found.get(name)]
    wrong += [f"SPEC.md: no vector holds {example}"
              for example in spec_hex_not_in(made.values())]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
