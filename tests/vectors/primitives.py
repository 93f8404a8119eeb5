# SPDX-License-Identifier: Apache-2.0
"""Primitives of SPEC.md section 3, without parcelveil.

BLAKE2b, SHA-256 and HMAC come from Python's standard library; the rest are
plain libsodium calls through ctypes. HPKE is written out from RFC 9180, so that
it shares no line with the C++ one. `self_test` compares every primitive with
published figures.
"""

import ctypes
import hashlib
import hmac

_sodium = ctypes.CDLL("libsodium.so.23")
if _sodium.sodium_init() < 0:
    raise SystemExit("libsodium does not start")


class Refused(Exception):
    """A primitive refused its input."""


def u8(n):
    return n.to_bytes(1, "big")


def u16(n):
    return n.to_bytes(2, "big")


def u32(n):
    return n.to_bytes(4, "big")


def u64(n):
    return n.to_bytes(8, "big")


def lp8(data):
    return u8(len(data)) + data


def prf(key, label, message, size):
    """P(key, label, message, size) of section 3."""
    return hashlib.blake2b(
        message, digest_size=size, key=key, salt=bytes(16),
        person=label.encode("ascii").ljust(16, b"\0")).digest()


def sha256(data):
    return hashlib.sha256(data).digest()


def pad(data, block):
    """sodium_pad: 0x80, then zeros up to the next multiple of `block`."""
    padded = data + b"\x80"
    return padded + bytes(-len(padded) % block)


def unpad(data):
    """sodium_unpad with the whole length as its block."""
    stripped = data.rstrip(b"\0")
    if not stripped.endswith(b"\x80"):
        raise Refused("padding")
    return stripped[:-1]


def siphash64(key, message):
    return _out(8, _sodium.crypto_shorthash_siphash24, message,
                _size(message), key)


def siphash128(key, message):
    return _out(16, _sodium.crypto_shorthash_siphashx24, message,
                _size(message), key)


def hchacha20(key, message):
    return _out(32, _sodium.crypto_core_hchacha20, message, key, None)


def xchacha_seal(key, nonce, aad, message):
    return _aead_seal("xchacha20poly1305", key, nonce, aad, message)


def xchacha_open(key, nonce, aad, sealed):
    return _aead_open("xchacha20poly1305", key, nonce, aad, sealed)


def chacha_seal(key, nonce, aad, message):
    return _aead_seal("chacha20poly1305", key, nonce, aad, message)


def chacha_open(key, nonce, aad, sealed):
    return _aead_open("chacha20poly1305", key, nonce, aad, sealed)


def x25519(secret, public):
    return _out(32, _sodium.crypto_scalarmult, secret, public)


def x25519_base(secret):
    return _out(32, _sodium.crypto_scalarmult_base, secret)


def ed25519_public(seed):
    return _ed25519_pair(seed)[0]


def ed25519_sign(seed, message):
    return _out(64, _sodium.crypto_sign_ed25519_detached, None, message,
                _size(message), _ed25519_pair(seed)[1])


def ed25519_verify(public, message, signature):
    """The length is checked here: the libsodium call takes none."""
    if len(signature) != 64 or len(public) != 32:
        raise Refused("length")
    if _sodium.crypto_sign_ed25519_verify_detached(
            signature, message, _size(message), public) != 0:
        raise Refused("signature")


def argon2id(size, passphrase, salt, ops, mem):
    return _out(size, _sodium.crypto_pwhash, ctypes.c_ulonglong(size),
                passphrase, _size(passphrase), salt, ctypes.c_ulonglong(ops),
                ctypes.c_size_t(mem), ctypes.c_int(2))


class Hpke:
    """RFC 9180 base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
    ChaCha20-Poly1305. One context; `seal` and `open` take the sequence."""

    _KEM = b"KEM" + u16(0x0020)
    _SUITE = b"HPKE" + u16(0x0020) + u16(0x0001) + u16(0x0003)

    def __init__(self, enc, dh, recipient_public, info):
        prk = self._extract(self._KEM, b"", b"eae_prk", dh)
        self.enc = enc
        self.shared_secret = self._expand(
            self._KEM, prk, b"shared_secret", enc + recipient_public, 32)
        self.schedule = (b"\0"
                         + self._extract(self._SUITE, b"", b"psk_id_hash", b"")
                         + self._extract(self._SUITE, b"", b"info_hash", info))
        secret = self._extract(self._SUITE, self.shared_secret, b"secret", b"")
        self.key = self._expand(self._SUITE, secret, b"key", self.schedule, 32)
        self.base_nonce = self._expand(
            self._SUITE, secret, b"base_nonce", self.schedule, 12)
        self.exporter_secret = self._expand(
            self._SUITE, secret, b"exp", self.schedule, 32)

    @classmethod
    def sender(cls, ephemeral_secret, recipient_public, info):
        return cls(x25519_base(ephemeral_secret),
                   x25519(ephemeral_secret, recipient_public),
                   recipient_public, info)

    @classmethod
    def recipient(cls, recipient_secret, enc, info):
        return cls(enc, x25519(recipient_secret, enc),
                   x25519_base(recipient_secret), info)

    def nonce(self, sequence):
        return bytes(a ^ b for a, b in
                     zip(self.base_nonce, sequence.to_bytes(12, "big")))

    def seal(self, sequence, aad, message):
        return chacha_seal(self.key, self.nonce(sequence), aad, message)

    def open(self, sequence, aad, sealed):
        return chacha_open(self.key, self.nonce(sequence), aad, sealed)

    def export(self, context, size):
        return self._expand(self._SUITE, self.exporter_secret, b"sec", context,
                            size)

    @staticmethod
    def _extract(suite, salt, label, ikm):
        return hkdf_extract(salt, b"HPKE-v1" + suite + label + ikm)

    @staticmethod
    def _expand(suite, prk, label, info, size):
        return hkdf_expand(
            prk, u16(size) + b"HPKE-v1" + suite + label + info, size)


