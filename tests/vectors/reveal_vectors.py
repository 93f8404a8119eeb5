# SPDX-License-Identifier: Apache-2.0
"""Vectors of SPEC.md section 13."""

from negatives import reason_of
from primitives import Hpke, ed25519_public, sha256, u16, x25519_base
import reveal as r

RECORD = b"SF1234567890123"
DEVICE_SEED = bytes(range(0x10, 0x30))
GATE_SEED = bytes(range(0x30, 0x50))
LOG_SEED = bytes(range(0x50, 0x70))
QUERY_SECRET = b"\x44" * 32
REPLY_SECRET = b"\x33" * 32
EPHEMERAL = b"\x22" * 32
ORIGIN = b"courier.example/audit/7/gate-1"
TIME_MS = 1793838600000
ADDRESS = "广东省深圳市南山区粤海街道科技园路1号3栋B座1502室".encode()
ROWS = [(RECORD, [(4, "张**".encode()), (5, b"138****1234")]),
        (b"SF1234567890124", []), (b"\xff", [(6, b"")])]


def source(what):
    return (f"tests/vectors/make_vectors.py after SPEC.md section 13; {what}")


def refused(parse, cases, name):
    """Cases that the parser refuses, checked here."""
    for what, data in cases:
        if reason_of(parse, data) != "MALFORMED":
            raise SystemExit(f"reveal vectors: {what} is not refused")
    return [{"what": what, name: data} for what, data in cases]


def request_fields(kind, **changes):
    fields = {"kind": kind, "purpose": 1, "tenant": 7, "principal": 4711,
              "device": 2**40 + 5, "time_ms": TIME_MS,
              "nonce": bytes(range(0xd0, 0xe0)),
              "reply_pk": x25519_base(REPLY_SECRET),
              "gate_id": r.gate_id(ed25519_public(GATE_SEED)),
              "seen_size": 0, "seen_root": r.EMPTY_ROOT, "slots": [6],
              "record_ids": [RECORD], "ticket": b"", "sealed_query": b""}
    return {**fields, **changes}


def search_request():
    query = r.search_query(0x4001, 2493, 2501, 0, b"+86 138 0000 1234")
    fields = request_fields(r.SEARCH, purpose=4, slots=[0x8001],
                            record_ids=[], ticket=b"T-2026-1124-001")
    fields["sealed_query"] = r.seal_query(
        query, fields, x25519_base(QUERY_SECRET), EPHEMERAL)
    return query, fields


def all_requests():
    ids = [b"SF1234567890125", RECORD, b"\0" * 64]
    return [("reveal of one slot", request_fields(r.REVEAL)),
            ("reveal of two slots under a ticket, log seen",
             request_fields(r.REVEAL, purpose=4, slots=[4, 6], ticket=b"t" * 32,
                            seen_size=3, seen_root=sha256(b"root"))),
            ("dial", request_fields(r.DIAL, slots=[5])),
            ("sheet", request_fields(r.SHEET, slots=[4, 6], record_ids=ids)),
            ("search", search_request()[1])]


def make_reveal_request():
    cases = []
    for what, fields in all_requests():
        data = r.request(fields, DEVICE_SEED)
        r.parse_request(data)
        cases.append({"what": what, "seed": DEVICE_SEED,
                      "device_pk": ed25519_public(DEVICE_SEED), **fields,
                      "record_ids": [{"record_id": i}
                                     for i in fields["record_ids"]],
                      "request": data, "request_hash": sha256(data)})
    if len(cases[0]["request"]) != 223:
        raise SystemExit("a reveal of one slot is not 223 bytes")
    return {"source": source("Ed25519, RFC 8032"), "cases": cases,
            "refused": refused(r.parse_request, bad_requests(), "request")}


