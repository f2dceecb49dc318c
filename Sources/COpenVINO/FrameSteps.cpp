// The operations of a graph as steps of frame programs; see the header.

#include "FrameSteps.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

/// A program that ends with its only result, and continues here.
bool whole(const FrameProgram &program, std::deque<Step> &front, Value &before) {
  if (program.get_output_size() != 1 || program.program().back().kind != LK_FRAME_STORE) return false;
  for (const auto &step : program.program()) {
    if (step.constants >= 0) return false;
    Step next{step.kind, step.number};
    if (step.input >= 0) next.values = program.input_value(step.input);
    next.count = step.count;
    if (step.output < 0) front.push_back(next);
  }
  before = program.input_value(program.program()[0].input);
  return true;
}

bool gate(
    const ov::Node &node, std::deque<Step> &front, Value &before, std::set<const ov::Node *> &taken) {
  if (!ov::is_type<op::Multiply>(&node)) return false;
  const auto value = node.input_value(0);
  const auto sigmoid = node.get_input_node_ptr(1);
  const auto halves = ov::as_type<op::Split>(value.get_node());
  if (!halves || halves->get_num_splits() != 2 || value.get_index() != 0 || !ov::is_type<op::Sigmoid>(sigmoid) ||
      sigmoid->input_value(0) != halves->output(1) || integers(halves->input_value(1)) != std::vector<int64_t>{2}) {
    return false;
  }
  front = {{LK_FRAME_GATE}};
  before = halves->input_value(0);
  taken.insert({sigmoid, halves});
  return width(before) > 0;
}

bool norm(const ov::Node &node, std::deque<Step> &front, Value &before) {
  const auto norm = ov::as_type<const op::MVN>(&node);
  if (!norm || !norm->get_normalize_variance() || norm->get_eps_mode() != ov::op::MVNEpsMode::INSIDE_SQRT) {
    return false;
  }
  const auto axes = integers(node.input_value(1));
  if (axes != std::vector<int64_t>{-1} && axes != std::vector<int64_t>{2}) return false;
  front = {{LK_FRAME_NORMALIZE, norm->get_eps()}};
  before = node.input_value(0);
  return true;
}

bool product(const ov::Node &node, std::deque<Step> &front, Value &before) {
  for (const size_t side : {0, 1}) {
    before = node.input_value(1 - side);
    const auto other = node.input_value(side);
    if (width(before) == 0 || width(before) != width(node.get_output_partial_shape(0))) continue;
    const auto &shape = other.get_partial_shape();
    if (const auto constant = floats(other)) {
      const size_t count = ov::shape_size(constant->get_shape());
      if (count != 1 && count != width(before)) continue;
      front = count == 1 ? std::deque<Step>{{LK_FRAME_MULTIPLY, constant->cast_vector<float>()[0]}}
                         : std::deque<Step>{{LK_FRAME_MULTIPLY_CHANNELS, 0, std::nullopt, constant}};
      return true;
    }
    if (shape.rank() == 3 && shape[2] == 1) {
      front = {{LK_FRAME_SCALE, 0, other}};
      return true;
    }
  }
  return false;
}

bool sum(const ov::Node &node, std::deque<Step> &front, Value &before) {
  for (const size_t side : {0, 1}) {
    before = node.input_value(1 - side);
    const auto constant = floats(node.input_value(side));
    if (!constant || width(before) == 0 || ov::shape_size(constant->get_shape()) != width(before)) continue;
    front = {{LK_FRAME_ADD_CHANNELS, 0, std::nullopt, constant}};
    return true;
  }
  // A residual is the side that others read, too; a layer's output has this reader alone.
  for (const size_t side : {0, 1}) {
    const auto other = node.input_value(side);
    before = node.input_value(1 - side);
    if (width(other) == 0 || width(other) != width(before) || before.get_target_inputs().size() != 1) continue;
    front = {{LK_FRAME_ADD, 0, other}};
    return true;
  }
  return false;
}

bool joined_heads(
    const ov::Node &node, std::deque<Step> &front, Value &before, std::set<const ov::Node *> &taken) {
  const auto swap = node.get_input_node_ptr(0);
  if (!swaps_time_and_heads(swap)) return false;
  before = swap->input_value(0);
  const auto &shape = before.get_partial_shape();
  const size_t joined = joined_width(shape[1], shape[3]);
  if (joined == 0 || joined != width(node.get_output_partial_shape(0))) return false;
  front = {{LK_FRAME_LOAD_HEADS, 0, before}};
  front[0].count = shape[1].get_length();
  taken.insert(swap);
  return true;
}

