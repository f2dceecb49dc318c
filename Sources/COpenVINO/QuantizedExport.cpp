// Rewrites ONNX Runtime's dynamic quantization as weight-only INT8.
//
// Such an export rounds each activation to eight bits at inference (`DynamicQuantizeLinear`), multiplies integers
// (`MatMulInteger`, `ConvInteger`) and scales the result. OpenVINO imports a layer of it as
//
//   activation   Subtract(Convert(steps), Convert(zero)), where
//                  steps = Convert<u8>(Clamp(Add(Round(Divide(Multiply(x, 255), range)), Convert(zero))))
//   weight       Subtract(Convert(bytes), Convert(zero)), all constant; for grouped convolutions behind a Reshape
//   layer        MatMul, Convolution or GroupConvolution of the two, in int32
//   result       Multiply(Convert<f32>(layer), Multiply(Divide(range, 255), weight scale))
//
// which is slow on processors, and which the compilers of accelerators reject. One step of the activation is
// `range / 255` on both sides, so that `result` is the layer of x itself and of `weight * weight scale`, except for the
// rounding of x. It is replaced by exactly that: x is no longer rounded, and the weight's integers stay.
//
// Large matrices stay in eight bits, in the form of `WeightCompression.cpp` and with the export's integers where these
// fit. All other weights become float32. Recurrent layers (`DynamicQuantizeLSTM`) need no change: they are imported
// with float activations.

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "EightBitWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

/// A layer of the export, and its float equivalent.
struct Group {
  std::shared_ptr<ov::Node> layer;
  /// The activation before rounding.
  Value input;
  /// The weight, u8 or i8.
  std::shared_ptr<op::Constant> bytes;
  /// Zero points and scales: [output channels].
  std::vector<float> zeros, scales;
  /// The value that later nodes read.
  Value result;
};

/// Returns the first input of the value's node if the node has the type.
template <typename Operation>
std::optional<Value> input_of(const Value &value) {
  if (!ov::is_type<Operation>(value.get_node())) return std::nullopt;
  return value.get_node()->input_value(0);
}

/// True if the value is a constant 255, the number of steps of eight bits.
bool is_number_of_steps(const Value &value) {
  const auto constant = folded(value);
  return constant && constant->get_element_type() == ov::element::f32 &&
         ov::shape_size(constant->get_shape()) == 1 && constant->get_data_ptr<float>()[0] == 255;
}

/// An activation before rounding, and the range that is divided into steps.
struct Activation {
  Value input, range;
};

std::optional<Activation> activation(const Value &integers) {
  if (!ov::is_type<op::Subtract>(integers.get_node())) return std::nullopt;
  const auto steps = input_of<op::Convert>(integers.get_node()->input_value(0));
  const auto zero = input_of<op::Convert>(integers.get_node()->input_value(1));
  if (!steps || !zero || steps->get_element_type() != ov::element::u8) return std::nullopt;
  const auto clamped = input_of<op::Convert>(*steps);
  const auto moved = clamped ? input_of<op::Clamp>(*clamped) : std::nullopt;
  const auto rounded = moved ? input_of<op::Add>(*moved) : std::nullopt;
  if (!rounded || input_of<op::Convert>(moved->get_node()->input_value(1)) != zero) return std::nullopt;
  const auto divided = input_of<op::Round>(*rounded);
  const auto multiplied = divided ? input_of<op::Divide>(*divided) : std::nullopt;
  const auto input = multiplied ? input_of<op::Multiply>(*multiplied) : std::nullopt;
  if (!input || !is_number_of_steps(multiplied->get_node()->input_value(1))) return std::nullopt;
  return Activation{*input, divided->get_node()->input_value(1)};
}

/// Returns the only node that reads the value if the node has the type; null otherwise.
template <typename Operation>
std::shared_ptr<ov::Node> only_reader(const Value &value) {
  const auto readers = value.get_target_inputs();
  if (readers.size() != 1) return nullptr;
  const auto node = readers.begin()->get_node()->shared_from_this();
  return ov::is_type<Operation>(node) ? node : nullptr;
}