def bad_requests():
    def made(kind, **changes):
        return r.request(request_fields(kind, **changes), DEVICE_SEED)
    good = made(r.REVEAL)
    query = search_request()[1]["sealed_query"]
    many = [u16(i) for i in range(65)]
    return [("type 0x22", b"\x22" + good[1:]), ("kind 4", made(4)),
            ("purpose 0", made(0, purpose=0)),
            ("purpose 8", made(0, purpose=8)), ("no slot", made(0, slots=[])),
            ("nine slots", made(0, slots=list(range(1, 10)))),
            ("slot 0", made(0, slots=[0, 6])),
            ("slots descending", made(0, slots=[6, 4])),
            ("slot twice", made(0, slots=[6, 6])),
            ("reveal of no record", made(0, record_ids=[])),
            ("reveal of two records", made(0, record_ids=[b"1", b"2"])),
            ("dial of two records", made(1, record_ids=[b"1", b"2"])),
            ("sheet of no record", made(2, record_ids=[])),
            ("sheet of 65 records", made(2, record_ids=many)),
            ("sheet with a record twice", made(2, record_ids=[b"1", b"1"])),
            ("search with a record", made(3, sealed_query=query)),
            ("empty record id", made(0, record_ids=[b""])),
            ("record id of 65 bytes", made(0, record_ids=[b"1" * 65])),
            ("ticket of 33 bytes", made(0, ticket=b"1" * 33)),
            ("reveal with a query", made(0, sealed_query=query)),
            ("search without a query", made(3, record_ids=[])),
            ("query cut", made(3, record_ids=[], sealed_query=query[:-1])),
            ("query of 48 bytes",
             made(3, record_ids=[], sealed_query=bytes(48))),
            ("query of 432 bytes",
             made(3, record_ids=[], sealed_query=bytes(432))),
            ("nothing seen, with another root",
             made(0, seen_root=sha256(b"root"))),
            ("signature cut", good[:-1]), ("one byte more", good + b"\0"),
            ("empty", b"")]


def make_search_query():
    query, fields = search_request()
    binding = r.request_until_query(fields, len(query) + 48)
    info = b"parcelveil/v1/query\0" + fields["gate_id"]
    context = Hpke.recipient(QUERY_SECRET, fields["sealed_query"][:32], info)
    if context.open(0, binding, fields["sealed_query"][32:]) != query:
        raise SystemExit("the sealed query does not open")
    plain = [(0x4001, 2493, 2501, 0, b"+86 138 0000 1234"),
             (0x4002, 2500, 2500, 5712, b"1234"),
             (0x4FFF, 0, 65535, 2**32 - 1, b"9" * 255),
             (0x4001, 1, 2, 0, b"9" * 53), (0x4001, 1, 2, 0, b"9" * 52)]
    bad = [("slot of a field", r.search_query(5, 1, 2, 0, b"1")),
           ("slot 0x5000", r.search_query(0x5000, 1, 2, 0, b"1")),
           ("days descending", r.search_query(0x4001, 2, 1, 0, b"1")),
           ("no value", r.search_query(0x4001, 1, 2, 0, b"")),
           ("padding all zero", bytes(64)),
           ("text behind the value", r.search_query(0x4001, 1, 2, 0, b"1")
            .replace(b"1\x80", b"11\x80")),
           ("empty", b"")]
    return {"source": source("HPKE, RFC 9180, base mode"),
            "cases": [{"index": i, "first": f, "last": l, "scope": s,
                       "value": v, "plaintext": r.search_query(i, f, l, s, v)}
                      for i, f, l, s, v in plain],
            "sealed": [{"skR": QUERY_SECRET, "pkR": x25519_base(QUERY_SECRET),
                        "skE": EPHEMERAL, "info": info, "aad": binding,
                        "plaintext": query,
                        "sealed_query": fields["sealed_query"]}],
            "refused": refused(r.parse_search_query, bad, "plaintext")}


def reply_fields(request_hash, status=0, **changes):
    fields = {"status": status, "served_ms": TIME_MS + 250, "ttl_s": 900,
              "leaf_index": 41, "request_hash": request_hash, "note": b""}
    return {**fields, **changes}


