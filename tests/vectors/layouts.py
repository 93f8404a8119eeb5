# SPDX-License-Identifier: Apache-2.0
"""Byte layouts of SPEC.md, one function a layout; comments name its sections.

Written from the text of SPEC.md, never from the C++ sources.
"""

import hashlib

from primitives import (Hpke, argon2id, chacha_open, ed25519_public,
                        ed25519_sign, ed25519_verify, hchacha20, lp8, pad, prf,
                        Refused, siphash64, siphash128, u8, u16, u32, u64,
                        unpad, x25519_base, xchacha_open, xchacha_seal)


class Malformed(Exception):
    """Bytes that are not an encoding of the layout."""


class Unauthenticated(Exception):
    """A file that no pinned signer signed."""


class WrongPassphrase(Exception):
    """The commitment of a sealed role secret does not match."""


def _int(data):
    return int.from_bytes(data, "big")


# Section 2: identifiers and canonical context.

def ctx(tenant, slot, record_id, version):
    assert 1 <= len(record_id) <= 64
    return u8(1) + u32(tenant) + u16(slot) + u32(version) + lp8(record_id)


def kid(tenant, slot, epoch, gen, level, scope):
    assert level == 1 or (level == 0 and scope == 0)
    return (u32(tenant) + u16(slot) + u16(epoch) + u8(gen) + u8(level)
            + u32(scope))


def epoch_start_ms(epoch, utc_offset_s):
    return (18262 + epoch) * 86400000 - utc_offset_s * 1000


# Section 4: key hierarchy.

def scope_key(epoch_key, scope):
    return prf(epoch_key, "pv1/scope-key", u32(scope), 32)


def check_value(key, key_id):
    return prf(key, "pv1/key-check", key_id, 32)


def cell_keys(scope_key_, key_id):
    okm = prf(scope_key_, "pv1/cell-keys", key_id, 64)
    return okm[:32], okm[32:48], okm[48:]


def kek_version(epoch, day_of_wrapping, bucket_days):
    return max(epoch, day_of_wrapping) // bucket_days


def intake_secret(epoch_key, tenant, epoch, gen):
    return prf(epoch_key, "pv1/intake-sk", u32(tenant) + u16(epoch) + u8(gen),
               32)


def intake_public(secret):
    return x25519_base(secret)


def record_ref(scope_key_, tenant, record_id):
    return prf(scope_key_, "pv1/record-ref", ctx(tenant, 0x6001, record_id, 0),
               16)


# Section 5: field ciphertext and capability.

class Key:
    """A key named by tenant, slot, epoch, gen and scope, and what follows."""

    def __init__(self, epoch_key, tenant, slot, epoch, gen, scope):
        self.tenant, self.slot = tenant, slot
        self.header = u8(1) + u8(gen) + u16(epoch) + u32(scope)
        self.kid0 = kid(tenant, slot, epoch, gen, 0, 0)
        self.kid1 = kid(tenant, slot, epoch, gen, 1, scope)
        self.sk = scope_key(epoch_key, scope)
        self.kcv0 = check_value(epoch_key, self.kid0)
        self.kcv1 = check_value(self.sk, self.kid1)
        self.fk, self.tk, self.nk = cell_keys(self.sk, self.kid1)

    def t16(self, record_id, version):
        return siphash128(self.tk, ctx(self.tenant, self.slot, record_id,
                                       version))


def seal(key, record_id, version, text, block, seed, counter):
    """Returns (n8, field ciphertext)."""
    assert len(text) <= 4095
    padded = pad(text, block)
    t16 = key.t16(record_id, version)
    n8 = siphash64(key.nk, seed + u64(counter) + t16 + padded)
    aad = key.header + ctx(key.tenant, key.slot, record_id, version)
    return n8, key.header + n8 + xchacha_seal(key.fk, t16 + n8, aad, padded)


def check_field(sealed):
    if not 48 <= len(sealed) <= 4128 or len(sealed) % 16 or sealed[0] != 1:
        raise Malformed


def open_field(key, record_id, version, sealed):
    check_field(sealed)
    if sealed[:8] != key.header:
        raise Refused("another key")
    aad = key.header + ctx(key.tenant, key.slot, record_id, version)
    nonce = key.t16(record_id, version) + sealed[8:16]
    return unpad(xchacha_open(key.fk, nonce, aad, sealed[16:]))


def capability(key, record_id, version, sealed):
    return u8(2) + sealed[:8] + hchacha20(key.fk, key.t16(record_id, version))


def open_with_capability(cap, tenant, slot, record_id, version, sealed):
    check_field(sealed)
    if len(cap) != 41 or cap[0] != 2 or cap[1] != 1:
        raise Malformed
    if cap[1:9] != sealed[:8]:
        raise Refused("another key")
    aad = sealed[:8] + ctx(tenant, slot, record_id, version)
    return unpad(chacha_open(cap[9:], bytes(4) + sealed[8:16], aad,
                             sealed[16:]))


# Section 6: wrapped keys and sealed role secrets.

def wrap_info(key_id, role, role_scope, kek):
    return (b"parcelveil/v1/wrap\0" + key_id + u16(role) + u32(role_scope)
            + u16(kek))


def wrap(key, info, role_public, ephemeral_secret):
    context = Hpke.sender(ephemeral_secret, role_public, info)
    return context.enc + context.seal(0, b"", key)


