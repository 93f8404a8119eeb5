#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Masks and masked views for a data team, over parcelveil's C ABI.

    masks.py LIBRARY mask name|phone|address          values in, masks out
    masks.py LIBRARY views KEYRING DATABASE           masked rows as CSV

LIBRARY is libparcelveil_c.so. A notebook imports the two functions `mask` and
`views` instead. No more than ctypes is needed; with LIST's secret in KEYRING
nothing but masks can come out of this, whatever is written below.
"""

import ctypes
import csv
import sqlite3
import sys

KIND = {'name': 1, 'phone': 2, 'address': 3}
PRESET_HANDHELD = 1
ROLE_LIST = 4
RECIPIENT_VIEW = 0x8001
FIELDS = {4: 'name', 5: 'phone', 6: 'address'}  # the recipient's slots


class Bytes(ctypes.Structure):
    """A pointer and its length; keep what it was made of while it is used."""
    _fields_ = [('data', ctypes.c_void_p), ('size', ctypes.c_size_t)]

    @classmethod
    def of(cls, value):
        value = value.encode() if isinstance(value, str) else value
        made = cls(ctypes.cast(ctypes.c_char_p(value), ctypes.c_void_p),
                   len(value))
        made.kept = value
        return made

    def text(self):
        return ctypes.string_at(self.data, self.size).decode()


class Error(ctypes.Structure):
    _fields_ = [('struct_size', ctypes.c_uint32), ('code', ctypes.c_int32),
                ('retry_after_ms', ctypes.c_int64), ('reason', ctypes.c_uint32),
                ('message', ctypes.c_char * 236)]


class KeyringOptions(ctypes.Structure):
    _fields_ = [('struct_size', ctypes.c_uint32), ('outlet', ctypes.c_uint32),
                ('passphrase_file', Bytes), ('state_dir', Bytes),
                ('signers', Bytes), ('role', ctypes.c_uint16)]


class Field(ctypes.Structure):
    _fields_ = [('slot', ctypes.c_uint16), ('text', Bytes)]


class Sealed(ctypes.Structure):
    _fields_ = [('record_id', Bytes), ('sealed', Bytes),
                ('version', ctypes.c_uint32)]


class View(ctypes.Structure):
    _fields_ = [('struct_size', ctypes.c_uint32),
                ('closed', ctypes.POINTER(Error)),
                ('position', ctypes.c_size_t),
                ('fields', ctypes.POINTER(Field)),
                ('num_fields', ctypes.c_size_t)]


Take = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, Bytes)
TakeView = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p,
                            ctypes.POINTER(View))


class Refused(Exception):
    """A call failed; the message holds no value."""


def call(library, name, *arguments):
    """Calls parcelveil_<name>, whose last argument is the error."""
    error = Error(struct_size=ctypes.sizeof(Error))
    if getattr(library, 'parcelveil_' + name)(*arguments, ctypes.byref(error)):
        raise Refused(error.message.decode())


def sized(structure, **fields):
    return structure(struct_size=ctypes.sizeof(structure), **fields)


def mask(library, kind, text):
    """Returns what a handheld shows of a name, a phone or an address."""
    rule, lent = ctypes.c_uint8(), []

    @Take
    def take(_, masked):
        lent.append(masked.text())
        return 0

    call(library, 'mask_rule_for', ctypes.c_uint8(KIND[kind]),
         ctypes.c_uint8(PRESET_HANDHELD), ctypes.byref(rule))
    call(library, 'mask', rule, Bytes.of(text), take, None)
    return lent[0]


def views(library, directory, rows):
    """Returns a dict of masks for each (waybill, view) row; a row that does not
    open (its time is over, it is damaged) has the reason as `closed`."""
    keyring, opener = ctypes.c_uint64(), ctypes.c_uint64()
    call(library, 'keyring_load', Bytes.of(directory),
         ctypes.byref(sized(KeyringOptions, role=ROLE_LIST)),
         ctypes.byref(keyring))
    call(library, 'opener_create', keyring, ctypes.byref(opener))
    cells = [(Bytes.of(waybill), Bytes.of(view)) for waybill, view in rows]
    sealed = (Sealed * len(rows))(*(Sealed(*cell, 0) for cell in cells))
    shown = []

    @TakeView
    def take(_, view):
        view = view.contents
        row = {'waybill_no': rows[view.position][0]}
        if view.closed:
            row['closed'] = view.closed.contents.message.decode()
        for i in range(view.num_fields):
            field = view.fields[i]
            row[FIELDS[field.slot]] = field.text.text()
        shown.append(row)
        return 0

    try:
        call(library, 'opener_open_views', opener,
             ctypes.c_uint16(RECIPIENT_VIEW), sealed,
             ctypes.c_size_t(len(rows)), take, None)
    finally:
        library.parcelveil_free(opener)
        library.parcelveil_free(keyring)
    return shown


def main():
    library = ctypes.CDLL(sys.argv[1])
    if sys.argv[2] == 'mask':
        for line in sys.stdin:
            print(mask(library, sys.argv[3], line.rstrip('\n')))
        return
    rows = sqlite3.connect(sys.argv[4]).execute(
        'SELECT waybill_no, recipient_view FROM waybill '
        'WHERE recipient_view IS NOT NULL ORDER BY waybill_no').fetchall()
    table = csv.DictWriter(
        sys.stdout, ['waybill_no', 'name', 'phone', 'address', 'closed'])
    table.writeheader()
    table.writerows(views(library, sys.argv[3], rows))


if __name__ == '__main__':
    main()
