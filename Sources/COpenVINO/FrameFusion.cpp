// Turns what lies between the matrix products of an encoder for processors into frame programs; see `FrameProgram.hpp`.
//
// A program ends where a matrix product reads its result, and is found from there backwards, an operation after another,
// up to the product or convolution before:
//
//   rounding to eight bits            of a swish, of a norm, of attention's output, of a depthwise convolution
//   heads, [B, T, C] -> [B, H, T, D]  of queries, keys, values and positions
//   a gated linear unit               before a depthwise convolution
//
// A value that others read, too, as a residual is read, becomes another result of the program. Attention's softmax, with
// the shift of its scores by distance, is an operation of its own.
//
// Results are those of OpenVINO's operations but for the order of sums and the last bits of exponentials.

#include <deque>
#include <map>
#include <set>

#include "EightBitWeights.hpp"
#include "FrameProgram.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

/// A step whose operands are still values of the graph.
struct Step {
  lk_frame_step_kind kind;
  float number = 0;
  std::optional<Value> values;
  std::shared_ptr<op::Constant> constants;
  /// The values that the step's results replace.
  std::vector<Value> replaces;
  int64_t count = 0;
};

/// The width of frames [B, T, width]; 0 if it is unknown, or none that programs can have.
size_t width(const ov::PartialShape &shape) {
  if (shape.rank() != 3 || shape[2].is_dynamic()) return 0;
  const size_t width = shape[2].get_length();
  return width % LK_FRAME_LANES == 0 && width <= LK_FRAME_MAXIMUM ? width : 0;
}

size_t width(const Value &value) { return width(value.get_partial_shape()); }

std::shared_ptr<op::Constant> floats(const Value &value) {
  const auto constant = folded(value);
  if (!constant || !constant->get_element_type().is_real()) return nullptr;
  if (constant->get_element_type() == ov::element::f32) return constant;
  return op::Constant::create(ov::element::f32, constant->get_shape(), constant->cast_vector<float>());
}

/// The constant as integers; nothing if it is none.
std::optional<std::vector<int64_t>> integers(const Value &value) {
  const auto constant = folded(value);
  if (!constant) return std::nullopt;
  return constant->cast_vector<int64_t>();
}

/// True if the node swaps the time and the heads of [B, T, H, D], or back.
bool swaps_time_and_heads(const ov::Node *node) {
  return ov::is_type<op::Transpose>(node) && integers(node->input_value(1)) == std::vector<int64_t>{0, 2, 1, 3};
}

/// One program, which grows from its last step backwards.
class Growth {
 public:
  /// `inside` are the nodes that the last steps replace.
  Growth(std::deque<Step> last, std::set<const ov::Node *> inside)
      : steps(std::move(last)), inside(std::move(inside)) {}

  /// Adds the operations that compute `frames`; false if there are none that programs can take.
  bool grow(Value frames) {
    const size_t count = steps.size();
    while (!loads() && take(frames)) {
    }
    source = frames;
    const bool has_grown = steps.size() > count;
    if (!loads()) steps.push_front({LK_FRAME_LOAD, 0, frames});
    return has_grown;
  }

  bool convolves() const { return steps.front().kind == LK_FRAME_CONVOLVE; }

  /// Puts the program into the graph, and returns the value that it begins with.
  Value insert() {
    ov::OutputVector inputs;
    std::map<Value, int64_t> known;
    const auto input = [&](const std::optional<Value> &value) -> int64_t {
      if (!value) return -1;
      const auto [found, is_new] = known.try_emplace(*value, inputs.size());
      if (is_new) inputs.push_back(*value);
      return found->second;
    };
    std::vector<FrameStep> program;
    std::vector<Value> replaced;
    std::vector<float> constants;
    for (const auto &step : steps) {
      FrameStep next{step.kind, input(step.values), -1, -1, step.count, step.number};
      if (step.constants) {
        const auto values = step.constants->cast_vector<float>();
        next.constants = static_cast<int64_t>(constants.size());
        constants.insert(constants.end(), values.begin(), values.end());
      }
      if (!step.replaces.empty()) next.output = static_cast<int64_t>(replaced.size());
      replaced.insert(replaced.end(), step.replaces.begin(), step.replaces.end());
      program.push_back(next);
    }
    if (!constants.empty()) {
      inputs.push_back(op::Constant::create(ov::element::f32, {constants.size()}, constants));
    }
    const auto node = std::make_shared<FrameProgram>(inputs, program);
    node->set_friendly_name(replaced.back().get_node()->get_friendly_name() + "/frames");
    for (size_t index = 0; index < replaced.size(); ++index) replace(replaced[index], node->output(index));
    return source;
  }

