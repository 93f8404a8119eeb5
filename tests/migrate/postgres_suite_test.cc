// SPDX-License-Identifier: Apache-2.0
// What a migration does alike in every database, in PostgreSQL.

#include "tests/migrate/postgres_wrap_fixture.h"
#include "tests/migrate/wrap_suite.h"

namespace parcelveil::testing {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, WrapSuite, PostgresWrapTest, );

}  // namespace
}  // namespace parcelveil::testing
