// SPDX-License-Identifier: Apache-2.0
// The stratified hypergeometric test: how likely it is to hit at least k by
// chance. Source: exact convolution, exponentially tilted so that nothing
// underflows however small the answer is.

#ifndef PARCELVEIL_SRC_TRACE_HYPERGEOMETRIC_H_
#define PARCELVEIL_SRC_TRACE_HYPERGEOMETRIC_H_

#include <cstdint>
#include <vector>

namespace parcelveil::trace {

// K of N records leaked; n of the N are marked. n <= N, K <= N.
struct Draw {
  uint64_t N;
  uint64_t n;
  uint64_t K;
};

struct TailProbability {
  double log10;
  bool is_bound;  // Chernoff's, where there are too many rows to convolve
};

// P(X >= k) of the sum of independent draws, as a logarithm: 0 where it is
// certain, -infinity where it cannot be.
TailProbability HypergeometricTail(const std::vector<Draw>& draws, uint64_t k);

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_HYPERGEOMETRIC_H_
