// SPDX-License-Identifier: Apache-2.0
// Any sequence of calls of the C ABI, with handles that are good, freed or
// made up, and lengths that lie about nothing that a check cannot see: every
// call returns, with the code that its error says, and hands out no handle
// where it fails.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "parcelveil/c_gate.h"

namespace {

// Reads the input as a program; zeros when it is at its end.
class Program {
 public:
  Program(const uint8_t* data, size_t size) : next_(data), left_(size) {}

  bool AtEnd() const { return left_ == 0; }
  uint8_t Byte() {
    if (left_ == 0) return 0;
    --left_;
    return *next_++;
  }
  uint16_t Short() {
    const int high = Byte();
    return static_cast<uint16_t>(high << 8 | Byte());
  }
  uint64_t Long() {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | Byte();
    return value;
  }
  parcelveil_bytes Bytes() {
    const uint8_t size = Byte();
    if (size == 0xFF) return {nullptr, Byte()};         // NULL, with a length
    if (size == 0xFE) return {next_, SIZE_MAX - size};  // more than any limit
    const size_t taken = size < left_ ? size : left_;
    const parcelveil_bytes bytes = {next_, taken};
    next_ += taken;
    left_ -= taken;
    return bytes;
  }

 private:
  const uint8_t* next_;
  size_t left_;
};

std::vector<uint64_t> handles;
std::string last;  // what was lent last: fed back as replies and states

uint64_t Handle(Program& program) {
  const uint8_t which = program.Byte();
  if (which == 0xFF) return program.Long();
  return handles.empty() ? 0 : handles[which % handles.size()];
}
parcelveil_bytes Input(Program& program) {
  if (program.Byte() % 2 == 0) return {last.data(), last.size()};
  return program.Bytes();
}

int32_t Keep(void* context, parcelveil_bytes bytes) {
  last.assign(static_cast<const char*>(bytes.data), bytes.size);
  return context == nullptr ? 0 : *static_cast<uint8_t*>(context);
}
int32_t SkipRow(void*, const parcelveil_row*) { return 0; }
int32_t SkipView(void*, const parcelveil_view*) { return 0; }
int32_t SkipCell(void*, parcelveil_bytes, parcelveil_bytes) { return 0; }

// Calls back into what is at work, and gives back what `context` says.
int32_t Wrap(void* context, parcelveil_bytes bytes, parcelveil_take take,
             void* take_context) {
  if (!handles.empty()) {
    int32_t has = 0;
    parcelveil_device_has_new_state(handles.back(), &has, nullptr);
  }
  if (context != nullptr) return take(take_context, {nullptr, 3});
  return take(take_context, bytes);
}

void Check(bool holds) {
  if (!holds) std::abort();
}

// Keeps a handle that a call gave; none where it failed.
void Made(int32_t code, uint64_t handle) {
  Check((code == 0) == (handle != 0));
  if (handle != 0) handles.push_back(handle);
}

int32_t Mask(Program& program, parcelveil_error* error) {
  parcelveil_mask_style style{};
  style.struct_size = program.Byte() % 8 == 0 ? program.Byte() : sizeof(style);
  style.rule = program.Byte();
  style.head_digits = program.Byte();
  style.tail_digits = program.Byte();
  style.star = program.Byte();
  style.width = program.Byte();
  return parcelveil_mask_styled(&style, program.Bytes(), Keep, nullptr, error);
}

int32_t MakeDevice(Program& program, parcelveil_error* error) {
  static char bad;
  const uint8_t how = program.Byte();
  parcelveil_key_wrap wrap{};
  wrap.struct_size = sizeof(wrap);
  wrap.wrap = Wrap;
  wrap.unwrap = Wrap;
  wrap.context = how % 8 == 7 ? &bad : nullptr;
  uint64_t device = 1;
  const int32_t code =
      how % 2 == 0
          ? parcelveil_device_create(&wrap, &device, error)
          : parcelveil_device_load(Input(program), &wrap, &device, error);
  Made(code, device);
  return code;
}

int32_t Ask(Program& program, parcelveil_error* error) {
  uint64_t ask = 1;
  const uint16_t slots[] = {program.Short(), program.Short()};
  const uint64_t device = Handle(program);
  int32_t code;
  if (program.Byte() % 2 == 0) {
    code = parcelveil_device_reveal(device, program.Bytes(), slots,
                                    program.Byte() % 3, program.Short(),
                                    program.Bytes(), &ask, error);
  } else {
    parcelveil_search_order order{};
    order.struct_size = sizeof(order);
    order.back_ms = static_cast<int64_t>(program.Long());
    order.index = program.Short();
    order.purpose = program.Short();
    order.phone = program.Bytes();
    order.views = slots;
    order.num_views = program.Byte() % 3;
    code = parcelveil_device_search(device, &order, &ask, error);
  }
  Made(code, ask);
  return code;
}

int32_t Open(Program& program, parcelveil_error* error) {
  uint64_t opened = 1;
  const uint64_t device = Handle(program), ask = Handle(program);
  switch (program.Byte() % 4) {
    case 0: {
      const int32_t code =
          parcelveil_device_open(device, ask, Input(program), &opened, error);
      Made(code, opened);
      return code;
    }
    case 1: {
      const int32_t code = parcelveil_device_open_sheet(
          device, ask, Input(program), &opened, error);
      Made(code, opened);
      return code;
    }
    case 2:
      return parcelveil_device_open_dial(device, ask, Input(program), Keep,
                                         nullptr, error);
    default:
      return parcelveil_device_open_search(device, ask, Input(program), SkipRow,
                                           nullptr, error);
  }
}

// The back end's calls, with handles of the wrong kind: this process has no
// keyring.
int32_t BackEnd(Program& program, parcelveil_error* error) {
  const parcelveil_sealed sealed = {program.Bytes(), program.Bytes(), 0};
  parcelveil_record record{};
  record.struct_size = sizeof(record);
  uint64_t made = 1;
  switch (program.Byte() % 6) {
    case 0: {
      const int32_t code = parcelveil_sealer_create(
          Handle(program), program.Bytes(), nullptr, 0, &made, error);
      Made(code, made);
      return code;
    }
    case 1:
      return parcelveil_sealer_seal(Handle(program), &record, SkipCell, nullptr,
                                    error);
    case 2:
      return parcelveil_opener_open_views(Handle(program), program.Short(),
                                          &sealed, 1, SkipView, nullptr, error);
    case 3:
      return parcelveil_gate_handle(Handle(program), program.Bytes(),
                                    program.Bytes(), Keep, nullptr, error);
    case 4: {
      const int32_t code = parcelveil_log_of(Handle(program), &made, error);
      Made(code, made);
      return code;
    }
    default:
      return parcelveil_log_export(Handle(program), program.Bytes(), error);
  }
}

int32_t Step(Program& program, parcelveil_error* error) {
  int64_t time = 0;
  uint64_t number = 0;
  int32_t flag = 0;
  uint8_t stop = program.Byte() % 16 == 15 ? 1 : 0;
  switch (program.Byte() % 16) {
    case 0:
      return MakeDevice(program, error);
    case 1:
      return Ask(program, error);
    case 2:
      return Open(program, error);
    case 3:
      return Mask(program, error);
    case 4:
      return BackEnd(program, error);
    case 5:
      parcelveil_free(Handle(program));
      return error == nullptr ? 0 : error->code = 0;
    case 6:
      return parcelveil_device_enrol(Handle(program), Input(program), error);
    case 7:
      return parcelveil_device_state(Handle(program), Keep, &stop, error);
    case 8:
      return parcelveil_ask_bytes(Handle(program), Keep, &stop, error);
    case 9:
      return parcelveil_shown_text(Handle(program), program.Short(), Keep,
                                   &stop, error);
    case 10:
      return parcelveil_sheet_text(Handle(program), program.Bytes(), 0, Keep,
                                   &stop, error);
    case 11:
      return parcelveil_list_parse(Input(program), SkipRow, nullptr, &time,
                                   error);
    case 12:
      return parcelveil_device_witness(Handle(program), Input(program),
                                       program.Bytes(), error);
    case 13:
      return parcelveil_shown_leaf(Handle(program), &number, error);
    case 14:
      return parcelveil_mask_line(program.Byte(), program.Bytes(), Keep, &stop,
                                  error);
    default:
      return parcelveil_device_has_new_state(Handle(program), &flag, error);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int kMaxSteps = 64;
  Program program(data, size);
  last.clear();
  for (int i = 0; i < kMaxSteps && !program.AtEnd(); ++i) {
    parcelveil_error error{};
    error.struct_size = program.Byte() % 16 == 0 ? 3 : sizeof(error);
    const bool is_whole = error.struct_size == sizeof(error);
    const int32_t code = Step(program, &error);
    Check(is_whole ? error.code == code : error.message[0] == '\0');
    Check(std::memchr(error.message, 0, sizeof(error.message)) != nullptr);
  }
  for (const uint64_t handle : handles) parcelveil_free(handle);
  handles.clear();
  return 0;
}
