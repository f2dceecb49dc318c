// The nodes of weight-only INT8; see the header.

#include "EightBitWeights.hpp"

namespace op = ov::opset13;

namespace {

std::shared_ptr<ov::Node> time_and_channels_swapped(const ov::Output<ov::Node> &value) {
  return std::make_shared<op::Transpose>(value, op::Constant::create(ov::element::i64, {3}, {0, 2, 1}));
}

}  // namespace

namespace lorikeet {

std::shared_ptr<op::Constant> folded(
    const ov::Output<ov::Node> &value, bool (*through)(const ov::Node &)) {
  const auto node = value.get_node_shared_ptr();
  if (const auto constant = ov::as_type_ptr<op::Constant>(node)) return constant;
  if (node->get_input_size() == 0 || !through(*node)) return nullptr;
  // A static shape does not depend on the value.
  if (ov::is_type<op::ShapeOf>(node) && node->get_input_partial_shape(0).is_static()) {
    const auto shape = node->get_input_shape(0);
    return op::Constant::create(
        node->get_output_element_type(0), {shape.size()}, std::vector<int64_t>(shape.begin(), shape.end()));
  }
  if (ov::is_type<op::Reshape>(node) && node->get_output_partial_shape(0).is_static()) {
    const auto constant = folded(node->input_value(0), through);
    return constant ? std::make_shared<op::Constant>(*constant, node->get_output_shape(0)) : nullptr;
  }
  ov::OutputVector inputs;
  for (const auto &input : node->input_values()) {
    const auto constant = folded(input, through);
    if (!constant) return nullptr;
    inputs.push_back(constant);
  }
  ov::OutputVector results(node->get_output_size());
  const auto copy = node->clone_with_new_inputs(inputs);
  if (!copy->constant_fold(results, inputs)) return nullptr;
  return ov::as_type_ptr<op::Constant>(results[value.get_index()].get_node_shared_ptr());
}

ov::Output<ov::Node> widened(const ov::Tensor &bytes, const std::vector<float> &scales) {
  const auto elements =
      std::make_shared<op::Convert>(std::make_shared<op::Constant>(bytes), ov::element::f32);
  const auto scale = op::Constant::create(ov::element::f32, {scales.size(), 1}, scales);
  return std::make_shared<op::Multiply>(elements, scale)->output(0);
}

std::optional<ByteMatrix> byte_matrix(const ov::Output<ov::Node> &matrix) {
  const auto node = matrix.get_node();
  if (!ov::is_type<op::Multiply>(node) || !ov::is_type<op::Convert>(node->get_input_node_ptr(0))) {
    return std::nullopt;
  }
  const auto bytes = ov::as_type_ptr<op::Constant>(node->get_input_node_ptr(0)->get_input_node_shared_ptr(0));
  const auto scales = ov::as_type_ptr<op::Constant>(node->get_input_node_shared_ptr(1));
  if (!bytes || !scales || bytes->get_element_type() != ov::element::i8 || bytes->get_shape().size() != 2 ||
      scales->get_element_type() != ov::element::f32) {
    return std::nullopt;
  }
  return ByteMatrix{bytes, scales};
}

std::optional<ov::Output<ov::Node>> swish_argument(const ov::Node &node) {
  if (!ov::is_type<op::Multiply>(&node)) return std::nullopt;
  for (const size_t side : {0, 1}) {
    const auto value = node.input_value(side), gate = node.input_value(1 - side);
    if (ov::is_type<op::Sigmoid>(gate.get_node()) && gate.get_node()->input_value(0) == value) return value;
  }
  return std::nullopt;
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

void multiply_each_time(
    const ov::Output<ov::Node> &input, const ov::Output<ov::Node> &matrix, ov::Output<ov::Node> result) {
  // Exports swap the axes only for the convolution, and back: both swaps are removed.
  const auto each_time = swaps_time_and_channels(input.get_node())
                             ? input.get_node()->input_value(0)
                             : time_and_channels_swapped(input)->output(0);
  const auto product = std::make_shared<op::MatMul>(each_time, matrix, false, true);
  product->set_friendly_name(result.get_node()->get_friendly_name());
  replace_in_other_order(result, product);
}

void replace_in_other_order(ov::Output<ov::Node> value, const ov::Output<ov::Node> &swapped) {
  std::shared_ptr<ov::Node> back;
  for (const auto &reader : value.get_target_inputs()) {
    if (swaps_time_and_channels(reader.get_node())) {
      reader.get_node()->output(0).replace(swapped);
    } else {
      if (!back) back = time_and_channels_swapped(swapped);
      reader.replace_source_output(back);
    }
  }
}

}  // namespace lorikeet
