// The part of Level Zero's and the NPU extensions' binary interface that OpenVINO's NPU plugin uses, declared for x86-64.
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
    notReady = 1,
    deviceLost = 0x70000001,
    outOfHostMemory = 0x70000002,
    outOfDeviceMemory = 0x70000003,
    uninitialized = 0x78000001,
    unsupportedVersion = 0x78000002,
    unsupportedFeature = 0x78000003,
    invalidArgument = 0x78000004,
    invalidNullHandle = 0x78000005,
    invalidNullPointer = 0x78000007,
    invalidSize = 0x78000008,
    invalidNativeBinary = 0x7800000f,
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
    uint32_t driverVersion;
};

struct ExtensionProperties {
    char name[256];
    uint32_t version;
};

struct DeviceProperties {
    Chained base;
    uint32_t kind;
    uint32_t vendorID;
    uint32_t deviceID;
    uint32_t flags;
    uint32_t subdeviceID;
    uint32_t coreClockRate;
    uint64_t maxAllocation;
    uint32_t maxHardwareContexts;
    uint32_t maxCommandQueuePriority;
    uint32_t threadsPerEU;
    uint32_t physicalEUSIMDWidth;
    uint32_t eusPerSubslice;
    uint32_t subslicesPerSlice;
    uint32_t slices;
    uint64_t timerResolution;
    uint32_t timestampValidBits;
    uint32_t kernelTimestampValidBits;
    uint8_t uuid[16];
    char name[256];
};

constexpr uint32_t deviceKindVPU = 5;
constexpr uint32_t deviceFlagIntegrated = 1;

struct QueueGroupProperties {
    Chained base;
    uint32_t flags;
    size_t maxMemoryFillPatternSize;
    uint32_t queueCount;
};

constexpr uint32_t queueGroupFlagCompute = 1;

struct ExternalMemoryProperties {
    Chained base;
    uint32_t allocationImport;
    uint32_t allocationExport;
    uint32_t imageImport;
    uint32_t imageExport;
};

struct PCIProperties {
    Chained base;
    uint32_t domain, bus, device, function;
    int32_t generation, width;
    int64_t maxBandwidth;
};

struct AllocationProperties {
    Chained base;
    uint32_t kind;
    uint64_t id;
    uint64_t pageSize;
};

constexpr uint32_t memoryKindUnknown = 0;
constexpr uint32_t memoryKindHost = 1;

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

constexpr uint32_t typeMutableGraphArgument = 0x00020020;
constexpr uint32_t typeFormerMutableGraphArgument = 7;

// MARK: Graphs

constexpr uint32_t formatNative = 1;
constexpr uint32_t formatIR = 2;

/// What a graph is created from. The former description ends before `flags`.
struct GraphDescription {
    Chained base;
    uint32_t format;
    size_t inputSize;
    const uint8_t *input;
    const char *buildFlags;
    uint32_t flags;
};

/// The properties of the compiler. The later form has `elf` and `runtime`, too.
struct DeviceGraphProperties {
    Chained base;
    uint32_t extensionVersion;
    uint16_t compilerMajor, compilerMinor;
    uint32_t formats;
    uint32_t maxOpset;
};

struct DeviceGraphProperties2 {
    DeviceGraphProperties first;
    uint32_t elf[3];
    uint32_t runtime[3];
};

/// The properties of a graph. Earlier forms end before `initialization` or before `flags`.
struct GraphProperties {
    Chained base;
    uint32_t argumentCount;
    uint32_t initialization;
    uint32_t flags;
};

constexpr uint32_t initializedByFunction = 2;
constexpr uint32_t graphIsCompiled = 1 << 1;
constexpr uint32_t graphIsPrecompiled = 1 << 2;
constexpr uint32_t graphHasOwnMemory = 1 << 3;

constexpr uint32_t argumentIsInput = 0;
constexpr uint32_t argumentIsOutput = 1;

/// An argument's properties. Earlier forms end before `quantizationScale` or before `rank`.
struct ArgumentProperties {
    Chained base;
    char name[256];
    uint32_t direction;
    uint32_t dimensions[5];
    uint32_t networkPrecision, networkLayout;
    uint32_t devicePrecision, deviceLayout;
    float quantizationScale;
    uint8_t quantizationZeroPoint;
    uint32_t rank;
    char friendlyName[256];
    char tensorNames[32][256];
    uint32_t tensorNameCount;
};

constexpr uint32_t typeArgumentStrides = 9;

struct ArgumentStrides {
    Chained base;
    bool areDynamic;
};

struct ArgumentMetadata {
    Chained base;
    uint32_t direction;
    char friendlyName[256];
    uint32_t elementType;
    uint64_t shape[8];
    uint32_t rank;
    char tensorNames[32][256];
    uint32_t tensorNameCount;
    char inputName[256];
};

constexpr uint32_t typeArgumentTensor = 0xA;

/// The address of a tensor, as pfnSetArgumentValue2 takes it.
struct ArgumentTensor {
    Chained base;
    const void *address;
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