def hkdf_extract(salt, ikm):
    return hmac.new(salt or bytes(32), ikm, hashlib.sha256).digest()


def hkdf_expand(prk, info, size):
    out, block = b"", b""
    for i in range(-(-size // 32)):
        block = hmac.new(prk, block + info + u8(i + 1), hashlib.sha256).digest()
        out += block
    return out[:size]


def ladder(secret, public):
    """X25519 of RFC 7748 in plain integers: a second opinion on points that
    libsodium refuses, since it then gives no output to look at."""
    p = 2**255 - 19
    k = int.from_bytes(secret, "little")
    k = k & ~7 & (2**255 - 1) | 2**254
    x1 = int.from_bytes(public, "little") % 2**255 % p
    x2, z2, x3, z3 = 1, 0, x1, 1
    for t in reversed(range(255)):
        if k >> t & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        x3, z3 = (da + cb)**2 % p, x1 * (da - cb)**2 % p
        x2, z2 = aa * bb % p, (aa - bb) * (aa + 121665 * (aa - bb)) % p
        if k >> t & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
    return (x2 * pow(z2, p - 2, p) % p).to_bytes(32, "little")


def _size(data):
    return ctypes.c_ulonglong(len(data))


def _out(size, call, *args):
    out = ctypes.create_string_buffer(size)
    if call(out, *args) != 0:
        raise Refused(call.__name__)
    return out.raw


def _aead_seal(name, key, nonce, aad, message):
    call = getattr(_sodium, f"crypto_aead_{name}_ietf_encrypt")
    return _out(len(message) + 16, call, None, message, _size(message), aad,
                _size(aad), None, nonce, key)


def _aead_open(name, key, nonce, aad, sealed):
    if len(sealed) < 16:
        raise Refused("length")
    call = getattr(_sodium, f"crypto_aead_{name}_ietf_decrypt")
    return _out(len(sealed) - 16, call, None, None, sealed, _size(sealed), aad,
                _size(aad), nonce, key)


def _ed25519_pair(seed):
    public, secret = (ctypes.create_string_buffer(n) for n in (32, 64))
    _sodium.crypto_sign_ed25519_seed_keypair(public, secret, seed)
    return public.raw, secret.raw


def self_test():
    """Published figures, one or two a primitive."""
    h = bytes.fromhex
    same = _same
    same("BLAKE2b with salt and personal, against libsodium",
         _out(24, _sodium.crypto_generichash_blake2b_salt_personal,
              ctypes.c_size_t(24), b"abc", _size(b"abc"), b"k" * 32,
              ctypes.c_size_t(32), bytes(16), b"pv1/index".ljust(16, b"\0")),
         prf(b"k" * 32, "pv1/index", b"abc", 24))
    for size in (0, 15, 16, 31):
        padded = ctypes.create_string_buffer(bytes(size), 64)
        length = ctypes.c_size_t()
        _sodium.sodium_pad(ctypes.byref(length), padded, ctypes.c_size_t(size),
                           ctypes.c_size_t(16), ctypes.c_size_t(64))
        same("sodium_pad", padded.raw[:length.value], pad(bytes(size), 16))
    key = bytes(range(16))
    same("SipHash paper, appendix A", siphash64(key, bytes(range(15))),
         h("e545be4961ca29a1"))
    same("SipHash reference code, 128 bit", siphash128(key, b""),
         h("a3817f04ba25a8e66df67214c7550293"))
    same("draft-irtf-cfrg-xchacha-03 section 2.2.1",
         hchacha20(bytes(range(32)), h("000000090000004a0000000031415927")),
         h("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"))
    text = (b"Ladies and Gentlemen of the class of '99: If I could offer you "
            b"only one tip for the future, sunscreen would be it.")
    aad, key = h("50515253c0c1c2c3c4c5c6c7"), bytes(range(0x80, 0xa0))
    same("draft-irtf-cfrg-xchacha-03 appendix A.3.1 (tag)",
         xchacha_seal(key, bytes(range(0x40, 0x58)), aad, text)[-16:],
         h("c0875924c1c7987947deafd8780acf49"))
    same("RFC 8439 section 2.8.2 (tag)",
         chacha_seal(key, h("070000004041424344454647"), aad, text)[-16:],
         h("1ae10b594f09e26a7e902ecbd0600691"))
    same("RFC 5869 test case 1",
         hkdf_expand(hkdf_extract(bytes(range(13)), b"\x0b" * 22),
                     bytes(range(0xf0, 0xfa)), 42),
         h("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
           "34007208d5b887185865"))
    alice = h("77076d0a7318a57d3c16c17251b26645"
              "df4c2f87ebc0992ab177fba51db92c2a")
    bob = h("de9edb7d7b7dc1b4d35b61c2ece43537"
            "3f8343c85b78674dadfc7e146f882b4f")
    shared = h("4a5d9d5ba4ce2de1728e3bf480350f25"
               "e07e21c947d19e3376f09b3c1e161742")
    same("RFC 7748 section 6.1", x25519(alice, bob), shared)
    same("RFC 7748 section 6.1, in integers", ladder(alice, bob), shared)


def _same(what, got, expected):
    if got != expected:
        raise SystemExit(f"{what}: got {got.hex()}, expected {expected.hex()}")