 private:
  std::deque<Step> steps;
  std::set<const ov::Node *> inside;
  Value source;
  /// False once a step reads another value than constants: that value may depend on those that the program has yet to
  /// take.
  bool reads_constants_alone = true;

  /// What a matrix product reads as integers is widened first, for the passes of OpenVINO that find such products.
  static void replace(const Value &old, const Value &result) {
    Value value = result;
    if (result.get_element_type() != ov::element::f32) {
      const float most = result.get_element_type() == ov::element::i8 ? 127 : 255;
      const auto wide = std::make_shared<op::Convert>(result, ov::element::f32);
      value = std::make_shared<op::Multiply>(wide, op::Constant::create(ov::element::f32, {}, {1 / most}));
    }
    for (const auto &reader : old.get_target_inputs()) reader.replace_source_output(value);
  }

  /// True if the first step reads frames.
  bool loads() const {
    switch (steps.front().kind) {
      case LK_FRAME_LOAD:
      case LK_FRAME_LOAD_BFLOAT16:
      case LK_FRAME_LOAD_HEADS:
      case LK_FRAME_CONVOLVE:
        return true;
      default:
        return false;
    }
  }

  /// Takes the node that computes `frames`, and continues with what it reads; false if it is no step.
  bool take(Value &frames) {
    const auto node = frames.get_node_shared_ptr();
    std::set<const ov::Node *> taken{node.get()};
    std::deque<Step> front;
    Value before;
    if (!match(frames, front, before, taken)) return false;
    // The shape is known before this node; nothing else is to read a value that is no longer computed.
    const bool keeps_shape = before.get_partial_shape().rank() == 3 && width(before) == width(frames);
    bool is_read_elsewhere = false;
    for (const auto &reader : frames.get_target_inputs()) {
      if (inside.count(reader.get_node())) continue;
      if (!(keeps_shape && ov::is_type<op::ShapeOf>(reader.get_node()))) is_read_elsewhere = true;
    }
    if (is_read_elsewhere && !reads_constants_alone) return false;
    for (const auto node : taken) {
      for (const auto &output : node->outputs()) {
        if (output == frames) continue;
        for (const auto &reader : output.get_target_inputs()) {
          const auto next = reader.get_node();
          if (!taken.count(next) && !inside.count(next) && !ov::is_type<op::ShapeOf>(next)) return false;
        }
      }
    }
    for (const auto &reader : frames.get_target_inputs()) {
      if (keeps_shape && ov::is_type<op::ShapeOf>(reader.get_node())) reader.replace_source_output(before);
    }
    if (is_read_elsewhere) steps.push_front({LK_FRAME_STORE, 0, std::nullopt, nullptr, {frames}});
    for (const auto &step : front) {
      if (step.kind == LK_FRAME_ADD || step.kind == LK_FRAME_SCALE) reads_constants_alone = false;
    }
    steps.insert(steps.begin(), front.begin(), front.end());
    inside.insert(taken.begin(), taken.end());
    frames = before;
    return true;
  }