/// Returns the other factor of a product with a factor that `is_known` accepts; nothing if there is none.
std::optional<Value> other_factor(const Value &product, const std::function<bool(const Value &)> &is_known) {
  if (!ov::is_type<op::Multiply>(product.get_node())) return std::nullopt;
  for (size_t side = 0; side < 2; ++side) {
    if (is_known(product.get_node()->input_value(side))) return product.get_node()->input_value(1 - side);
  }
  return std::nullopt;
}

/// Returns a value for each of `count` channels, whose axis is `behind` axes before the last, or repeats a scalar.
std::optional<std::vector<float>> each_channel(const Value &value, size_t count, size_t behind) {
  const auto constant = folded(value);
  if (!constant) return std::nullopt;
  const auto &shape = constant->get_shape();
  const auto elements = constant->cast_vector<float>();
  if (elements.size() == 1) return std::vector<float>(count, elements[0]);
  if (elements.size() != count || shape.size() <= behind || shape[shape.size() - 1 - behind] != count) {
    return std::nullopt;
  }
  return elements;
}

bool computes_in_integers(const ov::Node &node) {
  const bool is_layer = ov::is_type<op::MatMul>(&node) || ov::is_type<op::Convolution>(&node) ||
                        ov::is_type<op::GroupConvolution>(&node);
  return is_layer && node.get_input_element_type(0).is_integral_number();
}

std::optional<Group> group(const std::shared_ptr<ov::Node> &layer) {
  const auto product = ov::as_type_ptr<op::MatMul>(layer);
  if (product && (product->get_transpose_a() || product->get_transpose_b())) return std::nullopt;

  // The weight. The Reshape that splits it into groups keeps the order of the elements.
  auto plain = layer->input_value(1);
  if (ov::is_type<op::GroupConvolution>(layer)) plain = input_of<op::Reshape>(plain).value_or(plain);
  const auto elements = input_of<op::Subtract>(plain);
  const auto stored = elements ? input_of<op::Convert>(*elements) : std::nullopt;
  const auto bytes = stored ? ov::as_type_ptr<op::Constant>(stored->get_node_shared_ptr()) : nullptr;
  if (!bytes || bytes->get_element_type().size() != 1 || bytes->get_shape().size() < 2) return std::nullopt;
  const size_t count = product ? bytes->get_shape().back() : bytes->get_shape().front();
  const size_t spatial = bytes->get_shape().size() - 2;
  const auto zeros = each_channel(plain.get_node()->input_value(1), count, product ? 0 : spatial + 1);

  // The activation, the result, and their common scales.
  const auto source = activation(layer->input_value(0));
  const auto widened = only_reader<op::Convert>(layer->output(0));
  const auto scaled = widened ? only_reader<op::Multiply>(widened->output(0)) : nullptr;
  if (!zeros || !source || !scaled) return std::nullopt;
  const auto scale = other_factor(scaled, [&](const Value &factor) { return factor == widened->output(0); });
  const auto weight_scale = other_factor(*scale, [&](const Value &factor) {
    return input_of<op::Divide>(factor) == source->range &&
           is_number_of_steps(factor.get_node()->input_value(1));
  });
  const auto scales = weight_scale ? each_channel(*weight_scale, count, product ? 0 : spatial) : std::nullopt;
  if (!scales) return std::nullopt;
  return Group{layer, source->input, bytes, *zeros, *scales, scaled->output(0)};
}