def make_reveal_reply():
    note = r.checkpoint_note(ORIGIN, 3, sha256(b"root"), LOG_SEED)
    hashes = [sha256(r.request(fields, DEVICE_SEED))
              for _, fields in all_requests()]
    token = b"\3" + bytes(range(112))
    granted = [("address, with a checkpoint", 0, r.revealed([(6, ADDRESS)]),
                {"note": note}),
               ("name and address", 1,
                r.revealed([(4, "张三丰".encode()), (6, ADDRESS)]), {}),
               ("a field without text", 0, r.revealed([(6, b"")]), {}),
               ("no field", 0, r.revealed([]), {}),
               ("dial token", 2, r.revealed([(0x5001, token)]), {"ttl_s": 600}),
               ("search", 4, r.search_rows(ROWS), {"ttl_s": 120}),
               ("search that found nothing", 4, r.search_rows([]), {})]
    cases = []
    for what, number, plaintext, changes in granted:
        fields = reply_fields(hashes[number], **changes)
        data = r.reply(fields, GATE_SEED, plaintext,
                       x25519_base(REPLY_SECRET), EPHEMERAL)
        r.parse_reply(data)
        cases.append({"what": what, "gate_pk": ed25519_public(GATE_SEED),
                      "gate_seed": GATE_SEED, "skR": REPLY_SECRET,
                      "skE": EPHEMERAL, **fields, "plaintext": plaintext,
                      "reply": data})
    refusals = []
    for status in range(5, 15):
        fields = reply_fields(hashes[0], status, leaf_index=0,
                              ttl_s=600 if status == 12 else 0)
        data = r.reply(fields, GATE_SEED)
        r.parse_reply(data)
        refusals.append({"what": f"refusal {status}", "gate_seed": GATE_SEED,
                         "gate_pk": ed25519_public(GATE_SEED), **fields,
                         "reply": data})
    return {"source": source("HPKE, RFC 9180, base mode; Ed25519, RFC 8032"),
            "cases": cases, "refusals": refusals,
            "short": [{"status": code, "reply": r.short_reply(code)}
                      for code in range(1, 5)],
            "refused": refused(r.parse_reply, bad_replies(cases[1]["reply"]),
                               "reply"),
            "refused_fields": refused(r.parse_revealed, bad_fields(),
                                      "plaintext")}


def bad_replies(good):
    def made(status, sealed=None):
        fields = reply_fields(bytes(32), status)
        return r.reply(fields, GATE_SEED, sealed, x25519_base(REPLY_SECRET),
                       EPHEMERAL)
    return [("type 0x21", b"\x21" + good[1:]),
            ("short code 0", r.short_reply(0)),
            ("short code 5", r.short_reply(5)),
            ("zero field", good[:3] + b"\1" + good[4:]),
            ("status 4, signed", made(4)), ("status 15", made(15)),
            ("granted without a value", made(0)),
            ("refused with a value", made(8, bytes(128))),
            ("value not padded", made(0, bytes(127))),
            ("value empty", made(0, b"")),
            ("note longer than the reply", good[:56] + b"\xff\xff" + good[58:]),
            ("signature cut", good[:-1]), ("one byte more", good + b"\0"),
            ("one byte", b"\x22"), ("empty", b"")]


def bad_fields():
    return [("slots descending", r.revealed([(6, b"a"), (4, b"b")])),
            ("slot twice", r.revealed([(6, b"a"), (6, b"b")])),
            ("slot 0", r.revealed([(0, b"a")])),
            ("4096 bytes", r.revealed([(6, b"a" * 4096)])),
            ("nine fields", r.revealed([(i, b"") for i in range(1, 10)])),
            ("text cut", r.revealed([(6, b"ab")]).replace(b"b\x80", b"\x80\0")),
            ("padding all zero", bytes(128)), ("empty", b"")]


def make_masked_rows():
    good = r.masked_list(TIME_MS, ROWS)
    bad = [("type 0x24", b"\x24" + good[1:]),
           ("zero field", good[:1] + b"\1" + good[2:]),
           ("count one more", good[:3] + b"\4" + good[4:]),
           ("count one less", good[:3] + b"\2" + good[4:]),
           ("empty record id", r.masked_list(1, [(b"", [])])),
           ("record id of 65 bytes", r.masked_list(1, [(b"1" * 65, [])])),
           ("slot 0", r.masked_list(1, [(b"1", [(0, b"")])])),
           ("slot of a view", r.masked_list(1, [(b"1", [(0x8001, b"")])])),
           ("slot twice", r.masked_list(1, [(b"1", [(4, b""), (4, b"")])])),
           ("slots descending", r.masked_list(1, [(b"1", [(5, b""),
                                                          (4, b"")])])),
           ("not UTF-8", r.masked_list(1, [(b"1", [(4, b"\xff")])])),
           ("cut", good[:-1]), ("one byte more", good + b"\0"),
           ("empty", b"")]
    bad_search = [("count one more", r.search_rows(ROWS).replace(
                       b"\3\x0fSF", b"\4\x0fSF", 1)),
                  ("padding all zero", bytes(128)), ("empty", b"")]
    return {"source": source("UTF-8, RFC 3629"),
            "cases": [{"served_ms": TIME_MS,
                       "rows": [{"record_id": i,
                                 "fields": [{"slot": s, "text": t}
                                            for s, t in fields]}
                                for i, fields in rows],
                       "list": r.masked_list(TIME_MS, rows),
                       "search": r.search_rows(rows)}
                      for rows in (ROWS, [], ROWS[:1])],
            "refused": refused(r.parse_masked_list, bad, "list"),
            "refused_search": refused(r.parse_search_rows, bad_search,
                                      "search")}