/// A depthwise convolution over time, in the other order of axes, with a bias and a swish after it.
bool convolution(
    const ov::Node &node, std::deque<Step> &front, Value &before, std::set<const ov::Node *> &taken) {
  auto inner = node.get_input_node_ptr(0);
  const auto inside = [&](const ov::Node *next) { taken.insert(next); };
  const size_t channels = width(node.get_output_partial_shape(0));
  if (const auto argument = swish_argument(*inner)) {
    front.push_front({LK_FRAME_SWISH});
    inside(inner);
    for (const auto &input : inner->input_values()) inside(input.get_node());
    inner = argument->get_node();
  }
  if (ov::is_type<op::Add>(inner)) {
    for (const size_t side : {0, 1}) {
      const auto bias = floats(inner->input_value(side));
      if (!bias || ov::shape_size(bias->get_shape()) != channels) continue;
      front.push_front({LK_FRAME_ADD_CHANNELS, 0, std::nullopt, bias});
      inside(inner);
      inner = inner->get_input_node_ptr(1 - side);
      break;
    }
  }
  const auto layer = ov::as_type<const op::GroupConvolution>(inner);
  if (!layer || layer->get_strides() != ov::Strides{1} || layer->get_dilations() != ov::Strides{1}) return false;
  inside(layer);
  const auto weight = floats(layer->input_value(1));
  if (!weight || weight->get_shape().size() != 4) return false;
  const auto shape = weight->get_shape();
  const size_t taps = shape[3];
  if (shape[0] != channels || shape[1] != 1 || shape[2] != 1 || taps % 2 == 0) return false;
  auto begins = static_cast<int64_t>(layer->get_pads_begin()[0]), ends = static_cast<int64_t>(layer->get_pads_end()[0]);
  auto source = layer->input_value(0);
  if (ov::is_type<op::Pad>(source.get_node())) {
    const auto pad = source.get_node();
    const auto first = integers(pad->input_value(1)), last = integers(pad->input_value(2));
    if (!first || !last || first->size() != 3 || (*first)[0] != 0 || (*first)[1] != 0 || (*last)[0] != 0 ||
        (*last)[1] != 0) {
      return false;
    }
    const auto value = pad->get_input_size() > 3 ? floats(pad->input_value(3)) : nullptr;
    if (pad->get_input_size() > 3 && (!value || value->cast_vector<float>()[0] != 0)) return false;
    begins += (*first)[2];
    ends += (*last)[2];
    inside(pad);
    source = pad->input_value(0);
  }
  if (begins != ends || begins != static_cast<int64_t>(taps - 1) / 2 || !swaps_time_and_channels(source.get_node())) {
    return false;
  }
  inside(source.get_node());
  before = source.get_node()->input_value(0);
  if (width(before) != channels) return false;
  const auto values = weight->cast_vector<float>();
  std::vector<float> rows(values.size());
  for (size_t channel = 0; channel < channels; ++channel) {
    for (size_t tap = 0; tap < taps; ++tap) rows[tap * channels + channel] = values[channel * taps + tap];
  }
  front.push_front({LK_FRAME_CONVOLVE, 0, before, op::Constant::create(ov::element::f32, {taps, channels}, rows)});
  front[0].count = static_cast<int64_t>(taps);
  return true;
}

}  // namespace

namespace lorikeet {

size_t width(const ov::PartialShape &shape) {
  if (shape.rank() != 3 || shape[2].is_dynamic()) return 0;
  const size_t width = shape[2].get_length();
  return width % LK_FRAME_LANES == 0 && width <= LK_FRAME_MAXIMUM ? width : 0;
}

size_t joined_width(const ov::Dimension &heads, const ov::Dimension &each) {
  if (heads.is_dynamic() || each.is_dynamic() || each.get_length() % LK_FRAME_LANES != 0) return 0;
  return heads.get_length() * each.get_length();
}

std::shared_ptr<op::Constant> floats(const Value &value) {
  const auto constant = folded(value);
  if (!constant || !constant->get_element_type().is_real()) return nullptr;
  if (constant->get_element_type() == ov::element::f32) return constant;
  return op::Constant::create(ov::element::f32, constant->get_shape(), constant->cast_vector<float>());
}

std::optional<std::vector<int64_t>> integers(const Value &value) {
  const auto constant = folded(value);
  if (!constant) return std::nullopt;
  return constant->cast_vector<int64_t>();
}

bool swaps_time_and_heads(const ov::Node *node) {
  return ov::is_type<op::Transpose>(node) && integers(node->input_value(1)) == std::vector<int64_t>{0, 2, 1, 3};
}

bool match(
    const Value &frames, std::deque<Step> &front, Value &before, std::set<const ov::Node *> &taken) {
  const auto node = frames.get_node();
  if (const auto argument = swish_argument(*node)) {
    front = {{LK_FRAME_SWISH}};
    before = *argument;
    for (const auto &input : node->input_values()) {
      if (input != before) taken.insert(input.get_node());
    }
    return true;
  }
  if (const auto program = ov::as_type<const FrameProgram>(node)) return whole(*program, front, before);
  if (gate(*node, front, before, taken) || norm(*node, front, before)) return true;
  if (ov::is_type<op::Multiply>(node)) return product(*node, front, before);
  if (ov::is_type<op::Add>(node)) return sum(*node, front, before);
  if (ov::is_type<op::Reshape>(node)) return joined_heads(*node, front, before, taken);
  if (swaps_time_and_channels(node)) return convolution(*node, front, before, taken);
  return false;
}

}  // namespace lorikeet
