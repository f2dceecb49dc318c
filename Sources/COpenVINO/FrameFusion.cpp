// Turns what lies between the matrix products of an encoder for processors into frame programs; see `FrameProgram.hpp`.
//
// A program ends where a matrix product reads its result, and is found from there backwards, an operation after another,
// up to the product or convolution before:
//
//   rounding to eight bits            of a swish, of a norm, of attention's output, of a depthwise convolution
//   heads, [B, T, C] -> [B, H, T, D]  of queries, keys, values and positions
//   a gated linear unit               before a depthwise convolution
//   a result of the graph             a norm
//
// A value that others read, too, as a residual is read, becomes another result of the program. Attention's softmax, with
// the shift of its scores by distance, is an operation of its own.
//
// Results are those of OpenVINO's operations but for the order of sums and the last bits of exponentials.

#include <map>

#include "FrameSteps.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

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
  if (channels == 0 || joined_width(shape[2], shape[3]) != channels) return std::nullopt;
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

/// A result of the graph, in any order of axes, as a program.
std::optional<Growth> ending(const std::shared_ptr<ov::Node> &node, Value &frames) {
  if (!ov::is_type<op::Result>(node)) return std::nullopt;
  const ov::Node *last = node.get();
  if (swaps_time_and_channels(node->get_input_node_ptr(0))) last = node->get_input_node_ptr(0);
  frames = last->input_value(0);
  if (frames.get_target_inputs().size() != 1) return std::nullopt;
  return Growth({{LK_FRAME_STORE, 0, std::nullopt, nullptr, {frames}}}, {last});
}

/// True if the graph rounds values that are no program's frames.
bool rounds_otherwise(const ov::Model &model) {
  for (const auto &node : model.get_ordered_ops()) {
    Value frames;
    if (ov::is_type<op::FakeQuantize>(node) && !rounding(node, frames)) return true;
  }
  return false;
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
    bool has_rounding = rounds_otherwise(*graph->model);
    for (const auto &node : graph->model->get_ordered_ops()) {
      // A program has replaced it.
      if (!ov::is_type<op::Result>(node) && node->output(0).get_target_inputs().empty()) continue;
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
      const bool ends = !growth && (growth = ending(node, frames));
      if (!growth) continue;
      if (!growth->grow(frames) && ends) continue;
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
