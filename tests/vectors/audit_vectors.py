# SPDX-License-Identifier: Apache-2.0
"""Vectors of SPEC.md section 14."""

import audit as a
from negatives import reason_of
from primitives import ed25519_public, sha256, u16, u32, u64

LOG_SEED = bytes(range(0x50, 0x70))
WITNESS_SEED = bytes(range(0x70, 0x90))
ORIGIN = b"courier.example/audit/7/gate-1"
WITNESS = b"witness.example/w1"
TIME_MS = 1793838600000
REF = bytes.fromhex("3de8f354c0374eb53c4c2f74c48c45c9")
# (of the reference implementation of notes, golang.org/x/mod/sumdb/note)
NEUMANN_KEY = b"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg\
KvqfqdngotpRZb6KE6RyyBwJnAM=
""".encode()
# (of C2SP signed-note)
C2SP_NOTE = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfL\
W9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
""".encode()


def source(what):
    return f"tests/vectors/make_vectors.py after SPEC.md section 14; {what}"


def leaf_fields(kind, **changes):
    fields = {"type": kind, "ref_gen": 0, "tenant": 7, "time_ms": TIME_MS,
              "principal": 4711, "device": 42, "role": 4, "purpose": 1,
              "result": 0, "slots": [6], "record_ref": REF,
              "object_hash": sha256(b"a request"), "detail": b""}
    assert not changes.keys() - fields.keys()
    return {**fields, **changes}


def with_bytes(data, offset, put):
    return data[:offset] + put + data[offset + len(put):]


def make_leaf():
    none = {"slots": [], "record_ref": bytes(16)}
    quiet = {**none, "object_hash": bytes(32)}
    key = u32(7) + u16(6) + u16(2500) + bytes(6)
    fields = [
        leaf_fields(1), leaf_fields(1, slots=list(range(1, 17))),
        leaf_fields(2, result=14, detail=u16(38)),
        leaf_fields(3, result=9, detail=u32(3)),
        leaf_fields(4, slots=[5], detail=bytes(range(16))),
        leaf_fields(5, role=5, slots=[5], detail=bytes(range(16)) + b"\1"),
        leaf_fields(6, slots=[4, 6], ref_gen=1),
        leaf_fields(7, **none, detail=u16(0x4001) + u32(3)),
        leaf_fields(8, **none, principal=0, device=0, detail=u64(88)),
        leaf_fields(9, **none), leaf_fields(10, **quiet, detail=b"\x42" * 32),
        leaf_fields(11, **quiet),
        leaf_fields(12, **{**quiet, "slots": [6]}, detail=key + u16(4)),
        leaf_fields(13, **quiet), leaf_fields(14, object_hash=bytes(32)),
        leaf_fields(15, result=12, object_hash=bytes(32), detail=u16(12)),
        leaf_fields(16, record_ref=bytes(16), slots=[0x8001],
                    detail=bytes(16) + REF),
        leaf_fields(16, **{**quiet, "slots": [0x8001]}, device=0, purpose=0,
                    detail=b"".join(u32(i) * 4 for i in range(64))),
        leaf_fields(17, **quiet, device=0, detail=b"\1" + u32(5712)),
        leaf_fields(18, principal=0, device=0, role=0, purpose=0, slots=[],
                    object_hash=bytes(32), detail=b"\1"),
        leaf_fields(1, ref_gen=255, tenant=2**32 - 1, time_ms=2**53,
                    principal=2**53, device=2**53, role=65535, purpose=65535,
                    result=65535, slots=[65535])]
    cases = [{**f, "leaf": a.leaf(f), "leaf_hash": a.leaf_hash(a.leaf(f))}
             for f in fields]
    grant = cases[0]["leaf"]
    refused = [
        ("version 2", with_bytes(grant, 0, b"\2")),
        ("type 0", with_bytes(grant, 1, b"\0")),
        ("type 19", with_bytes(grant, 1, b"\x13")),
        ("a type with another detail", with_bytes(grant, 1, b"\2")),
        ("reserved byte", with_bytes(grant, 3, b"\1")),
        ("slot 0", a.leaf(leaf_fields(1, slots=[0]))),
        ("a slot twice", a.leaf(leaf_fields(1, slots=[4, 4]))),
        ("slots descending", a.leaf(leaf_fields(1, slots=[6, 4]))),
        ("17 slots", a.leaf(leaf_fields(1, slots=list(range(1, 18))))),
        ("a detail where none belongs", a.leaf(leaf_fields(1, detail=b"x"))),
        ("a detail one short", a.leaf(leaf_fields(8, detail=bytes(7)))),
        ("a detail one long", a.leaf(leaf_fields(8, detail=bytes(9)))),
        ("views of nothing", a.leaf(leaf_fields(16, slots=[0x8001]))),
        ("views of half a record",
         a.leaf(leaf_fields(16, slots=[0x8001], detail=bytes(24)))),
        ("views of one record twice",
         a.leaf(leaf_fields(16, slots=[0x8001], detail=REF + REF))),
        ("views descending",
         a.leaf(leaf_fields(16, slots=[0x8001], detail=REF + bytes(16)))),
        ("views of 65 records",
         a.leaf(leaf_fields(16, slots=[0x8001],
                            detail=b"".join(u32(i) * 4 for i in range(65))))),
        ("cut", grant[:-1]), ("extended", grant + b"\0"), ("empty", b"")]
    for case in cases:
        a.parse_leaf(case["leaf"])
    for what, data in refused:
        if reason_of(a.parse_leaf, data) != "MALFORMED":
            raise SystemExit(f"leaf: {what} is not refused")
    return {"source": source("SHA-256, FIPS 180-4"), "cases": cases,
            "refused": [{"what": what, "leaf": data}
                        for what, data in refused]}


