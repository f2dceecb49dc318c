// The exported functions of Level Zero's loader: the driver, its one device and its extensions.

#include "Faults.hpp"
#include "GraphTable.hpp"
#include "Machine.hpp"

#include <algorithm>
#include <vector>

namespace {

using ze::Result;

char context;

const uint8_t driver_uuid[16] = {0x01, 0x7d, 0xe9, 0x31, 0x6b, 0x4d, 0x4f, 0xd4,
                0xaa, 0x9b, 0x5b, 0xed, 0x77, 0xfc, 0x8e, 0x89};
const uint8_t device_uuid[16] = {0x80, 0xd1, 0xd1, 0x1e, 0xb7, 0x38, 0x11, 0xea,
                0xb3, 0xde, 0x02, 0x42, 0xac, 0x13, 0x00, 0x04};

/// Returns the handles of a kind of which there is one, or none: the number alone, if there is no place for handles.
Result list(bool is_present, void *only, uint32_t *count, void **handles) {
  if (!count) return ze::invalid_null_pointer;
  if (handles && *count > 0 && is_present) handles[0] = only;
  *count = is_present ? (handles ? std::min(*count, 1u) : 1) : 0;
  return ze::success;
}

Result unsupported() { return ze::unsupported_feature; }

Result accepted(void *object) { return object ? ze::success : ze::invalid_null_handle; }

template <typename Function>
std::vector<void *> table(size_t size, Function *function) {
  return std::vector<void *>(size, reinterpret_cast<void *>(function));
}

struct Extension {
  const char *name;
  uint32_t version;
  /// Its functions; null if the name alone says what the driver can do.
  const void *table;
};

std::vector<Extension> extensions() {
  // Never destroyed, as the plugin keeps their addresses.
  static const auto &profiling = *new auto(table(7, unsupported)), &settings = *new auto(table(2, accepted));
  return {
    {"ZE_extension_graph", machine::graph_extension(), graphs::table},
    {"ZE_extension_profiling_data", ze::version(1, 0), profiling.data()},
    {"ZE_experimental_mutable_command_list", ze::version(1, 1), nullptr},
    {"ZE_extension_command_queue_npu", ze::version(1, 1), settings.data()},
    {"ZE_extension_context_npu", ze::version(1, 0), settings.data()},
  };
}

}  // namespace

// MARK: The machine

char machine::driver, machine::device;

thread_local std::string last_message;

uint32_t machine::driver_version() { return static_cast<uint32_t>(Faults::now().number("driver", 1774500000)); }

/// Meteor Lake's by default.
uint32_t machine::device_id() { return static_cast<uint32_t>(Faults::now().number("device", 0x7D1D)); }

uint32_t machine::graph_extension() {
  unsigned major = 1, minor = 16;
  std::sscanf(Faults::now().text("extension", "1.16").c_str(), "%u.%u", &major, &minor);
  return ze::version(major, minor);
}

// MARK: Drivers

EXPORTED Result zeInit(uint32_t) {
  return guarded([] { return Faults::now().has("absent") ? ze::uninitialized : ze::success; });
}

EXPORTED Result zeDriverGet(uint32_t *count, void **drivers) {
  return guarded([&] { return list(!Faults::now().has("absent"), &machine::driver, count, drivers); });
}

EXPORTED Result zeInitDrivers(uint32_t *count, void **drivers, const ze::Chained *) {
  return guarded([&] {
    if (Faults::now().has("absent")) return ze::uninitialized;
    return list(true, &machine::driver, count, drivers);
  });
}

EXPORTED Result zeDriverGetApiVersion(void *driver, uint32_t *version) {
  if (!driver) return ze::invalid_null_handle;
  if (!version) return ze::invalid_null_pointer;
  *version = ze::version(1, 17);
  return ze::success;
}