def unwrap(blob, info, role_secret):
    if len(blob) != 80:
        raise Malformed
    return Hpke.recipient(role_secret, blob[:32], info).open(0, b"", blob[32:])


def secret_payload(tenant, role, role_scope, pairs):
    versions = [version for version, _ in pairs]
    assert versions == sorted(set(versions)) and pairs
    return (u32(tenant) + u16(role) + u32(role_scope) + u16(len(pairs))
            + b"".join(u16(version) + secret for version, secret in pairs))


def parse_secret_payload(data):
    """Returns (tenant, role, role_scope, pairs)."""
    if len(data) < 12 or len(data) != 12 + 34 * _int(data[10:12]):
        raise Malformed
    pairs = [(_int(data[i:i + 2]), data[i + 2:i + 34])
             for i in range(12, len(data), 34)]
    versions = [version for version, _ in pairs]
    if versions != sorted(set(versions)) or not pairs:
        raise Malformed
    return _int(data[:4]), _int(data[4:6]), _int(data[6:10]), pairs


def seal_secret(payload, kdf, unlock, salt, nonce, ops=0, mem=0):
    okm = _unlock(kdf, unlock, salt, ops, mem)
    header = (b"PVSEALED" + u8(1) + u8(kdf) + bytes(2) + u32(ops) + u64(mem)
              + salt + okm[32:] + nonce + u32(len(payload) + 16))
    return header + xchacha_seal(okm[:32], nonce, header, payload)


def open_secret(sealed, unlock):
    if sealed[:9] != b"PVSEALED\x01" or sealed[9] not in (1, 2):
        raise Malformed
    ops, mem = _int(sealed[12:16]), _int(sealed[16:24])
    size = _int(sealed[96:100])
    if sealed[10:12] != bytes(2) or len(sealed) != 100 + size:
        raise Malformed
    if not 16 <= size <= 32768:
        raise Malformed
    if sealed[9] == 2 and (ops or mem):
        raise Malformed
    if sealed[9] == 1 and not (1 <= ops <= 16
                               and 64 << 20 <= mem <= 2 << 30):
        raise Malformed
    okm = _unlock(sealed[9], unlock, sealed[24:40], ops, mem)
    if okm[32:] != sealed[40:72]:
        raise WrongPassphrase
    return xchacha_open(okm[:32], sealed[72:96], sealed[:100], sealed[100:])


def _unlock(kdf, unlock, salt, ops, mem):
    if kdf == 1:
        return argon2id(64, unlock, salt, ops, mem)
    assert len(unlock) == 32 and ops == 0 and mem == 0
    return prf(unlock, "pv1/raw-seal", salt, 64)


# Section 7: keyring file and schema hash.

def keyring_file(payload, signer_seed):
    body = b"PVKEYRNG" + u8(1) + bytes(3) + u32(len(payload)) + payload
    return (body + ed25519_public(signer_seed)
            + ed25519_sign(signer_seed, b"parcelveil/v1/keyring\0" + body))


def open_keyring_file(data, pinned):
    if len(data) < 112 or data[:12] != b"PVKEYRNG\x01\0\0\0":
        raise Malformed
    size = _int(data[12:16])
    if size > 64 << 20 or len(data) != 16 + size + 96:
        raise Malformed
    signer = data[16 + size:48 + size]
    try:
        ed25519_verify(signer, b"parcelveil/v1/keyring\0" + data[:16 + size],
                       data[48 + size:])
    except Refused as error:
        raise Unauthenticated from error
    if signer not in pinned:
        raise Unauthenticated
    return data[16:16 + size]


def schema_hash(slots):
    entries = sorted(slots, key=lambda s: s["slot"])
    return hashlib.sha256(b"".join(schema_entry(s) for s in entries)).digest()


def schema_entry(slot):
    return (u16(slot["slot"]) + u8(slot["party"]) + u8(slot["kind"])
            + u16(slot["pad"]) + lp8(bytes(slot["mask_rules"]))
            + lp8(b"".join(u16(i) for i in slot["index_slots"])))


# Section 8: blind index values.

def index_value(scope_key_, slot, rule, normalised, bits):
    assert 1 <= bits <= 32
    tag = prf(scope_key_, "pv1/index", u8(rule) + u16(slot) + normalised, 16)
    return _int(tag[:8]) >> (64 - bits)


def index_blob(gen, epoch, scope, value):
    return u8(0x31) + u8(gen) + u16(epoch) + u32(scope) + u32(value)


# Section 9: views.

def view(entries):
    """`entries` are (slot, mask rule, masked text), slots ascending."""
    slots = [slot for slot, _, _ in entries]
    assert slots == sorted(set(slots))
    out = b""
    for slot, rule, text in entries:
        raw = text.encode()
        out += u16(slot) + u8(rule) + u16(len(raw)) + raw
    return out


def parse_view(data):
    entries, last, at = [], 0, 0
    while at < len(data):
        if len(data) - at < 5:
            raise Malformed
        slot = _int(data[at:at + 2])
        size = _int(data[at + 3:at + 5])
        raw = data[at + 5:at + 5 + size]
        rule = data[at + 2]
        if slot <= last or slot > 0x3FFF or not 1 <= rule <= 8:
            raise Malformed
        if len(raw) != size:
            raise Malformed
        try:
            entries.append((slot, rule, raw.decode()))
        except UnicodeDecodeError as error:
            raise Malformed from error
        last, at = slot, at + 5 + size
    return entries
