#include "MappedWeights.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

struct Range {
  uintptr_t begin, end;
};

/// Mappings that are shared with a file and only read: dropping their pages loses nothing.
std::vector<Range> shared_mappings() {
  std::vector<Range> ranges;
  FILE *maps = fopen("/proc/self/maps", "re");
  if (maps == nullptr) return ranges;
  char *line = nullptr;
  size_t capacity = 0;
  while (getline(&line, &capacity, maps) > 0) {
    Range range;
    char rights[5];
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &range.begin, &range.end, rights) == 3 &&
        std::string(rights) == "r--s") {
      ranges.push_back(range);
    }
  }
  free(line);
  fclose(maps);
  return ranges;
}

Range range(const ov::op::v0::Constant &constant) {
  const uintptr_t begin = reinterpret_cast<uintptr_t>(constant.get_data_ptr());
  return {begin, begin + constant.get_byte_size()};
}

}  // namespace

namespace lorikeet {

MappedWeights::MappedWeights(const std::shared_ptr<ov::Model> &model) {
  const std::vector<Range> mappings = shared_mappings();
  for (const auto &node : model->get_ops()) {
    auto constant = ov::as_type_ptr<ov::op::v0::Constant>(node);
    if (!constant) continue;
    const Range bytes = range(*constant);
    const bool is_mapped = std::any_of(mappings.begin(), mappings.end(), [&](const Range &mapping) {
      return mapping.begin <= bytes.begin && bytes.end <= mapping.end;
    });
    if (is_mapped) constants.push_back(std::move(constant));
  }
}

// A constant keeps its file mapped, so that no other memory can have taken its place. For the same reason only pages
// that are a constant's as a whole are dropped.
void MappedWeights::drop_pages() const {
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (const auto &constant : constants) {
    const Range bytes = range(*constant);
    const Range pages{(bytes.begin + page - 1) / page * page, bytes.end / page * page};
    if (pages.begin < pages.end) {
      madvise(reinterpret_cast<void *>(pages.begin), pages.end - pages.begin, MADV_DONTNEED);
    }
  }
}

}  // namespace lorikeet
