// SPDX-License-Identifier: Apache-2.0
// Version of the library's source.

#ifndef PARCELVEIL_VERSION_H_
#define PARCELVEIL_VERSION_H_

// Source compatibility follows semantic versioning; formats are versioned
// apart (SPEC.md section 1).
#define PARCELVEIL_VERSION "0.1.0"

#endif  // PARCELVEIL_VERSION_H_
