// The exported functions of Level Zero's loader: the driver, its one device and its extensions.

#include "Faults.hpp"
#include "GraphTable.hpp"
#include "Machine.hpp"

#include <algorithm>
#include <vector>

namespace {

using ze::Result;

char context;

const uint8_t driverUUID[16] = {0x01, 0x7d, 0xe9, 0x31, 0x6b, 0x4d, 0x4f, 0xd4,
                                0xaa, 0x9b, 0x5b, 0xed, 0x77, 0xfc, 0x8e, 0x89};
const uint8_t deviceUUID[16] = {0x80, 0xd1, 0xd1, 0x1e, 0xb7, 0x38, 0x11, 0xea,
                                0xb3, 0xde, 0x02, 0x42, 0xac, 0x13, 0x00, 0x04};

/// The memory types of which NPU 4 and 5 can import the application's own.
constexpr uint32_t standardAllocation = 0x100;

/// Returns the handles of a kind of which there is one, or none: the number alone, if there is no place for handles.
Result list(bool isPresent, void *only, uint32_t *count, void **handles) {
    if (!count) return ze::invalidNullPointer;
    if (handles && *count > 0 && isPresent) handles[0] = only;
    *count = isPresent ? (handles ? std::min(*count, 1u) : 1) : 0;
    return ze::success;
}

Result unsupported() { return ze::unsupportedFeature; }

Result accepted(void *object) { return object ? ze::success : ze::invalidNullHandle; }

void *const rejectingTable[7] = {
    reinterpret_cast<void *>(unsupported), reinterpret_cast<void *>(unsupported),
    reinterpret_cast<void *>(unsupported), reinterpret_cast<void *>(unsupported),
    reinterpret_cast<void *>(unsupported), reinterpret_cast<void *>(unsupported),
    reinterpret_cast<void *>(unsupported),
};

void *const acceptingTable[2] = {reinterpret_cast<void *>(accepted), reinterpret_cast<void *>(accepted)};

struct Extension {
    const char *name;
    uint32_t version;
    /// Its functions; null if the name alone says what the driver can do.
    const void *table;
};

std::vector<Extension> extensions() {
    return {
        {"ZE_extension_graph", machine::graphExtension(), graphs::table},
        {"ZE_extension_profiling_data", ze::version(1, 0), rejectingTable},
        {"ZE_experimental_mutable_command_list", ze::version(1, 1), nullptr},
        {"ZE_extension_command_queue_npu", ze::version(1, 1), acceptingTable},
        {"ZE_extension_context_npu", ze::version(1, 0), acceptingTable},
        {"ZE_extension_external_memmap_sysmem", ze::version(1, 0), nullptr},
    };
}

}  // namespace

// MARK: The machine

char machine::driver, machine::device;

thread_local std::string lastMessage;

uint32_t machine::driverVersion() { return static_cast<uint32_t>(Faults::now().number("driver", 1774500000)); }

/// Meteor Lake's by default.
uint32_t machine::deviceID() { return static_cast<uint32_t>(Faults::now().number("device", 0x7D1D)); }

uint32_t machine::graphExtension() {
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
    if (!driver) return ze::invalidNullHandle;
    if (!version) return ze::invalidNullPointer;
    *version = ze::version(1, 17);
    return ze::success;
}

EXPORTED Result zeDriverGetProperties(void *driver, ze::DriverProperties *properties) {
    if (!driver) return ze::invalidNullHandle;
    if (!properties) return ze::invalidNullPointer;
    return guarded([&] {
        std::copy_n(driverUUID, 16, properties->uuid);
        properties->driverVersion = machine::driverVersion();
        return ze::success;
    });
}

EXPORTED Result zeDriverGetExtensionProperties(void *driver, uint32_t *count, ze::ExtensionProperties *properties) {
    if (!driver) return ze::invalidNullHandle;
    if (!count) return ze::invalidNullPointer;
    return guarded([&] {
        const auto all = extensions();
        const auto size = static_cast<uint32_t>(all.size());
        const uint32_t wanted = properties ? std::min(*count, size) : 0;
        for (uint32_t index = 0; index < wanted; ++index) {
            copyName(properties[index].name, all[index].name);
            properties[index].version = all[index].version;
        }
        *count = properties ? wanted : size;
        return ze::success;
    });
}

EXPORTED Result zeDriverGetExtensionFunctionAddress(void *driver, const char *name, void **address) {
    if (!driver) return ze::invalidNullHandle;
    if (!name || !address) return ze::invalidNullPointer;
    return guarded([&] {
        *address = nullptr;
        for (const auto &extension : extensions()) {
            // The plugin may ask for a version, too: ZE_extension_graph_1_5.
            const bool matches = std::strncmp(name, extension.name, std::strlen(extension.name)) == 0;
            if (matches && extension.table) *address = const_cast<void *>(extension.table);
        }
        return *address ? ze::success : ze::unsupportedFeature;
    });
}

