#include "GraphTable.hpp"

#include "Commands.hpp"
#include "Faults.hpp"
#include "Graphs.hpp"
#include "Machine.hpp"

#include <algorithm>
#include <sstream>

namespace {

using ze::Result;

Graph *graphOf(void *handle) { return static_cast<Graph *>(handle); }

Result unsupported() { return ze::unsupportedFeature; }

// MARK: Creation

Result import(const ze::GraphDescription &description, const Faults &faults, std::shared_ptr<Network> &network) {
    Result result = ze::invalidNativeBinary;
    if (faults.has("memory")) {
        result = ze::outOfDeviceMemory;
    } else if (!faults.has("import")) {
        result = Network::import(description.input, description.inputSize, network);
    }
    logCall(result == ze::success ? "import" : "import refused");
    return result;
}

Result compile(const ze::GraphDescription &description, const Faults &faults, std::shared_ptr<Network> &network) {
    logCall("compile");
    if (faults.has("compile-slow")) {
        const double seconds = faults.number("compile-slow", 1);
        waitWhile("compile-slow", seconds, seconds);
    }
    if (faults.has("memory")) {
        lastMessage = "Failed to allocate memory for the compiled network";
        return ze::outOfDeviceMemory;
    }
    if (faults.has("compile")) {
        lastMessage = faults.text("compile", "the compiler refuses the network");
        return ze::unknown;
    }
    network = Network::compile(description.input, description.inputSize);
    return ze::success;
}

Result create(void *context, void *device, const ze::GraphDescription *description, void **graph) {
    lastMessage.clear();
    if (!context || !device) return ze::invalidNullHandle;
    if (!description || !graph || !description->input) return ze::invalidNullPointer;
    return guarded([&]() -> Result {
        const Faults faults = Faults::now();
        std::shared_ptr<Network> network;
        Result result = ze::invalidArgument;
        if (description->format == ze::formatNative) result = import(*description, faults, network);
        if (description->format == ze::formatIR) result = compile(*description, faults, network);
        if (result == ze::success) *graph = new Graph(network);
        return result;
    });
}

/// - Parameter log: Where a handle of the messages is returned; there is none.
Result create3(void *context, void *device, const ze::GraphDescription *description, void **graph, void **log) {
    if (log) *log = nullptr;
    return create(context, device, description, graph);
}

Result destroyGraph(void *graph) { return destroy<Graph>(graph); }

Result initialize(void *graph) { return graph ? ze::success : ze::invalidNullHandle; }

/// For drivers without pfnGraphInitialize; nothing has to be done here either.
Result appendInitialize(void *list, void *graph, void *, uint32_t, void **) {
    return list && graph ? ze::success : ze::invalidNullHandle;
}

Result message(void *, uint32_t *size, char *text) { return copyText(lastMessage, size, text); }

// MARK: Export

Result nativeBinary2(void *graph, size_t *size, const uint8_t **bytes) {
    if (!graph) return ze::invalidNullHandle;
    if (!size || !bytes) return ze::invalidNullPointer;
    return guarded([&]() -> Result {
        const bool fails = Faults::now().has("export");
        logCall(fails ? "export refused" : "export");
        if (fails) return ze::unknown;
        const ov::Tensor &blob = graphOf(graph)->network->blob();
        *bytes = static_cast<const uint8_t *>(blob.data());
        *size = blob.get_byte_size();
        return ze::success;
    });
}

/// The former function, which copies.
Result nativeBinary(void *graph, size_t *size, uint8_t *bytes) {
    if (!graph) return ze::invalidNullHandle;
    if (!size) return ze::invalidNullPointer;
    return guarded([&]() -> Result {
        const ov::Tensor &blob = graphOf(graph)->network->blob();
        if (bytes) {
            if (*size < blob.get_byte_size()) return ze::invalidSize;
            const uint8_t *source = nullptr;
            const Result result = nativeBinary2(graph, size, &source);
            if (result != ze::success) return result;
            std::memcpy(bytes, source, blob.get_byte_size());
        }
        *size = blob.get_byte_size();
        return ze::success;
    });
}

// MARK: Properties of graphs

/// - Parameter form: 1, 2 or 3, the version of the structure.
Result graphProperties(void *graph, ze::GraphProperties *properties, int form) {
    if (!graph) return ze::invalidNullHandle;
    if (!properties) return ze::invalidNullPointer;
    const Network &network = *graphOf(graph)->network;
    properties->argumentCount = static_cast<uint32_t>(network.arguments().size());
    if (form >= 2) properties->initialization = ze::initializedByFunction;
    if (form >= 3) {
        properties->flags =
            (network.isImported ? ze::graphIsPrecompiled : ze::graphIsCompiled) | ze::graphHasOwnMemory;
    }
    return ze::success;
}

Result graphProperties1(void *graph, ze::GraphProperties *properties) { return graphProperties(graph, properties, 1); }
Result graphProperties2(void *graph, ze::GraphProperties *properties) { return graphProperties(graph, properties, 2); }
Result graphProperties3(void *graph, ze::GraphProperties *properties) { return graphProperties(graph, properties, 3); }

/// An element type's numbers as an argument's precision and as the type of its metadata.
struct ElementType {
    ov::element::Type type;
    uint32_t precision, metadata;
};

const ElementType elementTypes[] = {
    {ov::element::boolean, 0x0E, 2}, {ov::element::bf16, 0x09, 3}, {ov::element::f16, 0x02, 4},
    {ov::element::f32, 0x01, 5},     {ov::element::f64, 0x0F, 6},  {ov::element::i8, 0x07, 8},
    {ov::element::i16, 0x06, 9},     {ov::element::i32, 0x05, 10}, {ov::element::i64, 0x11, 11},
    {ov::element::u8, 0x04, 14},     {ov::element::u16, 0x03, 15}, {ov::element::u32, 0x0A, 16},
    {ov::element::u64, 0x10, 17},
};

ElementType elementType(const Network::Argument &argument) {
    for (const auto &known : elementTypes) {
        if (known.type == argument.port.get_element_type()) return known;
    }
    return {argument.port.get_element_type(), 0, 0};
}

/// The names of layouts by the number of dimensions: any, C, NC, CHW, NCHW, NCDHW.
const uint32_t layouts[] = {0x00, 0x60, 0xC1, 0x80, 0x01, 0x03};

template <typename Properties>
void describeNames(const Network::Argument &argument, Properties &properties) {
    copyName(properties.friendlyName, argument.friendlyName);
    properties.tensorNameCount = 0;
    for (const auto &name : argument.port.get_names()) {
        if (properties.tensorNameCount < 32) copyName(properties.tensorNames[properties.tensorNameCount++], name);
    }
}

const Network::Argument *argumentOf(void *graph, uint32_t index) {
    const auto &arguments = graphOf(graph)->network->arguments();
    return index < arguments.size() ? &arguments[index] : nullptr;
}

/// - Parameter form: 1, 2 or 3, the version of the structure.
Result argumentProperties(void *graph, uint32_t index, ze::ArgumentProperties *properties, int form) {
    if (!graph) return ze::invalidNullHandle;
    if (!properties) return ze::invalidNullPointer;
    return guarded([&]() -> Result {
        const auto *argument = argumentOf(graph, index);
        if (!argument) return ze::invalidArgument;
        const auto shape = argument->port.get_shape();
        copyName(properties->name, argument->friendlyName);
        properties->direction = argument->isInput ? ze::argumentIsInput : ze::argumentIsOutput;
        std::fill_n(properties->dimensions, 5, 1);
        std::copy(shape.begin(), shape.end(), properties->dimensions);
        properties->networkPrecision = properties->devicePrecision = elementType(*argument).precision;
        properties->networkLayout = properties->deviceLayout = layouts[shape.size()];
        if (form >= 2) {
            properties->quantizationScale = 1;
            properties->quantizationZeroPoint = 0;
        }
        if (form >= 3) {
            properties->rank = static_cast<uint32_t>(shape.size());
            describeNames(*argument, *properties);
            for (auto *next = properties->base.next; next; next = next->next) {
                if (next->type != ze::typeArgumentStrides) continue;
                const_cast<ze::ArgumentStrides *>(reinterpret_cast<const ze::ArgumentStrides *>(next))->areDynamic = false;
            }
        }
        return ze::success;
    });
}

Result argumentProperties1(void *graph, uint32_t index, ze::ArgumentProperties *properties) {
    return argumentProperties(graph, index, properties, 1);
}
Result argumentProperties2(void *graph, uint32_t index, ze::ArgumentProperties *properties) {
    return argumentProperties(graph, index, properties, 2);
}
Result argumentProperties3(void *graph, uint32_t index, ze::ArgumentProperties *properties) {
    return argumentProperties(graph, index, properties, 3);
}

Result argumentMetadata(void *graph, uint32_t index, ze::ArgumentMetadata *metadata) {
    if (!graph) return ze::invalidNullHandle;
    if (!metadata) return ze::invalidNullPointer;
    return guarded([&]() -> Result {
        const auto *argument = argumentOf(graph, index);
        if (!argument) return ze::invalidArgument;
        const auto shape = argument->port.get_shape();
        metadata->direction = argument->isInput ? ze::argumentIsInput : ze::argumentIsOutput;
        metadata->elementType = elementType(*argument).metadata;
        std::copy(shape.begin(), shape.end(), metadata->shape);
        metadata->rank = static_cast<uint32_t>(shape.size());
        describeNames(*argument, *metadata);
        copyName(metadata->inputName, argument->friendlyName);
        return ze::success;
    });
}

// MARK: Execution

Result setArgument(void *graph, uint32_t index, const void *value) {
    if (!graph) return ze::invalidNullHandle;
    std::lock_guard<std::mutex> lock(graphOf(graph)->mutex);
    auto &values = graphOf(graph)->values;
    if (index >= values.size()) return ze::invalidArgument;
    values[index] = value;
    return ze::success;
}

/// The later function, whose value is a chain of structures.
Result setArgument2(void *graph, uint32_t index, const void *value) {
    for (auto *next = static_cast<const ze::Chained *>(value); next; next = next->next) {
        if (next->type != ze::typeArgumentTensor) continue;
        return setArgument(graph, index, reinterpret_cast<const ze::ArgumentTensor *>(next)->address);
    }
    return ze::invalidArgument;
}

Result appendExecute(void *list, void *graph, void *, void *, uint32_t, void **) {
    if (!list || !graph) return ze::invalidNullHandle;
    return guarded([&] {
        Command command;
        {
            std::lock_guard<std::mutex> lock(graphOf(graph)->mutex);
            command.values = graphOf(graph)->values;
        }
        command.inference = std::make_shared<Inference>(graphOf(graph)->network);
        auto *commands = static_cast<CommandList *>(list);
        std::lock_guard<std::mutex> lock(commands->mutex);
        commands->commands.push_back(command);
        return ze::success;
    });
}

Result evict(void *graph) { return graph ? ze::success : ze::invalidNullHandle; }

// MARK: Properties of the device and its compiler

Result deviceProperties(void *device, ze::DeviceGraphProperties *properties) {
    if (!device) return ze::invalidNullHandle;
    if (!properties) return ze::invalidNullPointer;
    return guarded([&] {
        properties->extensionVersion = machine::graphExtension();
        properties->compilerMajor = 7;
        properties->compilerMinor = 5;
        properties->formats = ze::formatIR;
        properties->maxOpset = 16;
        return ze::success;
    });
}

Result deviceProperties2(void *device, ze::DeviceGraphProperties2 *properties) {
    const Result result = deviceProperties(device, properties ? &properties->first : nullptr);
    if (result == ze::success) {
        std::fill_n(properties->elf, 3, 1);
        std::fill_n(properties->runtime, 3, 1);
    }
    return result;
}

Result contextMemory(void *context, uint32_t, ze::MemoryQuery *query) {
    if (!context) return ze::invalidNullHandle;
    if (!query) return ze::invalidNullPointer;
    query->total = uint64_t{8} << 30;
    query->allocated = memory::allocatedBytes() + Network::allocatedBytes();
    return ze::success;
}

constexpr char compilerOptions[] =
    "COMPILATION_NUM_THREADS EXECUTION_MODE_HINT INFERENCE_PRECISION_HINT LOG_LEVEL NPU_BATCH_MODE "
    "NPU_COMPILATION_MODE NPU_COMPILATION_MODE_PARAMS NPU_DMA_ENGINES NPU_DYNAMIC_SHAPE_TO_STATIC NPU_MAX_TILES "
    "NPU_PLATFORM NPU_QDQ_OPTIMIZATION NPU_STEPPING NPU_TILES PERFORMANCE_HINT PERF_COUNT";

Result options(void *device, uint32_t, size_t *size, char *text) {
    return device ? copyText(compilerOptions, size, text) : ze::invalidNullHandle;
}

Result isOption(void *device, uint32_t, const char *option, const char *) {
    if (!device) return ze::invalidNullHandle;
    if (!option) return ze::invalidNullPointer;
    return guarded([&]() -> Result {
        std::istringstream known(compilerOptions);
        for (std::string name; known >> name;) {
            if (name == option) return ze::success;
        }
        return ze::unsupportedFeature;
    });
}

template <typename Function>
void *entry(Function *function) {
    return reinterpret_cast<void *>(function);
}

}  // namespace

void *const graphs::table[31] = {
    // 1.0
    entry(create), entry(destroyGraph), entry(graphProperties1), entry(argumentProperties1), entry(setArgument),
    entry(appendInitialize), entry(appendExecute), entry(nativeBinary), entry(deviceProperties),
    // 1.1, 1.2
    entry(argumentMetadata), entry(argumentProperties2), entry(argumentProperties3),
    // 1.3: queries which layers are supported, for OpenVINO's HETERO plugin
    entry(unsupported), entry(unsupported), entry(unsupported),
    // 1.4, 1.5, 1.6, 1.7
    entry(message), entry(create), entry(unsupported), entry(contextMemory), entry(deviceProperties2),
    entry(nativeBinary2),
    // 1.8
    entry(graphProperties2), entry(initialize),
    // 1.11
    entry(options), entry(isOption),
    // 1.12
    entry(create3), entry(graphProperties3), entry(message), entry(unsupported),
    // 1.15, 1.16
    entry(setArgument2), entry(evict),
};
