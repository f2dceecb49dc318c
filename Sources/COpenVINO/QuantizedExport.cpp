// ONNX Runtime's dynamic quantization becomes weight-only INT8.
//
// Such an export rounds each activation to eight bits at inference (`DynamicQuantizeLinear`), multiplies integers
// (`MatMulInteger`, `ConvInteger`) and scales the result. OpenVINO imports a layer of it as
//
//   activation   Subtract(Convert(steps), Convert(zero)), where
//                  steps = Convert<u8>(Clamp(Add(Round(Divide(Multiply(x, 255), range)), Convert(zero))))
//   weight       integers less their zero point, all constant; for grouped convolutions behind a Reshape
//   layer        MatMul, Convolution or GroupConvolution of the two, in int32
//   result       Multiply(Convert<f32>(layer), Multiply(Divide(range, 255), weight scale))
//
// which is slow on processors, and which compilers of accelerators refuse. One step of the activation is
// `range / 255` on both sides, so that `result` is the layer of x itself and of `weight * weight scale`, but for the
// rounding of x. That is what it becomes: x is not rounded any more, the weight's integers stay.
//
// Large matrices stay in eight bits, as `WeightCompression.cpp` makes them, and with the numbers of the export where
// these fit. All other weights become float32. Recurrent layers (`DynamicQuantizeLSTM`) need nothing: they are
// imported with float activations.

#include <algorithm>
#include <cmath>
#include <optional>

#include "EightBitWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

/// A layer of the export, and what it stands for.
struct Group {
  std::shared_ptr<ov::Node> layer;
  /// The activation before it was rounded.
  Value input;
  /// int32, without zero point.
  std::shared_ptr<op::Constant> weight;
  /// One for each output channel.
  std::vector<float> scales;
  /// What others read.
  Value result;

  /// The last axis of a matrix, the first one or two of a kernel.
  bool channels_come_last() const { return ov::is_type<op::MatMul>(layer) && !is_transposed(); }
  bool is_transposed() const {
    const auto product = ov::as_type<const op::MatMul>(layer.get());
    return product && product->get_transpose_b();
  }
};

bool any_node(const ov::Node &) { return true; }

/// The node's input if the node is of a type, else nothing.
template <typename Operation>
std::optional<Value> input_of(const Value &value, size_t index = 0) {
  if (!ov::is_type<Operation>(value.get_node())) return std::nullopt;
  return value.get_node()->input_value(index);
}

/// Whether the value is a constant 255: the steps that eight bits have.
bool is_number_of_steps(const Value &value) {
  const auto constant = folded(value, any_node);
  return constant && constant->get_element_type() == ov::element::f32 &&
         ov::shape_size(constant->get_shape()) == 1 && constant->get_data_ptr<float>()[0] == 255;
}

/// An activation before it was rounded, and the range that was divided into steps.
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

/// The one node that reads the value, if it is of the type.
template <typename Operation>
std::shared_ptr<ov::Node> only_reader(const Value &value) {
  const auto readers = value.get_target_inputs();
  if (readers.size() != 1) return nullptr;
  const auto node = readers.begin()->get_node()->shared_from_this();
  return ov::is_type<Operation>(node) ? node : nullptr;
}

/// The factor of a product that is not `known`; nothing if `known` is no factor.
std::optional<Value> other_factor(const Value &product, const std::function<bool(const Value &)> &is_known) {
  if (!ov::is_type<op::Multiply>(product.get_node())) return std::nullopt;
  for (size_t side = 0; side < 2; ++side) {
    if (is_known(product.get_node()->input_value(side))) return product.get_node()->input_value(1 - side);
  }
  return std::nullopt;
}

/// The weight scale for each of `count` output channels, which lie `behind` axes before a result's last.
std::optional<std::vector<float>> scales(const Value &value, size_t count, size_t behind) {
  const auto constant = folded(value, any_node);
  if (!constant || constant->get_element_type() != ov::element::f32) return std::nullopt;
  const auto &shape = constant->get_shape();
  const auto numbers = constant->cast_vector<float>();
  if (numbers.size() == 1) return std::vector<float>(count, numbers[0]);
  if (numbers.size() != count || shape.size() <= behind || shape[shape.size() - 1 - behind] != count) {
    return std::nullopt;
  }
  return numbers;
}

bool is_layer(const ov::Node &node) {
  return ov::is_type<op::MatMul>(&node) || ov::is_type<op::Convolution>(&node) ||
         ov::is_type<op::GroupConvolution>(&node);
}

bool computes_in_integers(const ov::Node &node) {
  return is_layer(node) && node.get_input_element_type(0).is_integral_number();
}

