// SPDX-License-Identifier: Apache-2.0
#include "src/trace/hypergeometric.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace parcelveil::trace {
namespace {

constexpr size_t kMaxConvolved = 4096;  // possible hits; the time is its square
constexpr double kMaxTilt = 700;        // of log theta: exp must not overflow

double LogChoose(uint64_t n, uint64_t k) {
  const auto log_factorial = [](uint64_t m) {
    return std::lgamma(static_cast<double>(m) + 1);
  };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

// The possible values of one draw, low to low + size - 1, and the logarithms of
// their probabilities.
struct Values {
  uint64_t low;
  std::vector<double> log_p;

  uint64_t high() const { return low + log_p.size() - 1; }
};

Values ValuesOf(const Draw& draw) {
  Values values;
  const uint64_t unmarked = draw.N - draw.n;
  values.low = draw.K > unmarked ? draw.K - unmarked : 0;
  const uint64_t high = std::min(draw.n, draw.K);
  const double all = LogChoose(draw.N, draw.K);
  for (uint64_t x = values.low; x <= high; ++x) {
    values.log_p.push_back(LogChoose(draw.n, x) +
                           LogChoose(unmarked, draw.K - x) - all);
  }
  return values;
}

// A draw whose probabilities are multiplied by theta^(x - low) and made to sum
// up to one again.
struct Tilted {
  std::vector<double> p;
  double log_norm;
  double mean;  // of x - low
};

Tilted Tilt(const Values& values, double log_theta) {
  Tilted tilted{values.log_p, 0, 0};
  double most = -std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < tilted.p.size(); ++i) {
    tilted.p[i] += static_cast<double>(i) * log_theta;
    most = std::max(most, tilted.p[i]);
  }
  double sum = 0;
  for (size_t i = 0; i < tilted.p.size(); ++i) {
    tilted.p[i] = std::exp(tilted.p[i] - most);
    sum += tilted.p[i];
    tilted.mean += static_cast<double>(i) * tilted.p[i];
  }
  for (double& p : tilted.p) p /= sum;
  tilted.mean /= sum;
  tilted.log_norm = most + std::log(sum);
  return tilted;
}

double MeanOf(const std::vector<Values>& draws, double log_theta) {
  double mean = 0;
  for (const Values& draw : draws) mean += Tilt(draw, log_theta).mean;
  return mean;
}

// The tilt that makes `above` hits over the least possible the mean: there the
// probability that matters is large. None where the mean is beyond already.
double TiltTo(const std::vector<Values>& draws, double above) {
  double low = 0;
  if (MeanOf(draws, low) >= above) return low;
  double high = 1;
  while (high < kMaxTilt && MeanOf(draws, high) < above) high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (MeanOf(draws, middle) < above ? low : high) = middle;
  }
  return low;
}

// The distribution of the sum of independent draws.
std::vector<double> Convolve(const std::vector<Tilted>& draws) {
  std::vector<double> sum = {1};
  for (const Tilted& draw : draws) {
    std::vector<double> next(sum.size() + draw.p.size() - 1, 0);
    for (size_t i = 0; i < sum.size(); ++i) {
      for (size_t j = 0; j < draw.p.size(); ++j) {
        next[i + j] += sum[i] * draw.p[j];
      }
    }
    sum = std::move(next);
  }
  return sum;
}

}  // namespace

TailProbability HypergeometricTail(const std::vector<Draw>& draws, uint64_t k) {
  std::vector<Values> values;
  uint64_t low = 0;
  uint64_t high = 0;
  for (const Draw& draw : draws) {
    values.push_back(ValuesOf(draw));
    low += values.back().low;
    high += values.back().high();
  }
  if (k <= low) return {0, false};
  if (k > high) return {-std::numeric_limits<double>::infinity(), false};

  const uint64_t above = k - low;
  const double log_theta = TiltTo(values, static_cast<double>(above));
  std::vector<Tilted> tilted;
  double log_norm = 0;
  for (const Values& draw : values) {
    tilted.push_back(Tilt(draw, log_theta));
    log_norm += tilted.back().log_norm;
  }
  // P(X = x) = q(x) * norm / theta^(x - low), and for x >= k the last factor is
  // at most that of k.
  const double scale = log_norm - static_cast<double>(above) * log_theta;
  const bool is_bound = high - low > kMaxConvolved;
  double tail = is_bound ? 1 : 0;
  if (!is_bound) {
    const std::vector<double> q = Convolve(tilted);
    for (size_t i = above; i < q.size(); ++i) {
      tail += q[i] * std::exp(-static_cast<double>(i - above) * log_theta);
    }
  }
  return {std::min((std::log(tail) + scale) / std::log(10.0), 0.0), is_bound};
}

}  // namespace parcelveil::trace
