// Memory that the device can reach: here, the process's own.

#include "Commands.hpp"
#include "Faults.hpp"
#include "Machine.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace {

using ze::Result;

constexpr size_t page_size = 4096;

struct Allocation {
  size_t size;
  uint64_t id;
};

std::mutex mutex;
/// Never destroyed, as memory is freed until the process ends.
auto &allocations = *new std::map<uintptr_t, Allocation>;
uint64_t last_id = 0;
uint64_t total_bytes = 0;

}  // namespace

uint64_t memory::allocated_bytes() {
  std::lock_guard<std::mutex> lock(mutex);
  return total_bytes;
}

EXPORTED Result zeMemAllocHost(
  void *context, const ze::Chained *, size_t size, size_t alignment, void **address) {
  if (!context) return ze::invalid_null_handle;
  if (!address) return ze::invalid_null_pointer;
  if (size == 0 || (alignment & (alignment - 1)) != 0) return ze::invalid_size;
  return guarded([&]() -> Result {
    if (Faults::now().has("memory")) return ze::out_of_host_memory;
    void *memory = nullptr;
    if (posix_memalign(&memory, std::max(alignment, page_size), size) != 0) return ze::out_of_host_memory;
    std::lock_guard<std::mutex> lock(mutex);
    allocations.insert({reinterpret_cast<uintptr_t>(memory), {size, ++last_id}});
    total_bytes += size;
    *address = memory;
    return ze::success;
  });
}

EXPORTED Result zeMemFree(void *context, void *address) {
  if (!context) return ze::invalid_null_handle;
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = allocations.find(reinterpret_cast<uintptr_t>(address));
  if (found == allocations.end()) return ze::invalid_argument;
  total_bytes -= found->second.size;
  free(address);
  allocations.erase(found);
  return ze::success;
}

EXPORTED Result zeMemGetAllocProperties(
  void *context, const void *address, ze::AllocationProperties *properties, void **device) {
  if (!context) return ze::invalid_null_handle;
  if (!address || !properties) return ze::invalid_null_pointer;
  const auto place = reinterpret_cast<uintptr_t>(address);
  std::lock_guard<std::mutex> lock(mutex);
  auto found = allocations.upper_bound(place);
  const bool is_known = found != allocations.begin() && place - (--found)->first < found->second.size;
  properties->kind = is_known ? ze::memory_kind_host : ze::memory_kind_unknown;
  properties->id = is_known ? found->second.id : 0;
  properties->page_size = page_size;
  if (device) *device = is_known ? &machine::device : nullptr;
  return ze::success;
}