std::optional<Group> group(const std::shared_ptr<ov::Node> &layer) {
  Group result{layer, {}, folded(layer->input_value(1), any_node), {}, {}};
  const auto source = activation(layer->input_value(0));
  const auto widened = only_reader<op::Convert>(layer->output(0));
  const auto scaled = widened ? only_reader<op::Multiply>(widened->output(0)) : nullptr;
  if (!source || !result.weight || !scaled || result.weight->get_element_type() != ov::element::i32) {
    return std::nullopt;
  }
  const auto both = other_factor(scaled, [&](const Value &factor) { return factor == widened->output(0); });
  const auto weight_scale = other_factor(*both, [&](const Value &factor) {
    return input_of<op::Divide>(factor) == source->range &&
           is_number_of_steps(factor.get_node()->input_value(1));
  });
  const auto &shape = result.weight->get_shape();
  if (!weight_scale || shape.size() < 2) return std::nullopt;
  const bool is_grouped = ov::is_type<op::GroupConvolution>(layer);
  const bool is_product = ov::is_type<op::MatMul>(layer);
  const size_t count = is_grouped                    ? shape[0] * shape[1]
                       : result.channels_come_last() ? shape.back()
                       : is_product                  ? shape[shape.size() - 2]
                                                     : shape[0];
  const size_t behind = is_product ? 0 : shape.size() - (is_grouped ? 3 : 2);
  const auto each_channel = scales(*weight_scale, count, behind);
  if (!each_channel) return std::nullopt;
  result.input = source->input;
  result.scales = *each_channel;
  result.result = scaled->output(0);
  return result;
}

/// Calls `body(index, channel)` for each number of the weight.
template <typename Body>
void each_number(const Group &group, Body &&body) {
  const size_t channels = group.scales.size();
  const size_t count = ov::shape_size(group.weight->get_shape());
  // Of a stack of transposed matrices each has all channels.
  const auto &shape = group.weight->get_shape();
  const size_t run = group.is_transposed() ? shape.back() : count / channels;
  for (size_t index = 0; index < count; ++index) {
    body(index, group.channels_come_last() ? index % channels : index / run % channels);
  }
}

std::shared_ptr<op::Constant> in_float(const Group &group) {
  const auto numbers = group.weight->get_data_ptr<int32_t>();
  ov::Tensor result(ov::element::f32, group.weight->get_shape());
  each_number(group, [&](size_t index, size_t channel) {
    result.data<float>()[index] = static_cast<float>(numbers[index]) * group.scales[channel];
  });
  return std::make_shared<op::Constant>(result);
}

/// The weight, which is a matrix, in signed bytes.
///
/// Unsigned numbers reach from -255 to 255 once their zero point is gone. A channel with one that no byte holds is
/// rounded to a coarser scale, so that its largest becomes 127; all others stay exact.
Value in_bytes(const Group &group) {
  const auto numbers = group.weight->get_data_ptr<int32_t>();
  std::vector<int32_t> largest(group.scales.size(), 0), smallest(group.scales.size(), 0);
  each_number(group, [&](size_t index, size_t channel) {
    largest[channel] = std::max(largest[channel], numbers[index]);
    smallest[channel] = std::min(smallest[channel], numbers[index]);
  });
  std::vector<float> factors(group.scales.size(), 1.0f), scales = group.scales;
  for (size_t channel = 0; channel < scales.size(); ++channel) {
    if (largest[channel] <= 127 && smallest[channel] >= -128) continue;
    factors[channel] = 127.0f / static_cast<float>(std::max(largest[channel], -smallest[channel]));
    scales[channel] /= factors[channel];
  }
  const auto &shape = group.weight->get_shape();
  ov::Tensor bytes(ov::element::i8, {shape[0], shape[1]});
  each_number(group, [&](size_t index, size_t channel) {
    const auto number = std::lrint(static_cast<float>(numbers[index]) * factors[channel]);
    bytes.data<int8_t>()[index] = static_cast<int8_t>(number);
  });
  return widened(bytes, scales, !group.channels_come_last());
}

void replace(const Group &group, size_t smallest) {
  const bool is_large = ov::shape_size(group.weight->get_shape()) >= smallest;
  const auto convolution = ov::as_type_ptr<op::Convolution>(group.layer);
  if (is_large && convolution && is_pointwise(*convolution)) {
    return multiply_each_time(group.input, in_bytes(group), group.result);
  }
  const bool is_matrix = ov::is_type<op::MatMul>(group.layer) && group.weight->get_shape().size() == 2;
  const Value weight = is_large && is_matrix ? in_bytes(group) : in_float(group)->output(0);
  const auto layer = group.layer->clone_with_new_inputs({group.input, weight});
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
    *result = std::any_of(nodes.begin(), nodes.end(), [](const auto &node) { return computes_in_integers(*node); });
  });
}
