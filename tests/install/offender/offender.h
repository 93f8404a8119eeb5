// SPDX-License-Identifier: Apache-2.0
// What a public header must not be; the test above this folder must say so.

#ifndef PARCELVEIL_TESTS_INSTALL_OFFENDER_OFFENDER_H_
#define PARCELVEIL_TESTS_INSTALL_OFFENDER_OFFENDER_H_

#include <sodium.h>

#endif  // PARCELVEIL_TESTS_INSTALL_OFFENDER_OFFENDER_H_