def tree_leaf(i):
    return b"leaf %d" % i


def make_merkle():
    sizes = list(range(18)) + [255, 256, 257, 65535, 65536, 65537, 70000]
    tree = a.Tree([tree_leaf(i) for i in range(max(sizes))])
    inclusion = [(i, n) for n in range(1, 18) for i in range(n)]
    inclusion += [(i, n) for n in (255, 256, 257) for i in (0, 127, 128, 254)]
    inclusion += [(256, 257), (0, 65536), (65535, 65536), (65536, 65537),
                  (0, 70000), (255, 70000), (256, 70000), (65535, 70000),
                  (65536, 70000), (69999, 70000)]
    consistency = [(m, n) for n in range(1, 18) for m in range(1, n)]
    consistency += [(1, 257), (128, 256), (255, 257), (256, 257), (256, 65537),
                    (257, 65537), (65535, 65536), (65536, 65537),
                    (65536, 70000), (40000, 70000), (69999, 70000)]
    return {"source": source("RFC 6962 section 2.1; leaf i is \"leaf <i>\""),
            "roots": [{"size": n, "root": tree.root(0, n)} for n in sizes],
            "inclusion": [{"index": i, "size": n,
                           "proof": b"".join(tree.path(i, 0, n))}
                          for i, n in inclusion],
            "consistency": [{"old_size": m, "size": n, "proof":
                             b"".join(tree.subproof(m, 0, n, True))}
                            for m, n in consistency]}


def make_signed_note():
    public, witness = ed25519_public(LOG_SEED), ed25519_public(WITNESS_SEED)
    root = a.leaf_hash(a.leaf(leaf_fields(1)))
    notes = []
    for size, tree_root in ((0, sha256(b"")), (1, root),
                            (20852163, sha256(b"a root"))):
        text = a.checkpoint_text(ORIGIN, size, tree_root)
        note = a.sign_note(text, ORIGIN, LOG_SEED)
        line = a.cosignature(text, WITNESS, WITNESS_SEED, 1793838601)
        notes.append({"size": size, "root": tree_root, "text": text,
                      "note": note, "cosignature": line,
                      "cosigned": note + line})
    a.verify_note(NEUMANN_NOTE, NEUMANN_KEY)
    return {"source": source("C2SP signed-note, tlog-checkpoint, "
                             "tlog-cosignature; golang.org/x/mod/sumdb/note"),
            "origin": ORIGIN, "seed": LOG_SEED, "witness_seed": WITNESS_SEED,
            "verifier_key": a.verifier_key(ORIGIN, 1, public),
            "witness_key": a.verifier_key(WITNESS, 4, witness),
            "notes": notes,
            "published": [{"note": NEUMANN_NOTE, "verifier_key": NEUMANN_KEY}],
            "published_text": C2SP_NOTE,
            "refused": [{"what": what, "note": data}
                        for what, data in refused_notes(notes[1]["note"])],
            "refused_texts": [{"what": what, "text": data}
                              for what, data in refused_texts(root)]}