EXPORTED Result zeDriverGetProperties(void *driver, ze::DriverProperties *properties) {
  if (!driver) return ze::invalid_null_handle;
  if (!properties) return ze::invalid_null_pointer;
  return guarded([&] {
    std::copy_n(driver_uuid, 16, properties->uuid);
    properties->driver_version = machine::driver_version();
    return ze::success;
  });
}

EXPORTED Result zeDriverGetExtensionProperties(void *driver, uint32_t *count, ze::ExtensionProperties *properties) {
  if (!driver) return ze::invalid_null_handle;
  if (!count) return ze::invalid_null_pointer;
  return guarded([&] {
    const auto all = extensions();
    const auto size = static_cast<uint32_t>(all.size());
    const uint32_t wanted = properties ? std::min(*count, size) : 0;
    for (uint32_t index = 0; index < wanted; ++index) {
      copy_name(properties[index].name, all[index].name);
      properties[index].version = all[index].version;
    }
    *count = properties ? wanted : size;
    return ze::success;
  });
}

EXPORTED Result zeDriverGetExtensionFunctionAddress(void *driver, const char *name, void **address) {
  if (!driver) return ze::invalid_null_handle;
  if (!name || !address) return ze::invalid_null_pointer;
  return guarded([&] {
    *address = nullptr;
    for (const auto &extension : extensions()) {
      // The plugin may ask for a version, too: ZE_extension_graph_1_5.
      const bool matches = std::strncmp(name, extension.name, std::strlen(extension.name)) == 0;
      if (matches && extension.table) *address = const_cast<void *>(extension.table);
    }
    return *address ? ze::success : ze::unsupported_feature;
  });
}

EXPORTED Result zelLoaderGetVersions(size_t *count, ze::LoaderVersion *versions) {
  if (!count) return ze::invalid_null_pointer;
  if (versions && *count > 0) {
    copy_name(versions->component, "loader");
    versions->specification = ze::version(1, 17);
    versions->major = 1;
    versions->minor = 27;
    versions->patch = 0;
  }
  *count = 1;
  return ze::success;
}

// MARK: The device

EXPORTED Result zeDeviceGet(void *driver, uint32_t *count, void **devices) {
  if (!driver) return ze::invalid_null_handle;
  return guarded([&] { return list(!Faults::now().has("absent"), &machine::device, count, devices); });
}

EXPORTED Result zeDeviceGetProperties(void *device, ze::DeviceProperties *properties) {
  if (!device) return ze::invalid_null_handle;
  if (!properties) return ze::invalid_null_pointer;
  return guarded([&] {
    const ze::Chained base = properties->base;
    *properties = {};
    properties->base = base;
    properties->kind = ze::device_kind_vpu;
    properties->vendor_id = 0x8086;
    properties->device_id = machine::device_id();
    properties->flags = ze::device_flag_integrated;
    properties->subdevice_id = 4;  // the stepping
    properties->core_clock_rate = 1400;
    properties->max_allocation = uint64_t{4} << 30;
    properties->max_hardware_contexts = 16;
    properties->max_command_queue_priority = 1;
    properties->slices = 2;  // tiles
    properties->timer_resolution = 38400000;
    properties->timestamp_valid_bits = properties->kernel_timestamp_valid_bits = 64;
    std::copy_n(device_uuid, 16, properties->uuid);
    copy_name(properties->name, "Intel(R) AI Boost (simulated)");
    return ze::success;
  });
}

EXPORTED Result zeDeviceGetCommandQueueGroupProperties(
  void *device, uint32_t *count, ze::QueueGroupProperties *properties) {
  if (!device) return ze::invalid_null_handle;
  if (!count) return ze::invalid_null_pointer;
  if (properties && *count > 0) {
    properties->flags = ze::queue_group_flag_compute;
    properties->max_memory_fill_pattern_size = 0;
    properties->queue_count = 1;
  }
  *count = properties ? std::min(*count, 1u) : 1;
  return ze::success;
}

