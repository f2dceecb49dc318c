// Shares work among the threads of the plugin that runs a graph.

#ifndef LORIKEET_SHARES_HPP
#define LORIKEET_SHARES_HPP

#include <oneapi/tbb/parallel_for.h>

namespace lorikeet {

/// Runs `body(first, end)` for all of `count` items, of which each thread has consecutive ones.
///
/// - fewest: The number of items that are worth another thread.
template <typename Body>
void share(size_t count, size_t fewest, const Body &body) {
  using Range = tbb::blocked_range<size_t>;
  tbb::parallel_for(
      Range(0, count, fewest), [&](const Range &range) { body(range.begin(), range.end()); },
      tbb::static_partitioner());
}

/// The number of frames that are worth another thread.
constexpr size_t fewest_frames = 4;

}  // namespace lorikeet

#endif
