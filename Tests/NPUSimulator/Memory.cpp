// Memory that the device can reach: here, the process's own.

#include "Commands.hpp"
#include "Faults.hpp"
#include "Machine.hpp"

#include <cstdlib>
#include <map>

namespace {

using ze::Result;

constexpr size_t pageSize = 4096;

struct Allocation {
    size_t size;
    uint64_t id;
    /// False for memory of the application, which it only has made known.
    bool isOwn;
};

std::mutex mutex;
/// Never destroyed, as memory is freed until the process ends.
auto &allocations = *new std::multimap<uintptr_t, Allocation>;
uint64_t lastID = 0;
uint64_t totalBytes = 0;

/// Makes the application's own memory known to the device, behind the next pointer of an allocation.
struct SystemMemory {
    ze::Chained base;
    void *address;
    uint64_t size;
};

constexpr uint32_t typeSystemMemory = 0x00020037;

const SystemMemory *systemMemory(const ze::Chained *description) {
    for (auto *next = description ? description->next : nullptr; next; next = next->next) {
        if (next->type == typeSystemMemory) return reinterpret_cast<const SystemMemory *>(next);
    }
    return nullptr;
}

}  // namespace

uint64_t memory::allocatedBytes() {
    std::lock_guard<std::mutex> lock(mutex);
    return totalBytes;
}

EXPORTED Result zeMemAllocHost(
    void *context, const ze::Chained *description, size_t size, size_t alignment, void **address) {
    if (!context) return ze::invalidNullHandle;
    if (!address) return ze::invalidNullPointer;
    if (size == 0 || (alignment & (alignment - 1)) != 0) return ze::invalidSize;
    return guarded([&]() -> Result {
        if (Faults::now().has("memory")) return ze::outOfHostMemory;
        const SystemMemory *known = systemMemory(description);
        void *memory = known ? known->address : nullptr;
        if (!known && posix_memalign(&memory, alignment > pageSize ? alignment : pageSize, size) != 0) memory = nullptr;
        if (!memory) return ze::outOfHostMemory;
        std::lock_guard<std::mutex> lock(mutex);
        allocations.insert({reinterpret_cast<uintptr_t>(memory), {size, ++lastID, known == nullptr}});
        totalBytes += known ? 0 : size;
        *address = memory;
        return ze::success;
    });
}

EXPORTED Result zeMemFree(void *context, void *address) {
    if (!context) return ze::invalidNullHandle;
    std::lock_guard<std::mutex> lock(mutex);
    const auto found = allocations.find(reinterpret_cast<uintptr_t>(address));
    if (found == allocations.end()) return ze::invalidArgument;
    if (found->second.isOwn) {
        totalBytes -= found->second.size;
        free(address);
    }
    allocations.erase(found);
    return ze::success;
}

EXPORTED Result zeMemGetAllocProperties(
    void *context, const void *address, ze::AllocationProperties *properties, void **device) {
    if (!context) return ze::invalidNullHandle;
    if (!address || !properties) return ze::invalidNullPointer;
    const auto place = reinterpret_cast<uintptr_t>(address);
    std::lock_guard<std::mutex> lock(mutex);
    auto found = allocations.upper_bound(place);
    const bool isKnown = found != allocations.begin() && place - (--found)->first < found->second.size;
    properties->kind = isKnown ? ze::memoryKindHost : ze::memoryKindUnknown;
    properties->id = isKnown ? found->second.id : 0;
    properties->pageSize = pageSize;
    if (device) *device = isKnown ? &machine::device : nullptr;
    return ze::success;
}
