// The part of the binary interface of Level Zero and its NPU extensions that OpenVINO's NPU plugin uses, for x86-64.
//
// Names and values are those of the Level Zero specification 1.17 and of Intel's ze_graph_ext.h 1.16; each structure
// begins with its type and a pointer to the next one. Structures that are never read or written are left out.
#pragma once

#include <cstddef>
#include <cstdint>

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace ze {

enum Result : uint32_t {
  success = 0,
  not_ready = 1,
  device_lost = 0x70000001,
  out_of_host_memory = 0x70000002,
  out_of_device_memory = 0x70000003,
  uninitialized = 0x78000001,
  unsupported_version = 0x78000002,
  unsupported_feature = 0x78000003,
  invalid_argument = 0x78000004,
  invalid_null_handle = 0x78000005,
  invalid_null_pointer = 0x78000007,
  invalid_size = 0x78000008,
  invalid_native_binary = 0x7800000f,
  unknown = 0x7ffffffe,
};

constexpr uint32_t version(uint32_t major, uint32_t minor) { return major << 16 | minor; }

/// The beginning of every structure.
struct Chained {
  uint32_t type;
  const Chained *next;
};

// MARK: Driver and device

struct DriverProperties {
  Chained base;
  uint8_t uuid[16];
  uint32_t driver_version;
};

struct ExtensionProperties {
  char name[256];
  uint32_t version;
};

struct DeviceProperties {
  Chained base;
  uint32_t kind;
  uint32_t vendor_id;
  uint32_t device_id;
  uint32_t flags;
  uint32_t subdevice_id;
  uint32_t core_clock_rate;
  uint64_t max_allocation;
  uint32_t max_hardware_contexts;
  uint32_t max_command_queue_priority;
  uint32_t threads_per_eu;
  uint32_t physical_eu_simd_width;
  uint32_t eus_per_subslice;
  uint32_t subslices_per_slice;
  uint32_t slices;
  uint64_t timer_resolution;
  uint32_t timestamp_valid_bits;
  uint32_t kernel_timestamp_valid_bits;
  uint8_t uuid[16];
  char name[256];
};

constexpr uint32_t device_kind_vpu = 5;
constexpr uint32_t device_flag_integrated = 1;

struct QueueGroupProperties {
  Chained base;
  uint32_t flags;
  size_t max_memory_fill_pattern_size;
  uint32_t queue_count;
};

constexpr uint32_t queue_group_flag_compute = 1;

struct ExternalMemoryProperties {
  Chained base;
  uint32_t allocation_import;
  uint32_t allocation_export;
  uint32_t image_import;
  uint32_t image_export;
};

struct PCIProperties {
  Chained base;
  uint32_t domain, bus, device, function;
  int32_t generation, width;
  int64_t max_bandwidth;
};

struct AllocationProperties {
  Chained base;
  uint32_t kind;
  uint64_t id;
  uint64_t page_size;
};

constexpr uint32_t memory_kind_unknown = 0;
constexpr uint32_t memory_kind_host = 1;

struct LoaderVersion {
  char component[64];
  uint32_t specification;
  int32_t major, minor, patch;
};

// MARK: Commands

/// Replaces an argument of a command that is in a list already, behind the next pointer of the description.
struct MutableGraphArgument {
  Chained base;
  uint64_t command;
  uint32_t index;
  const void *value;
};

constexpr uint32_t type_mutable_graph_argument = 0x00020020;
constexpr uint32_t type_former_mutable_graph_argument = 7;

// MARK: Graphs

constexpr uint32_t format_native = 1;
constexpr uint32_t format_ir = 2;

/// What a graph is created from. The first form ends before `flags`.
struct GraphDescription {
  Chained base;
  uint32_t format;
  size_t input_size;
  const uint8_t *input;
  const char *build_flags;
  uint32_t flags;
};

struct DeviceGraphProperties {
  Chained base;
  uint32_t extension_version;
  uint16_t compiler_major, compiler_minor;
  uint32_t formats;
  uint32_t max_opset;
};

/// The properties of a graph. Earlier forms end before `initialization` or before `flags`.
struct GraphProperties {
  Chained base;
  uint32_t argument_count;
  uint32_t initialization;
  uint32_t flags;
};

constexpr uint32_t initialized_by_function = 2;
constexpr uint32_t graph_is_compiled = 1 << 1;
constexpr uint32_t graph_is_precompiled = 1 << 2;
constexpr uint32_t graph_has_own_memory = 1 << 3;

constexpr uint32_t argument_is_input = 0;
constexpr uint32_t argument_is_output = 1;

struct ArgumentProperties {
  Chained base;
  char name[256];
  uint32_t direction;
  uint32_t dimensions[5];
  uint32_t network_precision, network_layout;
  uint32_t device_precision, device_layout;
  float quantization_scale;
  uint8_t quantization_zero_point;
  uint32_t rank;
  char friendly_name[256];
  char tensor_names[32][256];
  uint32_t tensor_name_count;
};

constexpr uint32_t type_argument_strides = 9;

struct ArgumentStrides {
  Chained base;
  bool are_dynamic;
};

struct ArgumentMetadata {
  Chained base;
  uint32_t direction;
  char friendly_name[256];
  uint32_t element_type;
  uint64_t shape[8];
  uint32_t rank;
  char tensor_names[32][256];
  uint32_t tensor_name_count;
  char input_name[256];
};

struct MemoryQuery {
  uint64_t total;
  uint64_t allocated;
};

static_assert(sizeof(ExtensionProperties) == 260);
static_assert(sizeof(DeviceProperties) == 368);
static_assert(sizeof(MutableGraphArgument) == 40);
static_assert(sizeof(GraphDescription) == 56);
static_assert(sizeof(DeviceGraphProperties) == 32);
static_assert(sizeof(GraphProperties) == 32);
static_assert(sizeof(ArgumentProperties) == 8776);
static_assert(sizeof(ArgumentMetadata) == 8800);
static_assert(sizeof(MemoryQuery) == 16);

}  // namespace ze
