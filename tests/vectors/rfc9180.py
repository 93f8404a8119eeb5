# SPDX-License-Identifier: Apache-2.0
"""RFC 9180 appendix A.2.1, recomputed; the constants are the RFC's own."""

from primitives import Hpke

SETUP = {
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "pt": "4265617574792069732074727574682c20747275746820626561757479",
    "skE": "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
    "skR": "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
    "pkR": "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
    "enc": "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
    "shared_secret":
        "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7",
    "key_schedule_context":
        "00431df6cd95e11ff49d7013563baf7f11588c75a6611ee2a4404a49306ae4cfc5"
        "b69c5718a60cc5876c358d3f7fc31ddb598503f67be58ea1e798c0bb19eb9796",
    "key": "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91",
    "base_nonce": "5c4d98150661b848853b547f",
    "exporter_secret":
        "a3b010d4994890e2c6968a36f64470d3c824c8f5029942feb11e7a74b2921922",
}
CIPHERTEXTS = {
    0: "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db"
       "21993c62ce81883d2dd1b51a28",
    1: "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e"
       "85285337cc95ba5f59992dc98c",
    2: "71146bd6795ccc9c49ce25dda112a48f202ad220559502cef1f34271e0cb4b02"
       "b4f10ecac6f48c32f878fae86b",
    4: "63357a2aa291f5a4e5f27db6baa2af8cf77427c7c1a909e0b37214dd47db122b"
       "b153495ff0b02e9e54a50dbe16",
    255: "18ab939d63ddec9f6ac2b60d61d36a7375d2070c9b683861110757062c52b888"
         "0a5f6b3936da9cd6c23ef2a95c",
    256: "7a4a13e9ef23978e2c520fd4d2e757514ae160cd0cd05e556ef692370ca53076"
         "214c0c40d4c728d6ed9e727a5b",
}
EXPORTS = {
    "": "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
    "00": "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69",
    "54657374436f6e74657874":
        "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53",
}


def vectors():
    """Returns the figures once this HPKE has reproduced every one of them."""
    given = {name: bytes.fromhex(value) for name, value in SETUP.items()}
    sender = Hpke.sender(given["skE"], given["pkR"], given["info"])
    recipient = Hpke.recipient(given["skR"], given["enc"], given["info"])
    for context in (sender, recipient):
        for name, got in [("enc", context.enc), ("key", context.key),
                          ("shared_secret", context.shared_secret),
                          ("key_schedule_context", context.schedule),
                          ("base_nonce", context.base_nonce),
                          ("exporter_secret", context.exporter_secret)]:
            _require(name, got, given[name])
    encryptions, exports = [], []
    for sequence, ct in CIPHERTEXTS.items():
        aad, ct = b"Count-%d" % sequence, bytes.fromhex(ct)
        _require("ct", sender.seal(sequence, aad, given["pt"]), ct)
        _require("pt", recipient.open(sequence, aad, ct), given["pt"])
        encryptions.append({"sequence": sequence, "aad": aad,
                            "nonce": sender.nonce(sequence), "ct": ct})
    for text, value in EXPORTS.items():
        context = bytes.fromhex(text)
        _require("export", recipient.export(context, 32), bytes.fromhex(value))
        exports.append({"context": context, "size": 32, "value": value})
    return {**given, "encryptions": encryptions, "exports": exports}


def _require(what, got, expected):
    if got != expected:
        raise SystemExit(f"RFC 9180 A.2.1 {what}: got {got.hex()}, "
                         f"expected {expected.hex()}")