/// Calls `body(index, channel, number)` for each element of the weight, without its zero point, in the order of `index`,
/// its place in the tensor.
template <typename Body>
void each_element(const Group &group, Body &&body) {
  const bool is_signed = group.bytes->get_element_type() == ov::element::i8;
  const auto bytes = static_cast<const uint8_t *>(group.bytes->get_data_ptr());
  const auto number = [&](size_t index, size_t channel) {
    const int byte = is_signed ? static_cast<int8_t>(bytes[index]) : bytes[index];
    body(index, channel, byte - static_cast<int>(group.zeros[channel]));
  };
  const size_t channels = group.scales.size();
  const size_t others = ov::shape_size(group.bytes->get_shape()) / channels;
  // Channels are the last axis of a matrix and the first of a kernel.
  if (ov::is_type<op::MatMul>(group.layer)) {
    for (size_t row = 0; row < others; ++row) {
      for (size_t channel = 0; channel < channels; ++channel) number(row * channels + channel, channel);
    }
  } else {
    for (size_t channel = 0; channel < channels; ++channel) {
      for (size_t place = 0; place < others; ++place) number(channel * others + place, channel);
    }
  }
}

std::shared_ptr<op::Constant> in_float(const Group &group) {
  ov::Tensor result(ov::element::f32, group.layer->get_input_shape(1));
  float *elements = result.data<float>();
  each_element(group, [&](size_t index, size_t channel, int number) {
    elements[index] = static_cast<float>(number) * group.scales[channel];
  });
  return std::make_shared<op::Constant>(result);
}

/// Returns the weight of a MatMul or of a pointwise convolution in signed bytes, for a product to read transposed.
///
/// Without their zero point, elements range from -255 to 255. A channel with an element outside a byte's range is
/// rounded to a coarser scale, so that its largest becomes 127; all others stay exact.
Value in_bytes(const Group &group) {
  const size_t channels = group.scales.size();
  std::vector<int> largest(channels, 0), smallest(channels, 0);
  each_element(group, [&](size_t, size_t channel, int number) {
    largest[channel] = std::max(largest[channel], number);
    smallest[channel] = std::min(smallest[channel], number);
  });
  std::vector<float> scales = group.scales, factors(channels, 1.0f);
  for (size_t channel = 0; channel < channels; ++channel) {
    if (largest[channel] <= 127 && smallest[channel] >= -128) continue;
    factors[channel] = 127.0f / static_cast<float>(std::max(largest[channel], -smallest[channel]));
    scales[channel] /= factors[channel];
  }
  const size_t inputs = ov::shape_size(group.bytes->get_shape()) / channels;
  ov::Tensor result(ov::element::i8, {channels, inputs});
  std::vector<int8_t *> rows(channels);
  for (size_t channel = 0; channel < channels; ++channel) rows[channel] = result.data<int8_t>() + channel * inputs;
  each_element(group, [&](size_t, size_t channel, int number) {
    *rows[channel]++ = static_cast<int8_t>(std::lrint(static_cast<float>(number) * factors[channel]));
  });
  return widened(result, scales);
}

void replace(const Group &group, size_t smallest) {
  const bool is_large = ov::shape_size(group.bytes->get_shape()) >= smallest;
  const auto convolution = ov::as_type_ptr<op::Convolution>(group.layer);
  if (is_large && convolution && is_pointwise(*convolution)) {
    return multiply_each_time(group.input, in_bytes(group), group.result);
  }
  const bool is_matrix = ov::is_type<op::MatMul>(group.layer) && group.bytes->get_shape().size() == 2;
  const std::shared_ptr<ov::Node> layer =
      is_large && is_matrix ? std::make_shared<op::MatMul>(group.input, in_bytes(group), false, true)
                            : group.layer->clone_with_new_inputs({group.input, in_float(group)});
  layer->set_friendly_name(group.layer->get_friendly_name());
  auto result = group.result;
  result.replace(layer->output(0));
}

}  // namespace

lk_failure lk_graph_rewrite_quantized(lk_graph *graph, size_t smallest, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      if (!computes_in_integers(*node)) continue;
      const auto found = group(node);
      if (!found) continue;
      replace(*found, smallest);
      ++count;
    }
    if (count > 0) graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}

lk_failure lk_graph_computes_in_integers(const lk_graph *graph, int *result) {
  return guarded([&] {
    const auto nodes = graph->model->get_ordered_ops();
    const auto in_integers = [](const auto &node) { return computes_in_integers(*node); };
    *result = std::any_of(nodes.begin(), nodes.end(), in_integers);
  });
}