  /// Describes the node as steps that follow `before`, and adds the nodes to `taken` that it is made of.
  static bool match(
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

  /// A program that ends with its only result, and continues here.
  static bool whole(const FrameProgram &program, std::deque<Step> &front, Value &before) {
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

  static bool gate(
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

  static bool norm(const ov::Node &node, std::deque<Step> &front, Value &before) {
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

  static bool product(const ov::Node &node, std::deque<Step> &front, Value &before) {
    for (const size_t side : {0, 1}) {
      before = node.input_value(1 - side);
      const auto other = node.input_value(side);
      if (width(before) == 0 || width(before) != width(node.get_output_partial_shape(0))) continue;
      const auto &shape = other.get_partial_shape();
      if (const auto constant = floats(other)) {
        const size_t count = ov::shape_size(constant->get_shape());
        if (count == 1) front = {{LK_FRAME_MULTIPLY, constant->cast_vector<float>()[0]}};
        if (count != 1 && count != width(before)) continue;
        if (count != 1) front = {{LK_FRAME_MULTIPLY_CHANNELS, 0, std::nullopt, constant}};
        return true;
      }
      if (shape.rank() == 3 && shape[2] == 1) {
        front = {{LK_FRAME_SCALE, 0, other}};
        return true;
      }
    }
    return false;
  }

  static bool sum(const ov::Node &node, std::deque<Step> &front, Value &before) {
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

  static bool joined_heads(
      const ov::Node &node, std::deque<Step> &front, Value &before, std::set<const ov::Node *> &taken) {
    const auto swap = node.get_input_node_ptr(0);
    if (!swaps_time_and_heads(swap)) return false;
    before = swap->input_value(0);
    const auto &shape = before.get_partial_shape();
    if (shape[1].is_dynamic() || shape[3].is_dynamic() || shape[3].get_length() % LK_FRAME_LANES != 0 ||
        width(node.get_output_partial_shape(0)) != static_cast<size_t>(shape[1].get_length() * shape[3].get_length())) {
      return false;
    }
    front = {{LK_FRAME_LOAD_HEADS, 0, before}};
    front[0].count = shape[1].get_length();
    taken.insert(swap);
    return true;
  }

  /// A depthwise convolution over time, in the other order of axes, with a bias and a swish after it.
  static bool convolution(
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
};

std::set<const ov::Node *> readers(const Value &value) {
  std::set<const ov::Node *> nodes;
  for (const auto &reader : value.get_target_inputs()) nodes.insert(reader.get_node());
  return nodes;
}

/// The rounding that `ActivationQuantization.cpp` made, as a program.
std::optional<Growth> rounding(const std::shared_ptr<ov::Node> &node, Value &frames) {
  const auto rounded = ov::as_type_ptr<op::FakeQuantize>(node);
  if (!rounded || !ov::is_type<op::Divide>(rounded->get_input_node_ptr(0))) return std::nullopt;
  const auto share = rounded->get_input_node_ptr(0);
  const auto magnitude = share->input_value(1);
  std::set<const ov::Node *> inside{rounded.get(), share, magnitude.get_node()};
  Step step{LK_FRAME_ROUND_SIGNED, 0, std::nullopt, nullptr, {rounded->output(0), magnitude}};
  const auto limit = floats(magnitude.get_node()->input_value(1));
  const auto most = magnitude.get_node()->get_input_node_ptr(0);
  if (!limit || !ov::is_type<op::ReduceMax>(most)) return std::nullopt;
  inside.insert(most);
  step.number = limit->cast_vector<float>()[0];
  frames = share->input_value(0);
  if (rounded->get_levels() == 256 && ov::is_type<op::Add>(frames.get_node())) {
    step.kind = LK_FRAME_ROUND_UNSIGNED;
    inside.insert(frames.get_node());
    frames = frames.get_node()->input_value(0);
  } else if (rounded->get_levels() == 255 && ov::is_type<op::Abs>(most->get_input_node_ptr(0))) {
    inside.insert(most->get_input_node_ptr(0));
  } else {
    return std::nullopt;
  }
  if (width(frames) == 0) return std::nullopt;
  return Growth({step}, inside);
}

/// All heads that are made of the same frames, as a program: queries have two, with another bias each.
std::optional<Growth> heads(const std::shared_ptr<ov::Node> &node, Value &frames) {
  if (!swaps_time_and_heads(node.get())) return std::nullopt;
  auto shaped = node->get_input_node_ptr(0);
  if (ov::is_type<op::Add>(shaped)) shaped = shaped->get_input_node_ptr(0);
  if (!ov::is_type<op::Reshape>(shaped)) return std::nullopt;
  frames = shaped->input_value(0);
  const auto &shape = shaped->get_output_partial_shape(0);
  const size_t channels = width(frames);
  if (channels == 0 || shape[2].is_dynamic() || shape[3].is_dynamic() || shape[3].get_length() % LK_FRAME_LANES != 0 ||
      static_cast<size_t>(shape[2].get_length() * shape[3].get_length()) != channels) {
    return std::nullopt;
  }
  std::set<const ov::Node *> inside{shaped};
  std::deque<Step> last;
  const auto store = [&](ov::Node *swap, const std::shared_ptr<op::Constant> &bias) {
    Step step{LK_FRAME_STORE_HEADS, 0, std::nullopt, bias, {swap->output(0)}};
    step.count = shape[2].get_length();
    last.push_back(step);
    inside.insert(swap);
  };
  for (const auto &reader : shaped->output(0).get_target_inputs()) {
    const auto next = reader.get_node();
    if (swaps_time_and_heads(next)) {
      store(next, nullptr);
      continue;
    }
    const auto bias = ov::is_type<op::Add>(next) ? floats(next->input_value(1 - reader.get_index())) : nullptr;
    if (!bias || ov::shape_size(bias->get_shape()) != channels) return std::nullopt;
    inside.insert(next);
    for (const auto &second : next->output(0).get_target_inputs()) {
      if (!swaps_time_and_heads(second.get_node())) return std::nullopt;
      store(second.get_node(), bias);
    }
  }
  return Growth(last, inside);
}

/// Attention's softmax in one operation; null if the node is another softmax.
std::shared_ptr<ov::Node> relative_softmax(const std::shared_ptr<ov::Node> &node) {
  const auto softmax = ov::as_type_ptr<op::Softmax>(node);
  if (!softmax || (softmax->get_axis() != 3 && softmax->get_axis() != -1)) return nullptr;
  auto scores = softmax->get_input_node_ptr(0);
  float factor = 1;
  if (ov::is_type<op::Divide>(scores) || ov::is_type<op::Multiply>(scores)) {
    const auto number = floats(scores->input_value(1));
    if (!number || ov::shape_size(number->get_shape()) != 1) return nullptr;
    factor = number->cast_vector<float>()[0];
    if (ov::is_type<op::Divide>(scores)) factor = 1 / factor;
    scores = scores->get_input_node_ptr(0);
  }
  if (!ov::is_type<op::Add>(scores)) return nullptr;
  // rel_shift: a column of zeros before the first, [T, 2T] read as [2T, T], without the first row, the first T columns.
  const auto columns = ov::as_type<op::Slice>(scores->get_input_node_ptr(1));
  if (!columns || !ov::is_type<op::Reshape>(columns->get_input_node_ptr(0))) return nullptr;
  const auto rows = ov::as_type<op::Slice>(columns->get_input_node_ptr(0)->get_input_node_ptr(0));
  if (!rows || !ov::is_type<op::Reshape>(rows->get_input_node_ptr(0))) return nullptr;
  const auto pad = rows->get_input_node_ptr(0)->get_input_node_ptr(0);
  using Numbers = std::vector<int64_t>;
  if (!ov::is_type<op::Pad>(pad) || integers(pad->input_value(1)) != Numbers{0, 0, 0, 1} ||
      integers(pad->input_value(2)) != Numbers{0, 0, 0, 0} || integers(rows->input_value(1)) != Numbers{1} ||
      integers(rows->input_value(4)) != Numbers{2} || integers(columns->input_value(1)) != Numbers{0} ||
      integers(columns->input_value(4)) != Numbers{3}) {
    return nullptr;
  }
  const auto content = scores->input_value(0);
  if (content.get_partial_shape().rank() != 4) return nullptr;
  return std::make_shared<RelativeSoftmax>(content, pad->input_value(0), factor);
}

}  // namespace

lk_failure lk_graph_fuse_frames(lk_graph *graph, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    bool has_rounding = false;
    for (const auto &node : graph->model->get_ordered_ops()) {
      // A program has replaced it.
      if (node->get_output_size() != 0 && node->output(0).get_target_inputs().empty()) continue;
      if (const auto fused = relative_softmax(node)) {
        node->output(0).replace(fused->output(0));
        ++count;
        continue;
      }
      Value frames;
      auto growth = rounding(node, frames);
      // OpenVINO looks for integer products only in graphs that round in its own way somewhere: the first layer does.
      if (growth && !has_rounding) {
        has_rounding = true;
        continue;
      }
      if (!growth) growth = heads(node, frames);
      if (!growth) continue;
      growth->grow(frames);
      const auto source = growth->insert();
      ++count;
      // The gated unit before a convolution, which reads the frames before and after, too.
      if (growth->convolves()) {
        Growth before({{LK_FRAME_STORE, 0, std::nullopt, nullptr, {source}}}, readers(source));
        if (!before.grow(source)) continue;
        before.insert();
        ++count;
      }
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