EXPORTED Result zeDeviceGetExternalMemoryProperties(void *device, ze::ExternalMemoryProperties *properties) {
  if (!device) return ze::invalid_null_handle;
  if (!properties) return ze::invalid_null_pointer;
  properties->allocation_import = properties->allocation_export = 0;
  properties->image_import = properties->image_export = 0;
  return ze::success;
}

EXPORTED Result zeDevicePciGetPropertiesExt(void *device, ze::PCIProperties *properties) {
  if (!device) return ze::invalid_null_handle;
  if (!properties) return ze::invalid_null_pointer;
  properties->domain = properties->bus = properties->function = 0;
  properties->device = 0x0b;
  properties->generation = properties->width = -1;
  properties->max_bandwidth = -1;
  return ze::success;
}

// MARK: Contexts

EXPORTED Result zeContextCreate(void *driver, const ze::Chained *, void **created) {
  if (!driver) return ze::invalid_null_handle;
  if (!created) return ze::invalid_null_pointer;
  *created = &context;
  return ze::success;
}

EXPORTED Result zeContextDestroy(void *destroyed) { return destroyed ? ze::success : ze::invalid_null_handle; }

// MARK: Functions that the plugin looks for and Lorikeet does not need

#define UNSUPPORTED(name) EXPORTED Result name() { return ze::unsupported_feature; }

UNSUPPORTED(zeCommandListAppendEventReset) UNSUPPORTED(zeCommandListAppendImageCopy)
UNSUPPORTED(zeCommandListAppendImageCopyFromMemory) UNSUPPORTED(zeCommandListAppendImageCopyToMemory)
UNSUPPORTED(zeCommandListAppendLaunchKernel) UNSUPPORTED(zeCommandListAppendMemoryCopy)
UNSUPPORTED(zeCommandListAppendMemoryFill) UNSUPPORTED(zeCommandListAppendSignalEvent)
UNSUPPORTED(zeCommandListAppendWaitOnEvents) UNSUPPORTED(zeCommandListCreateImmediate)
UNSUPPORTED(zeCommandListHostSynchronize) UNSUPPORTED(zeDeviceGetCacheProperties)
UNSUPPORTED(zeDeviceGetComputeProperties) UNSUPPORTED(zeDeviceGetImageProperties)
UNSUPPORTED(zeDeviceGetMemoryAccessProperties) UNSUPPORTED(zeDeviceGetMemoryProperties)
UNSUPPORTED(zeDeviceGetModuleProperties) UNSUPPORTED(zeDeviceGetStatus) UNSUPPORTED(zeDeviceGetSubDevices)
UNSUPPORTED(zeEventCreate) UNSUPPORTED(zeEventDestroy) UNSUPPORTED(zeEventHostReset) UNSUPPORTED(zeEventHostSignal)
UNSUPPORTED(zeEventHostSynchronize) UNSUPPORTED(zeEventPoolCreate) UNSUPPORTED(zeEventPoolDestroy)
UNSUPPORTED(zeEventQueryKernelTimestamp) UNSUPPORTED(zeEventQueryStatus) UNSUPPORTED(zeImageCreate)
UNSUPPORTED(zeImageDestroy) UNSUPPORTED(zeKernelCreate) UNSUPPORTED(zeKernelDestroy)
UNSUPPORTED(zeKernelSetArgumentValue) UNSUPPORTED(zeKernelSetGroupSize) UNSUPPORTED(zeMemAllocDevice)
UNSUPPORTED(zeMemAllocShared) UNSUPPORTED(zeMemGetAddressRange) UNSUPPORTED(zeModuleBuildLogDestroy)
UNSUPPORTED(zeModuleBuildLogGetString) UNSUPPORTED(zeModuleCreate) UNSUPPORTED(zeModuleDestroy)
UNSUPPORTED(zeModuleGetKernelNames) UNSUPPORTED(zeModuleGetNativeBinary)