EXPORTED Result zelLoaderGetVersions(size_t *count, ze::LoaderVersion *versions) {
    if (!count) return ze::invalidNullPointer;
    if (versions && *count > 0) {
        copyName(versions->component, "loader");
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
    if (!driver) return ze::invalidNullHandle;
    return guarded([&] { return list(!Faults::now().has("absent"), &machine::device, count, devices); });
}

EXPORTED Result zeDeviceGetProperties(void *device, ze::DeviceProperties *properties) {
    if (!device) return ze::invalidNullHandle;
    if (!properties) return ze::invalidNullPointer;
    return guarded([&] {
        const ze::Chained base = properties->base;
        *properties = {};
        properties->base = base;
        properties->kind = ze::deviceKindVPU;
        properties->vendorID = 0x8086;
        properties->deviceID = machine::deviceID();
        properties->flags = ze::deviceFlagIntegrated;
        properties->subdeviceID = 4;  // the stepping
        properties->coreClockRate = 1400;
        properties->maxAllocation = uint64_t{4} << 30;
        properties->maxHardwareContexts = 16;
        properties->maxCommandQueuePriority = 1;
        properties->slices = 2;  // tiles
        properties->timerResolution = 38400000;
        properties->timestampValidBits = properties->kernelTimestampValidBits = 64;
        std::copy_n(deviceUUID, 16, properties->uuid);
        copyName(properties->name, "Intel(R) AI Boost (simulated)");
        return ze::success;
    });
}

EXPORTED Result zeDeviceGetCommandQueueGroupProperties(
    void *device, uint32_t *count, ze::QueueGroupProperties *properties) {
    if (!device) return ze::invalidNullHandle;
    if (!count) return ze::invalidNullPointer;
    if (properties && *count > 0) {
        properties->flags = ze::queueGroupFlagCompute;
        properties->maxMemoryFillPatternSize = 0;
        properties->queueCount = 1;
    }
    *count = properties ? std::min(*count, 1u) : 1;
    return ze::success;
}

EXPORTED Result zeDeviceGetExternalMemoryProperties(void *device, ze::ExternalMemoryProperties *properties) {
    if (!device) return ze::invalidNullHandle;
    if (!properties) return ze::invalidNullPointer;
    properties->allocationImport = standardAllocation;
    properties->allocationExport = properties->imageImport = properties->imageExport = 0;
    return ze::success;
}

EXPORTED Result zeDevicePciGetPropertiesExt(void *device, ze::PCIProperties *properties) {
    if (!device) return ze::invalidNullHandle;
    if (!properties) return ze::invalidNullPointer;
    properties->domain = properties->bus = properties->function = 0;
    properties->device = 0x0b;
    properties->generation = properties->width = -1;
    properties->maxBandwidth = -1;
    return ze::success;
}

// MARK: Contexts

EXPORTED Result zeContextCreate(void *driver, const ze::Chained *, void **created) {
    if (!driver) return ze::invalidNullHandle;
    if (!created) return ze::invalidNullPointer;
    *created = &context;
    return ze::success;
}

EXPORTED Result zeContextDestroy(void *destroyed) { return destroyed ? ze::success : ze::invalidNullHandle; }

// MARK: Functions that the plugin looks for and Lorikeet does not need

#define UNSUPPORTED(name) \
    EXPORTED Result name() { return ze::unsupportedFeature; }

UNSUPPORTED(zeCommandListAppendEventReset)
UNSUPPORTED(zeCommandListAppendImageCopy)
UNSUPPORTED(zeCommandListAppendImageCopyFromMemory)
UNSUPPORTED(zeCommandListAppendImageCopyToMemory)
UNSUPPORTED(zeCommandListAppendLaunchKernel)
UNSUPPORTED(zeCommandListAppendMemoryCopy)
UNSUPPORTED(zeCommandListAppendMemoryFill)
UNSUPPORTED(zeCommandListAppendSignalEvent)
UNSUPPORTED(zeCommandListAppendWaitOnEvents)
UNSUPPORTED(zeCommandListCreateImmediate)
UNSUPPORTED(zeCommandListHostSynchronize)
UNSUPPORTED(zeDeviceGetCacheProperties)
UNSUPPORTED(zeDeviceGetComputeProperties)
UNSUPPORTED(zeDeviceGetImageProperties)
UNSUPPORTED(zeDeviceGetMemoryAccessProperties)
UNSUPPORTED(zeDeviceGetMemoryProperties)
UNSUPPORTED(zeDeviceGetModuleProperties)
UNSUPPORTED(zeDeviceGetStatus)
UNSUPPORTED(zeDeviceGetSubDevices)
UNSUPPORTED(zeEventCreate)
UNSUPPORTED(zeEventDestroy)
UNSUPPORTED(zeEventHostReset)
UNSUPPORTED(zeEventHostSignal)
UNSUPPORTED(zeEventHostSynchronize)
UNSUPPORTED(zeEventPoolCreate)
UNSUPPORTED(zeEventPoolDestroy)
UNSUPPORTED(zeEventQueryKernelTimestamp)
UNSUPPORTED(zeEventQueryStatus)
UNSUPPORTED(zeImageCreate)
UNSUPPORTED(zeImageDestroy)
UNSUPPORTED(zeKernelCreate)
UNSUPPORTED(zeKernelDestroy)
UNSUPPORTED(zeKernelSetArgumentValue)
UNSUPPORTED(zeKernelSetGroupSize)
UNSUPPORTED(zeMemAllocDevice)
UNSUPPORTED(zeMemAllocShared)
UNSUPPORTED(zeMemGetAddressRange)
UNSUPPORTED(zeModuleBuildLogDestroy)
UNSUPPORTED(zeModuleBuildLogGetString)
UNSUPPORTED(zeModuleCreate)
UNSUPPORTED(zeModuleDestroy)
UNSUPPORTED(zeModuleGetKernelNames)
UNSUPPORTED(zeModuleGetNativeBinary)
