// Weight-only INT8: the constant weights of large layers become `Constant(i8) -> Convert -> Multiply(scale)`,
// symmetric, with one scale for each output channel. Arithmetic stays floating point: the kernels keep the eight
// bits in memory and widen them inside the layer, so that a quarter of the bytes are read.
//
// Layers are found by what they are, not by name:
//   - a MatMul with a constant matrix, also behind Convert, Transpose, Reshape, Squeeze or Unsqueeze;
//   - a Convolution of width 1 over time, which is a MatMul and becomes one. The processor's convolutions would
//     widen eight bits to float32 when they are loaded, and take more memory than before.
// All else stays as it is: other convolutions (depthwise kernels have a handful of numbers to a scale, those of the
// subsampling are small), embeddings, recurrent layers (no kernel reads them in eight bits), and small weights.

#include <algorithm>
#include <cmath>
#include <openvino/opsets/opset13.hpp>

#include "Handles.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

/// Whether the node only moves or widens the numbers of its first input.
bool only_rearranges(const ov::Node *node) {
  return ov::is_type<op::Convert>(node) || ov::is_type<op::Transpose>(node) ||
         ov::is_type<op::Reshape>(node) || ov::is_type<op::Squeeze>(node) ||
         ov::is_type<op::Unsqueeze>(node);
}

/// The value as one constant; nothing if it depends on an input or is computed.
std::shared_ptr<op::Constant> folded(const ov::Output<ov::Node> &value) {
  const auto node = value.get_node_shared_ptr();
  if (const auto constant = ov::as_type_ptr<op::Constant>(node)) return constant;
  if (!only_rearranges(node.get())) return nullptr;
  ov::OutputVector inputs;
  for (const auto &input : node->input_values()) {
    const auto constant = folded(input);
    if (!constant) return nullptr;
    inputs.push_back(constant);
  }
  ov::OutputVector results(1);
  const auto copy = node->clone_with_new_inputs(inputs);
  if (!copy->constant_fold(results, inputs)) return nullptr;
  return ov::as_type_ptr<op::Constant>(results[0].get_node_shared_ptr());
}

/// The layer's second input if it is a large float32 constant.
std::shared_ptr<op::Constant> large_weight(const ov::Node *layer, size_t smallest) {
  const auto &shape = layer->get_input_partial_shape(1);
  if (layer->get_input_element_type(1) != ov::element::f32 || shape.is_dynamic() ||
      ov::shape_size(shape.to_shape()) < smallest) {
    return nullptr;
  }
  return folded(layer->input_value(1));
}

std::shared_ptr<ov::Node> time_and_channels_swapped(const ov::Output<ov::Node> &value) {
  return std::make_shared<op::Transpose>(value, op::Constant::create(ov::element::i64, {3}, {0, 2, 1}));
}

bool swaps_time_and_channels(const ov::Node *node) {
  if (!ov::is_type<op::Transpose>(node)) return false;
  const auto order = ov::as_type<const op::Constant>(node->get_input_node_ptr(1));
  return order && order->cast_vector<int64_t>() == std::vector<int64_t>{0, 2, 1};
}

bool is_pointwise(const op::Convolution &layer) {
  const auto &weight = layer.get_input_partial_shape(1);
  return weight.is_static() && weight.size() == 3 && weight[2] == 1 &&
         layer.get_strides() == ov::Strides{1} && layer.get_pads_begin() == ov::CoordinateDiff{0} &&
         layer.get_pads_end() == ov::CoordinateDiff{0};
}

/// A convolution of width 1, [B, C, T] -> [B, O, T], as a multiplication with its weight [O, C].
std::shared_ptr<op::MatMul> as_multiplication(
    const std::shared_ptr<ov::Node> &layer, const std::shared_ptr<op::Constant> &weight) {
  const auto shape = weight->get_shape();
  const auto matrix = std::make_shared<op::Constant>(*weight, ov::Shape{shape[0], shape[1]});
  auto input = layer->input_value(0);
  // Exports swap the axes just for the convolution, and back: then nothing is left to swap.
  input = swaps_time_and_channels(input.get_node()) ? input.get_node()->input_value(0)
                                                    : time_and_channels_swapped(input)->output(0);
  const auto product = std::make_shared<op::MatMul>(input, matrix, false, true);
  product->set_friendly_name(layer->get_friendly_name());
  std::shared_ptr<ov::Node> swapped;
  for (const auto &reader : layer->output(0).get_target_inputs()) {
    if (swaps_time_and_channels(reader.get_node())) {
      reader.get_node()->output(0).replace(product->output(0));
    } else {
      if (!swapped) swapped = time_and_channels_swapped(product);
      reader.replace_source_output(swapped);
    }
  }
  return product;
}

/// The matrix in eight bits, widened again: what the layer reads from now on.
///
/// `rows_are_channels` tells which axis of the matrix has a scale for each place: the other is summed over.
ov::Output<ov::Node> quantized(const op::Constant &matrix, bool rows_are_channels) {
  const auto shape = matrix.get_shape();
  const float *numbers = matrix.get_data_ptr<float>();
  std::vector<float> scales(rows_are_channels ? shape[0] : shape[1], 0.0f);
  const auto each = [&](auto &&body) {
    for (size_t row = 0; row < shape[0]; ++row) {
      for (size_t column = 0; column < shape[1]; ++column) {
        body(row * shape[1] + column, rows_are_channels ? row : column);
      }
    }
  };
  each([&](size_t index, size_t channel) {
    OPENVINO_ASSERT(std::isfinite(numbers[index]), "a weight is not a finite number");
    scales[channel] = std::max(scales[channel], std::fabs(numbers[index]));
  });
  // The largest number of a channel becomes 127; a channel of zeros stays one.
  for (auto &scale : scales) scale = scale > 0 ? scale / 127 : 1;
  ov::Tensor bytes(ov::element::i8, shape);
  each([&](size_t index, size_t channel) {
    const long rounded = std::lrint(numbers[index] / scales[channel]);
    bytes.data<int8_t>()[index] = static_cast<int8_t>(std::clamp(rounded, -127L, 127L));
  });
  const auto widened =
      std::make_shared<op::Convert>(std::make_shared<op::Constant>(bytes), ov::element::f32);
  const ov::Shape each_channel = rows_are_channels ? ov::Shape{shape[0], 1} : ov::Shape{1, shape[1]};
  const auto scale = op::Constant::create(ov::element::f32, each_channel, scales);
  return std::make_shared<op::Multiply>(widened, scale)->output(0);
}

}  // namespace

lk_failure lk_graph_compress_weights(lk_graph *graph, size_t smallest, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      auto layer = ov::as_type_ptr<op::MatMul>(node);
      const auto convolution = ov::as_type_ptr<op::Convolution>(node);
      if (!layer && !(convolution && is_pointwise(*convolution))) continue;
      const auto weight = large_weight(node.get(), smallest);
      if (!weight) continue;
      if (convolution) layer = as_multiplication(node, weight);
      const auto matrix = folded(layer->input_value(1));
      if (matrix->get_shape().size() != 2) continue;
      layer->input(1).replace_source_output(quantized(*matrix, layer->get_transpose_b()));
      ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