def sheet_fields(**changes):
    entries = [{"record_id": RECORD, "slots": [6],
                "plaintext": r.revealed([(6, ADDRESS)])},
               {"record_id": b"SF1234567890125", "slots": [4, 6],
                "plaintext": r.revealed([(4, "张三丰".encode()),
                                         (6, ADDRESS * 3)])}]
    request_hash = sha256(r.request(all_requests()[3][1], DEVICE_SEED))
    return {"tenant": 7, "principal": 4711, "device": 2**40 + 5,
            "issued_ms": TIME_MS, "deadline_ms": TIME_MS + 14 * 3600000,
            "leaf_index": 42, "request_hash": request_hash,
            "entries": entries, **changes}


def make_route_sheet():
    def made(**changes):
        return r.route_sheet(sheet_fields(**changes), GATE_SEED,
                             x25519_base(REPLY_SECRET), EPHEMERAL)
    fields, good = sheet_fields(), made()
    r.parse_route_sheet(good)
    first = fields["entries"][0]
    many = [{**first, "record_id": u16(i)} for i in range(65)]
    bad = [("type 0x22", b"\x22" + good[1:]),
           ("zero field", good[:1] + b"\1" + good[2:]),
           ("no entry", made(entries=[])), ("65 entries", made(entries=many)),
           ("record twice", made(entries=[first, first])),
           ("no slot", made(entries=[{**first, "slots": []}])),
           ("slots descending", made(entries=[{**first, "slots": [6, 4]}])),
           ("entry not padded",
            made(entries=[{**first, "plaintext": bytes(127)}])),
           ("empty record id", made(entries=[{**first, "record_id": b""}])),
           ("deadline before the issue", made(deadline_ms=TIME_MS - 1)),
           ("deadline after 14 h", made(deadline_ms=TIME_MS + 14 * 3600000
                                        + 1)),
           ("count one more", good[:3] + b"\3" + good[4:]),
           ("signature cut", good[:-1]), ("one byte more", good + b"\0"),
           ("empty", b"")]
    return {"source": source("HPKE, RFC 9180, base mode; Ed25519, RFC 8032"),
            "cases": [{**fields, "gate_seed": GATE_SEED,
                       "gate_pk": ed25519_public(GATE_SEED),
                       "skR": REPLY_SECRET, "skE": EPHEMERAL,
                       "sheet": good}],
            "refused": refused(r.parse_route_sheet, bad, "sheet")}


def make_gate_card():
    fields = {"tenant": 7, "principal": 4711, "device": 2**40 + 5,
              "gate_key": ed25519_public(GATE_SEED),
              "query_key": x25519_base(QUERY_SECRET),
              "log_key": ed25519_public(LOG_SEED), "log_origin": ORIGIN}
    cases = [{**fields, "card": r.gate_card(fields)}]
    longest = {**fields, "tenant": 2**32 - 1, "log_origin": b"o" * 255}
    cases.append({**longest, "card": r.gate_card(longest)})
    good = cases[0]["card"]
    for case in cases:
        r.parse_gate_card(case["card"])

    def named(origin):
        return r.gate_card({**fields, "log_origin": origin})
    bad = [("type 0x25", b"\x25" + good[1:]),
           ("zero field", good[:1] + b"\1" + good[2:]),
           ("no origin", named(b"")), ("origin with a space", named(b"a b")),
           ("origin with a plus", named(b"a+b")),
           ("origin with a line feed", named(b"a\n")),
           ("origin not UTF-8", named(b"\xff")),
           ("cut", good[:-1]), ("one byte more", good + b"\0"),
           ("empty", b"")]
    return {"source": source("C2SP signed-note"), "cases": cases,
            "refused": refused(r.parse_gate_card, bad, "card")}
