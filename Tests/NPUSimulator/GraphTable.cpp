#include "GraphTable.hpp"

#include "Commands.hpp"
#include "Faults.hpp"
#include "Graphs.hpp"
#include "Machine.hpp"

#include <algorithm>
#include <sstream>

namespace {

using ze::Result;

Graph *graph_of(void *handle) { return static_cast<Graph *>(handle); }

Result unsupported() { return ze::unsupported_feature; }

// MARK: Creation

Result import(const ze::GraphDescription &description, const Faults &faults, std::shared_ptr<Network> &network) {
  Result result = ze::invalid_native_binary;
  if (faults.has("memory")) {
    result = ze::out_of_device_memory;
  } else if (!faults.has("import")) {
    result = Network::import(description.input, description.input_size, network);
  }
  log_call(result == ze::success ? "import" : "import refused");
  return result;
}

Result compile(const ze::GraphDescription &description, const Faults &faults, std::shared_ptr<Network> &network) {
  log_call("compile");
  if (faults.has("compile-slow")) {
    const double seconds = faults.number("compile-slow", 1);
    wait_while("compile-slow", seconds, seconds);
  }
  if (faults.has("memory")) {
    last_message = "Failed to allocate memory for the compiled network";
    return ze::out_of_device_memory;
  }
  if (faults.has("compile")) {
    last_message = faults.text("compile", "the compiler refuses the network");
    return ze::unknown;
  }
  network = Network::compile(description.input, description.input_size);
  return ze::success;
}

Result create(void *context, void *device, const ze::GraphDescription *description, void **graph) {
  last_message.clear();
  if (!context || !device) return ze::invalid_null_handle;
  if (!description || !graph || !description->input) return ze::invalid_null_pointer;
  return guarded([&]() -> Result {
    const Faults faults = Faults::now();
    std::shared_ptr<Network> network;
    Result result = ze::invalid_argument;
    if (description->format == ze::format_native) result = import(*description, faults, network);
    if (description->format == ze::format_ir) result = compile(*description, faults, network);
    if (result == ze::success) *graph = new Graph(network);
    return result;
  });
}

Result destroy_graph(void *graph) { return destroy<Graph>(graph); }

Result initialize(void *graph) { return graph ? ze::success : ze::invalid_null_handle; }

/// For drivers without pfnGraphInitialize; nothing has to be done here either.
Result append_initialize(void *list, void *graph, void *, uint32_t, void **) {
  return list && graph ? ze::success : ze::invalid_null_handle;
}

Result message(void *, uint32_t *size, char *text) { return copy_text(last_message, size, text); }

// MARK: Export

Result native_binary2(void *graph, size_t *size, const uint8_t **bytes) {
  if (!graph) return ze::invalid_null_handle;
  if (!size || !bytes) return ze::invalid_null_pointer;
  return guarded([&]() -> Result {
    const bool fails = Faults::now().has("export");
    log_call(fails ? "export refused" : "export");
    if (fails) return ze::unknown;
    const ov::Tensor &blob = graph_of(graph)->network->blob();
    *bytes = static_cast<const uint8_t *>(blob.data());
    *size = blob.get_byte_size();
    return ze::success;
  });
}

/// The former function, which copies.
Result native_binary(void *graph, size_t *size, uint8_t *bytes) {
  if (!graph) return ze::invalid_null_handle;
  if (!size) return ze::invalid_null_pointer;
  return guarded([&]() -> Result {
    const ov::Tensor &blob = graph_of(graph)->network->blob();
    if (bytes) {
      if (*size < blob.get_byte_size()) return ze::invalid_size;
      const uint8_t *source = nullptr;
      const Result result = native_binary2(graph, size, &source);
      if (result != ze::success) return result;
      std::memcpy(bytes, source, blob.get_byte_size());
    }
    *size = blob.get_byte_size();
    return ze::success;
  });
}

// MARK: Properties of graphs

/// - Parameter form: 1, 2 or 3, the version of the structure.
Result graph_properties(void *graph, ze::GraphProperties *properties, int form) {
  if (!graph) return ze::invalid_null_handle;
  if (!properties) return ze::invalid_null_pointer;
  const Network &network = *graph_of(graph)->network;
  properties->argument_count = static_cast<uint32_t>(network.arguments().size());
  if (form >= 2) properties->initialization = ze::initialized_by_function;
  if (form >= 3) {
    properties->flags =
      (network.is_imported ? ze::graph_is_precompiled : ze::graph_is_compiled) | ze::graph_has_own_memory;
  }
  return ze::success;
}

Result graph_properties1(void *graph, ze::GraphProperties *result) { return graph_properties(graph, result, 1); }
Result graph_properties2(void *graph, ze::GraphProperties *result) { return graph_properties(graph, result, 2); }
Result graph_properties3(void *graph, ze::GraphProperties *result) { return graph_properties(graph, result, 3); }

/// An element type's numbers as an argument's precision and as the type of its metadata.
struct ElementType {
  ov::element::Type type;
  uint32_t precision, metadata;
};

const ElementType element_types[] = {
  {ov::element::boolean, 0x0E, 2}, {ov::element::bf16, 0x09, 3}, {ov::element::f16, 0x02, 4},
  {ov::element::f32, 0x01, 5},     {ov::element::f64, 0x0F, 6},  {ov::element::i8, 0x07, 8},
  {ov::element::i16, 0x06, 9},     {ov::element::i32, 0x05, 10}, {ov::element::i64, 0x11, 11},
  {ov::element::u8, 0x04, 14},     {ov::element::u16, 0x03, 15}, {ov::element::u32, 0x0A, 16},
  {ov::element::u64, 0x10, 17},
};

ElementType element_type(const Network::Argument &argument) {
  for (const auto &known : element_types) {
    if (known.type == argument.port.get_element_type()) return known;
  }
  return {argument.port.get_element_type(), 0, 0};
}

/// The names of layouts by the number of dimensions: any, C, NC, CHW, NCHW, NCDHW.
const uint32_t layouts[] = {0x00, 0x60, 0xC1, 0x80, 0x01, 0x03};

template <typename Properties>
void describe_names(const Network::Argument &argument, Properties &properties) {
  copy_name(properties.friendly_name, argument.friendly_name);
  properties.tensor_name_count = 0;
  for (const auto &name : argument.port.get_names()) {
    if (properties.tensor_name_count < 32) copy_name(properties.tensor_names[properties.tensor_name_count++], name);
  }
}

const Network::Argument *argument_of(void *graph, uint32_t index) {
  const auto &arguments = graph_of(graph)->network->arguments();
  return index < arguments.size() ? &arguments[index] : nullptr;
}

Result argument_properties3(void *graph, uint32_t index, ze::ArgumentProperties *properties) {
  if (!graph) return ze::invalid_null_handle;
  if (!properties) return ze::invalid_null_pointer;
  return guarded([&]() -> Result {
    const auto *argument = argument_of(graph, index);
    if (!argument) return ze::invalid_argument;
    const auto shape = argument->port.get_shape();
    copy_name(properties->name, argument->friendly_name);
    properties->direction = argument->is_input ? ze::argument_is_input : ze::argument_is_output;
    std::fill_n(properties->dimensions, 5, 1);
    std::copy(shape.begin(), shape.end(), properties->dimensions);
    properties->network_precision = properties->device_precision = element_type(*argument).precision;
    properties->network_layout = properties->device_layout = layouts[shape.size()];
    properties->quantization_scale = 1;
    properties->quantization_zero_point = 0;
    properties->rank = static_cast<uint32_t>(shape.size());
    describe_names(*argument, *properties);
    for (auto *next = properties->base.next; next; next = next->next) {
      if (next->type != ze::type_argument_strides) continue;
      const_cast<ze::ArgumentStrides *>(reinterpret_cast<const ze::ArgumentStrides *>(next))->are_dynamic = false;
    }
    return ze::success;
  });
}

Result argument_metadata(void *graph, uint32_t index, ze::ArgumentMetadata *metadata) {
  if (!graph) return ze::invalid_null_handle;
  if (!metadata) return ze::invalid_null_pointer;
  return guarded([&]() -> Result {
    const auto *argument = argument_of(graph, index);
    if (!argument) return ze::invalid_argument;
    const auto shape = argument->port.get_shape();
    metadata->direction = argument->is_input ? ze::argument_is_input : ze::argument_is_output;
    metadata->element_type = element_type(*argument).metadata;
    std::copy(shape.begin(), shape.end(), metadata->shape);
    metadata->rank = static_cast<uint32_t>(shape.size());
    describe_names(*argument, *metadata);
    copy_name(metadata->input_name, argument->friendly_name);
    return ze::success;
  });
}

// MARK: Execution

Result set_argument(void *graph, uint32_t index, const void *value) {
  if (!graph) return ze::invalid_null_handle;
  std::lock_guard<std::mutex> lock(graph_of(graph)->mutex);
  auto &values = graph_of(graph)->values;
  if (index >= values.size()) return ze::invalid_argument;
  values[index] = value;
  return ze::success;
}

Result append_execute(void *list, void *graph, void *, void *, uint32_t, void **) {
  if (!list || !graph) return ze::invalid_null_handle;
  return guarded([&] {
    Command command;
    {
      std::lock_guard<std::mutex> lock(graph_of(graph)->mutex);
      command.values = graph_of(graph)->values;
    }
    command.inference = std::make_shared<Inference>(graph_of(graph)->network);
    auto *commands = static_cast<CommandList *>(list);
    std::lock_guard<std::mutex> lock(commands->mutex);
    commands->commands.push_back(command);
    return ze::success;
  });
}

// MARK: Properties of the device and its compiler

Result device_properties(void *device, ze::DeviceGraphProperties *properties) {
  if (!device) return ze::invalid_null_handle;
  if (!properties) return ze::invalid_null_pointer;
  return guarded([&] {
    properties->extension_version = machine::graph_extension();
    properties->compiler_major = 7;
    properties->compiler_minor = 5;
    properties->formats = ze::format_ir;
    properties->max_opset = 16;
    return ze::success;
  });
}

Result context_memory(void *context, uint32_t, ze::MemoryQuery *query) {
  if (!context) return ze::invalid_null_handle;
  if (!query) return ze::invalid_null_pointer;
  query->total = uint64_t{8} << 30;
  query->allocated = memory::allocated_bytes() + Network::allocated_bytes();
  return ze::success;
}

constexpr char compiler_options[] =
  "COMPILATION_NUM_THREADS EXECUTION_MODE_HINT INFERENCE_PRECISION_HINT LOG_LEVEL NPU_BATCH_MODE "
  "NPU_COMPILATION_MODE NPU_COMPILATION_MODE_PARAMS NPU_DMA_ENGINES NPU_DYNAMIC_SHAPE_TO_STATIC NPU_MAX_TILES "
  "NPU_PLATFORM NPU_QDQ_OPTIMIZATION NPU_STEPPING NPU_TILES PERFORMANCE_HINT PERF_COUNT";

Result options(void *device, uint32_t, size_t *size, char *text) {
  return device ? copy_text(compiler_options, size, text) : ze::invalid_null_handle;
}

Result is_option(void *device, uint32_t, const char *option, const char *) {
  if (!device) return ze::invalid_null_handle;
  if (!option) return ze::invalid_null_pointer;
  return guarded([&]() -> Result {
    std::istringstream known(compiler_options);
    for (std::string name; known >> name;) {
      if (name == option) return ze::success;
    }
    return ze::unsupported_feature;
  });
}

template <typename Function>
void *entry(Function *function) {
  return reinterpret_cast<void *>(function);
}

/// Functions that the plugin does not call, or not for Lorikeet.
void *const none = entry(unsupported);

}  // namespace

void *const graphs::table[31] = {
  // 1.0
  entry(create), entry(destroy_graph), entry(graph_properties1), none, entry(set_argument), entry(append_initialize),
  entry(append_execute), entry(native_binary), entry(device_properties),
  // 1.1, 1.2
  entry(argument_metadata), none, entry(argument_properties3),
  // 1.3: which layers are supported, for OpenVINO's HETERO plugin
  none, none, none,
  // 1.4, 1.5, 1.6, 1.7
  entry(message), entry(create), none, entry(context_memory), none, entry(native_binary2),
  // 1.8
  entry(graph_properties2), entry(initialize),
  // 1.11
  entry(options), entry(is_option),
  // 1.12
  none, entry(graph_properties3), none, none,
  // 1.15, 1.16
  none, none,
};
