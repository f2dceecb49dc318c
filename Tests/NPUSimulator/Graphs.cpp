#include "Graphs.hpp"

#include "Machine.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <stdexcept>

namespace {

/// The beginning of a blob. The weights follow, and then the text of the representation.
struct alignas(64) Header {
  char magic[8];
  uint64_t size;
  uint32_t driver_version;
  uint32_t device_id;
  uint64_t weights_size;
  uint64_t text_size;
  uint64_t checksum;
};

std::atomic<uint64_t> blob_bytes{0};

constexpr char magic[8] = {'S', 'I', 'M', 'N', 'P', 'U', '0', '1'};

uint64_t checksum(const uint8_t *bytes, size_t size) {
  uint64_t sum = 1469598103934665603u;
  for (; size >= 8; bytes += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    sum = (sum ^ word) * 1099511628211u;
  }
  for (; size > 0; ++bytes, --size) sum = (sum ^ *bytes) * 1099511628211u;
  return sum;
}

/// Never destroyed: threads of the application can still be in it when the process ends.
ov::Core &core() {
  static ov::Core *core = new ov::Core;
  return *core;
}

/// Reads numbers and ranges from the buffer that the plugin hands to a compiler.
class Reader {
public:
  Reader(const uint8_t *bytes, size_t size) : bytes(bytes), left(size) {}

  const uint8_t *take(uint64_t size) {
    if (size > left) throw std::runtime_error("the model is cut off");
    const uint8_t *taken = bytes;
    bytes += size;
    left -= size;
    return taken;
  }

  template <typename Number>
  Number number() {
    Number number;
    std::memcpy(&number, take(sizeof number), sizeof number);
    return number;
  }

private:
  const uint8_t *bytes;
  size_t left;
};

}  // namespace

std::shared_ptr<Network> Network::compile(const uint8_t *input, size_t size) {
  Reader reader(input, size);
  reader.number<uint32_t>();  // the compiler's version
  if (reader.number<uint32_t>() != 2) throw std::runtime_error("the model has not two parts, text and weights");
  Header header{};
  std::memcpy(header.magic, magic, sizeof magic);
  header.text_size = reader.number<uint64_t>();
  const uint8_t *text = reader.take(header.text_size);
  header.weights_size = reader.number<uint64_t>();
  const uint8_t *weights = reader.take(header.weights_size);
  header.size = sizeof header + header.weights_size + header.text_size;
  header.driver_version = machine::driver_version();
  header.device_id = machine::device_id();

  ov::Tensor blob(ov::element::u8, {header.size});
  auto *bytes = static_cast<uint8_t *>(blob.data());
  uint8_t *body = bytes + sizeof header;
  // Without weights, the pointers are those of empty ranges.
  if (header.weights_size > 0) std::memcpy(body, weights, header.weights_size);
  if (header.text_size > 0) std::memcpy(body + header.weights_size, text, header.text_size);
  header.checksum = checksum(body, header.size - sizeof header);
  std::memcpy(bytes, &header, sizeof header);
  return std::shared_ptr<Network>(new Network(blob));
}

ze::Result Network::import(const uint8_t *input, size_t size, std::shared_ptr<Network> &network) {
  Header header;
  if (size < sizeof header) return ze::invalid_native_binary;
  std::memcpy(&header, input, sizeof header);
  if (std::memcmp(header.magic, magic, sizeof magic) != 0) return ze::invalid_native_binary;
  if (header.driver_version != machine::driver_version() || header.device_id != machine::device_id()) {
    return ze::unsupported_version;
  }
  if (header.size < sizeof header || header.size > size) return ze::invalid_native_binary;
  const uint64_t body_size = header.size - sizeof header;
  if (header.weights_size > body_size || header.text_size != body_size - header.weights_size
    || header.checksum != checksum(input + sizeof header, body_size)) {
    return ze::invalid_native_binary;
  }
  ov::Tensor blob(ov::element::u8, {header.size});
  std::memcpy(blob.data(), input, header.size);
  network.reset(new Network(blob));
  network->is_imported = true;
  return ze::success;
}

Network::Network(ov::Tensor blob) : bytes(blob) {
  Header header;
  auto *start = static_cast<uint8_t *>(bytes.data());
  std::memcpy(&header, start, sizeof header);
  uint8_t *weights = start + sizeof header;
  const std::string text(reinterpret_cast<char *>(weights) + header.weights_size, header.text_size);
  const auto model = core().read_model(
    text, header.weights_size > 0 ? ov::Tensor(ov::element::u8, {header.weights_size}, weights) : ov::Tensor());
  for (const auto &parameter : model->get_parameters()) {
    if (parameter->get_output_partial_shape(0).is_dynamic()) {
      // Intel's compiler says so of Parakeet's encoder.
      throw std::runtime_error(
        "Reshape node '/pre_encode/Reshape': expected exactly 1 dynamic output bound dimension, got 2");
    }
  }
  compiled = core().compile_model(
    model, "CPU",
    // Arithmetic that does not depend on the processor, so that texts do not.
    ov::hint::inference_precision(ov::element::f32), ov::hint::dynamic_quantization_group_size(0));
  for (const auto &port : compiled.inputs()) {
    ports.push_back({true, port, port.get_node()->get_friendly_name()});
  }
  for (const auto &port : compiled.outputs()) {
    // A result has the name of the node that it takes its value from.
    ports.push_back({false, port, port.get_node()->get_input_node_ptr(0)->get_friendly_name()});
  }
  for (const auto &argument : ports) {
    if (argument.port.get_partial_shape().is_dynamic()) throw std::runtime_error("an output has a dynamic shape");
    if (argument.port.get_shape().size() > 5) throw std::runtime_error("a tensor has more than five dimensions");
  }
  blob_bytes += bytes.get_byte_size();
}

Network::~Network() { blob_bytes -= bytes.get_byte_size(); }

uint64_t Network::allocated_bytes() { return blob_bytes; }

Inference::Inference(std::shared_ptr<Network> network)
  : network(network), request(network->compiled.create_infer_request()) {}

ze::Result Inference::run(const std::vector<const void *> &values, bool with_na_n, bool with_zeros) {
  std::lock_guard<std::mutex> lock(mutex);
  const auto &arguments = network->arguments();
  if (values.size() != arguments.size()) return ze::invalid_argument;
  for (size_t index = 0; index < arguments.size(); ++index) {
    if (!values[index]) return ze::invalid_argument;
    const auto &port = arguments[index].port;
    request.set_tensor(
      port, ov::Tensor(port.get_element_type(), port.get_shape(), const_cast<void *>(values[index])));
  }
  request.infer();
  for (const auto &argument : arguments) {
    if (argument.is_input || !(with_na_n || with_zeros)) continue;
    ov::Tensor tensor = request.get_tensor(argument.port);
    if (with_zeros) {
      std::memset(tensor.data(), 0, tensor.get_byte_size());
    } else if (tensor.get_element_type() == ov::element::f32) {
      std::fill_n(tensor.data<float>(), tensor.get_size(), std::numeric_limits<float>::quiet_NaN());
    }
  }
  return ze::success;
}
