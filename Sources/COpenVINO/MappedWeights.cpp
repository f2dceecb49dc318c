#include "MappedWeights.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

struct Range {
  uintptr_t begin, end;
};

struct Mapping {
  Range range;
  std::string path;
};

/// Returns the shared, read-only file mappings: dropping their pages loses nothing.
std::vector<Mapping> shared_mappings() {
  std::vector<Mapping> mappings;
  FILE *maps = fopen("/proc/self/maps", "re");
  if (maps == nullptr) return mappings;
  char *line = nullptr;
  size_t capacity = 0;
  while (getline(&line, &capacity, maps) > 0) {
    Range range;
    char rights[5];
    int path = 0;
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s %n", &range.begin, &range.end, rights, &path) == 3 &&
        path > 0 && std::string(rights) == "r--s") {
      std::string file = line + path;
      if (!file.empty() && file.back() == '\n') file.pop_back();
      mappings.push_back({range, file});
    }
  }
  free(line);
  fclose(maps);
  return mappings;
}

void drop(const Range &range) {
  madvise(reinterpret_cast<void *>(range.begin), range.end - range.begin, MADV_DONTNEED);
}

/// Returns the real paths of a directory's files: each can be a link to another disk.
std::set<std::string> files_in(const std::string &directory) {
  std::set<std::string> files;
  DIR *entries = directory.empty() ? nullptr : opendir(directory.c_str());
  if (entries == nullptr) return files;
  while (const dirent *entry = readdir(entries)) {
    char *path = realpath((directory + "/" + entry->d_name).c_str(), nullptr);
    if (path != nullptr) files.insert(path);
    free(path);
  }
  closedir(entries);
  return files;
}

Range range(const ov::op::v0::Constant &constant) {
  const uintptr_t begin = reinterpret_cast<uintptr_t>(constant.get_data_ptr());
  return {begin, begin + constant.get_byte_size()};
}

// A constant keeps its file mapped, so that its addresses cannot have been reused. For the same reason only pages
// entirely within a constant are dropped.
void drop_whole_pages(const Range &bytes) {
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const Range pages{(bytes.begin + page - 1) / page * page, bytes.end / page * page};
  if (pages.begin < pages.end) drop(pages);
}

}  // namespace

namespace lorikeet {

MappedWeights::MappedWeights(const std::shared_ptr<ov::Model> &model, const std::string &cache_directory)
    : cache_files(files_in(cache_directory)) {
  const std::vector<Mapping> mappings = shared_mappings();
  for (const auto &node : model->get_ops()) {
    auto constant = ov::as_type_ptr<ov::op::v0::Constant>(node);
    if (!constant) continue;
    const Range bytes = range(*constant);
    const bool is_mapped = std::any_of(mappings.begin(), mappings.end(), [&](const Mapping &mapping) {
      return mapping.range.begin <= bytes.begin && bytes.end <= mapping.range.end;
    });
    if (is_mapped) constants.push_back(std::move(constant));
  }
}

void MappedWeights::drop_pages(const ov::op::v0::Constant &constant) const {
  const bool is_mapped = std::any_of(constants.begin(), constants.end(), [&](const auto &other) {
    return other.get() == &constant;
  });
  if (is_mapped) drop_whole_pages(range(constant));
}

std::mutex &unmapping() {
  static std::mutex mutex;
  return mutex;
}

void MappedWeights::drop_pages() const {
  for (const auto &constant : constants) drop_whole_pages(range(*constant));
  if (cache_files.empty()) return;
  // A network loaded from the cache keeps its file mapped.
  const std::lock_guard<std::mutex> lock(unmapping());
  for (const auto &mapping : shared_mappings()) {
    if (cache_files.count(mapping.path) > 0) drop(mapping.range);
  }
}

}  // namespace lorikeet