def refused_notes(note):
    text, line = note.split(b"\n\n")
    dash = "— ".encode()
    name = dash + ORIGIN + b" "
    return [("no signature", text + b"\n\n"), ("no empty line", note.replace(
                b"\n\n", b"\n")), ("no line end", note[:-1]),
            ("a hyphen for the dash", note.replace(dash, b"- ")),
            ("no name", text + b"\n\n" + line.replace(name, dash + b" ")),
            ("two spaces", note.replace(name, name + b" ")),
            ("a plus in the name", note.replace(name, dash + b"a+b ")),
            ("a wide space in the name",
             note.replace(name, dash + "a\u3000b ".encode())),
            ("not base64", text + b"\n\n" + name + b"AAAA*AAA\n"),
            ("base64 without padding", note.replace(b"=\n", b"\n")
             if line.endswith(b"=\n") else text + b"\n\n" + name + b"AAAAAA\n"),
            ("a key id and no signature", text + b"\n\n" + name + b"AAAAAA==\n"),
            ("bits behind the end of base64",
             text + b"\n\n" + name + b"AAAAAAF=\n"),
            ("carriage return", note.replace(b"\n", b"\r\n")),
            ("control character", b"\x07" + note),
            ("not UTF-8", b"\xff" + note), ("empty", b"")]


def refused_texts(root):
    text = a.checkpoint_text(ORIGIN, 1, root)
    return [("an extension line", text + b"more\n"),
            ("two lines", text.rsplit(b"\n", 2)[0] + b"\n"),
            ("leading zero", text.replace(b"\n1\n", b"\n01\n")),
            ("plus sign", text.replace(b"\n1\n", b"\n+1\n")),
            ("negative", text.replace(b"\n1\n", b"\n-1\n")),
            ("no size", text.replace(b"\n1\n", b"\n\n")),
            ("size over 64 bits", text.replace(b"\n1\n", b"\n%d\n" % 2**64)),
            ("root of 31 bytes", a.checkpoint_text(ORIGIN, 1, root[:31])),
            ("no origin", text[len(ORIGIN):]), ("no line end", text[:-1])]


def make_tiles():
    names = [(0, 0, 256), (0, 0, 1), (1, 999, 256), (2, 1000, 255),
             (7, 1234067, 256), (0, 1234067, 44), (None, 0, 256),
             (None, 1234067, 17), (3, 72057594037927935, 256),
             (0, 999999999, 100)]
    paths = [{"index": str(index), "width": width,
              "path": a.tile_path(level, index, width).encode(),
              "is_bundle": level is None, "level": level or 0}
             for level, index, width in names]
    refused = ["", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00",
               "tile/0/0000", "tile/00/000", "tile/8/000", "tile/-1/000",
               "tile/+1/000", "tile/0/x000/000", "tile/0/x000/001",
               "tile/0/001/000", "tile/0/x1/000", "tile/0/X001/000",
               "tile/0/x001", "tile/0/000/", "tile/0//000", "/tile/0/000",
               "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0",
               "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/",
               "tile/0/000.p/1.p/1", "tile/0/000.q/1", "tile/entries/",
               "tile/Entries/000", "tile/entries/x999", "tile/0/../000",
               "tile/0/x018/x446/x744/x073/x709/x551/616", "checkpoint"]
    some = [b"", b"x", bytes(300), tree_leaf(3)]
    bundle = a.bundle(some)
    return {"source": source("C2SP tlog-tiles"), "paths": paths,
            "refused_paths": [{"path": path.encode()} for path in refused],
            "bundle": bundle, "bundle_leaves": [{"leaf": data}
                                                for data in some],
            "refused_bundles": [{"what": what, "bundle": data} for what, data in
                                (("empty", b""), ("one byte", b"\0"),
                                 ("cut", bundle[:-1]),
                                 ("extended", bundle + b"\0"),
                                 ("257 leaves", a.bundle([b"x"] * 257)))]}
