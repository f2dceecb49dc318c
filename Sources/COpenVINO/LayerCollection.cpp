// Collects the frame programs, products of bytes and attention of an encoder into one operation; see
// `LayerSequence.hpp`.
//
// It comes after `FrameFusion.cpp` and `PositionTable.cpp`, whose operations it knows:
//
//   MatMul(Multiply(Convert(FrameProgram), 1 / 127), bytes)      a product of rounded frames
//   MatMul(RelativeSoftmax(MatMul(q + u, k), MatMul(q + v, p)), v)     attention; p is a slice of a table
//
// The graph is changed only if all of them can be collected: what is between two of them and is neither would have to
// wait for half of a sequence. Weights are copied, in the order in which products read them.

#include <functional>
#include <map>

#include <oneapi/tbb/parallel_for.h>

#include "LayerPatterns.hpp"
#include "LayerSequence.hpp"
#include "MappedWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

/// The bytes of as many cache lines as hold `size` bytes.
size_t whole_lines(size_t size) { return (size + 63) / 64 * 64; }

/// The memory for the constants of a plan, which is filled when all of them are known.
class Constants {
 public:
  /// Reserves bytes that `fill` writes, and returns their place.
  int64_t add(size_t bytes, std::function<void(uint8_t *)> fill) {
    const auto place = size;
    size += whole_lines(bytes);
    parts.emplace_back(place, std::move(fill));
    return static_cast<int64_t>(place);
  }

  int64_t add(const std::vector<float> &values) {
    return add(values.size() * sizeof(float), [values](uint8_t *target) {
      std::copy(values.begin(), values.end(), reinterpret_cast<float *>(target));
    });
  }

  std::shared_ptr<op::Constant> make() const {
    ov::Tensor memory(ov::element::u8, {size});
    for (const auto &[place, fill] : parts) fill(memory.data<uint8_t>() + place);
    return std::make_shared<op::Constant>(memory);
  }

 private:
  size_t size = 0;
  std::vector<std::pair<size_t, std::function<void(uint8_t *)>>> parts;
};

/// A plan that grows with the nodes of a graph, in their order.
class Collection {
 public:
  /// - mapped: The graph's weights in files, whose pages are released when they have been copied.
  explicit Collection(const MappedWeights &mapped) : mapped(mapped) {}

  /// Adds what a node computes, if an instruction can; false if an instruction should, and cannot.
  bool add(const std::shared_ptr<ov::Node> &node) {
    if (const auto product = rounded_product(node)) return add(node, *product);
    if (const auto each = attention(node)) return add(node, *each);
    const auto program = ov::as_type_ptr<FrameProgram>(node);
    // Attention reads the rows of tables itself.
    return !program || program->program()[0].kind == LK_FRAME_LOAD_BFLOAT16 || add(*program);
  }

  /// The number of matrix products.
  size_t count() const { return products; }

  /// Puts the operation into the graph; false if it would have to wait for other nodes of the graph in between, or
  /// would have results that are no frames.
  bool insert(const ov::Model &model) {
    if (products == 0 || !all_positions_agree()) return false;
    std::vector<Value> outputs;
    std::set<const ov::Node *> after;
    for (const auto &node : model.get_ordered_ops()) {
      const bool is_inside = inside.count(node.get());
      for (const auto &value : node->input_values()) {
        if (after.count(value.get_node())) {
          if (is_inside) return false;
          after.insert(node.get());
        } else if (!is_inside && inside.count(value.get_node())) {
          if (!stored.count(value)) return false;
          after.insert(node.get());
          if (std::find(outputs.begin(), outputs.end(), value) != outputs.end()) continue;
          for (const auto &each : with_magnitudes(value)) outputs.push_back(each);
        }
      }
    }
    if (outputs.empty()) return false;
    replace(outputs);
    return true;
  }

 private:
  const MappedWeights &mapped;
  SequencePlan plan;
  Constants constants;
  /// What is replaced.
  std::set<const ov::Node *> inside;
  ov::OutputVector inputs;
  /// Registers, from those of the inputs on; they are renumbered when all inputs and outputs are known.
  std::vector<SequenceRegister> registers;
  std::map<Value, int64_t> known;
  /// The values of the graph that registers have as they are.
  std::set<Value> stored;
  /// The instructions of products by what they read.
  std::map<Value, size_t> readers;
  /// The magnitudes that are already in a product.
  std::map<Value, Value> magnitudes;
  std::vector<Value> first_positions;
  size_t products = 0;

  int64_t make(size_t size) {
    registers.push_back({static_cast<int64_t>(whole_lines(size)), 0});
    return static_cast<int64_t>(registers.size()) - 1;
  }

  /// The value, or rounded frames and their magnitudes if it is one of them: these have registers one after the other.
  static std::vector<Value> with_magnitudes(const Value &value) {
    const auto program = ov::as_type<FrameProgram>(value.get_node());
    const size_t index = value.get_index();
    const auto rounds = [&](size_t output) {
      const auto step = program ? storing(*program, output) : std::nullopt;
      return step && step->rounds();
    };
    if (rounds(index)) return {value, program->output(index + 1)};
    if (index > 0 && rounds(index - 1)) return {program->output(index - 1), value};
    return {value};
  }

  /// The register of a value, which is an input of the operation if no instruction computes it.
  std::optional<int64_t> find(const Value &value) {
    const auto found = known.find(value);
    if (found != known.end()) return found->second;
    const auto &shape = value.get_partial_shape();
    if (inside.count(value.get_node()) || value.get_element_type() != ov::element::f32 || shape.rank() != 3 ||
        shape[2].is_dynamic()) {
      return std::nullopt;
    }
    inputs.push_back(value);
    return known[value] = make(0);
  }

  bool add(const std::shared_ptr<ov::Node> &node, const RoundedProduct &product) {
    const auto frames = known.find(product.frames);
    if (frames == known.end()) return false;
    const bool is_signed = product.frames.get_element_type() == ov::element::i8;
    const auto shape = product.matrix.bytes->get_shape();
    const auto [found, is_new] = readers.try_emplace(product.frames, plan.instructions.size());
    if (is_new) {
      plan.instructions.push_back(
          SequenceProduct{frames->second, static_cast<int64_t>(shape[1]), is_signed ? 1 / 127.0f : 1 / 255.0f, {}});
    }
    SequenceProduct::Part part;
    part.width = static_cast<int64_t>(shape[0]);
    part.output = known[node->output(0)] = make(shape[0] * sizeof(float));
    magnitudes[node->output(0)] = product.magnitude;
    auto scales = product.matrix.scales->cast_vector<float>();
    scales.resize(shape[0], scales[0]);
    part.scales = constants.add(scales);
    // Bytes and offsets are packed together, and are one piece.
    const size_t size = shape[0] * shape[1];
    const auto pack = [this, bytes = product.matrix.bytes, shape, size, is_signed](uint8_t *target) {
      const auto panels = reinterpret_cast<int8_t *>(target);
      const auto offsets = reinterpret_cast<int32_t *>(target + size);
      tbb::parallel_for(size_t(0), shape[0] / LK_PANEL, [&](size_t panel) {
        lk_pack_bytes(
            bytes->get_data_ptr<int8_t>(), shape[1], panel * LK_PANEL, (panel + 1) * LK_PANEL, is_signed ? 128 : 0,
            panels, offsets);
      });
      mapped.drop_pages(*bytes);
    };
    part.panels = constants.add(size + shape[0] * sizeof(int32_t), pack);
    part.offsets = part.panels + static_cast<int64_t>(size);
    std::get<SequenceProduct>(plan.instructions[found->second]).parts.push_back(part);
    inside.insert({node.get(), node->get_input_node_ptr(0), node->get_input_node_ptr(0)->get_input_node_ptr(0)});
    ++products;
    return true;
  }

  bool add(FrameProgram &node) {
    SequenceProgram program;
    std::vector<std::pair<Value, int64_t>> results;
    std::vector<Value> made_heads;
    const auto applied = magnitudes.find(node.input_value(node.program()[0].input));
    for (auto step : node.program()) {
      if (step.kind == LK_FRAME_STORE_HEADS) {
        made_heads.push_back(node.output(step.output));
        continue;
      }
      if (step.kind == LK_FRAME_LOAD_HEADS) step.kind = LK_FRAME_LOAD;
      if (step.input >= 0) {
        const auto value = node.input_value(step.input);
        if (step.kind == LK_FRAME_SCALE && applied != magnitudes.end() && applied->second == value) continue;
        const auto index = find(value);
        if (!index) return false;
        step.input = *index;
      }
      if (step.constants >= 0) step.constants = place(node, step) / static_cast<int64_t>(sizeof(float));
      if (step.output >= 0) {
        const auto value = node.output(step.output);
        const size_t channels = value.get_partial_shape()[2].get_length();
        if (step.rounds()) {
          const auto magnitude = node.output(value.get_index() + 1);
          const bool is_inside = is_multiplied(value);
          if (is_inside && step.kind == LK_FRAME_ROUND_SIGNED) step.kind = LK_FRAME_ROUND_OFFSET;
          step.output = make(channels + LK_ROUNDED_GAP);
          step.count = is_inside ? registers[step.output].size : static_cast<int64_t>(channels);
          results.emplace_back(value, step.output);
          results.emplace_back(magnitude, make(sizeof(float)));
          if (!is_inside) {
            // OpenVINO multiplies them.
            stored.insert({value, magnitude});
          }
        } else {
          step.output = make(channels * sizeof(float));
          results.emplace_back(value, step.output);
          stored.insert(value);
        }
      }
      program.steps.push_back(step);
    }
    const auto width = frames_width(node);
    if (!width) return false;
    program.width = *width;
    if (!made_heads.empty()) {
      int64_t frames = program.steps[0].input;
      if (program.steps.size() > 1) {
        frames = make(*width * sizeof(float));
        program.steps.push_back({LK_FRAME_STORE, -1, -1, frames});
      }
      for (const auto &value : made_heads) results.emplace_back(value, frames);
    }
    if (program.steps.size() > 1) plan.instructions.push_back(program);
    for (const auto &[value, index] : results) known[value] = index;
    inside.insert(&node);
    return true;
  }

  bool add(const std::shared_ptr<ov::Node> &node, const Attention &each) {
    SequenceAttention attention;
    const auto queries = known.find(each.content_queries.program->output(each.content_queries.store.output));
    const auto keys = known.find(each.keys.program->output(each.keys.store.output));
    const auto values = known.find(each.values.program->output(each.values.store.output));
    if (queries == known.end() || keys == known.end() || values == known.end()) return false;
    // Only queries have a bias for each of their uses.
    if (each.keys.store.constants >= 0 || each.values.store.constants >= 0) return false;
    attention.queries = queries->second;
    attention.keys = keys->second;
    attention.values = values->second;
    attention.heads = each.heads;
    attention.factor = each.factor;
    const auto table = ov::as_type_ptr<op::Constant>(each.positions->get_input_node_shared_ptr(0));
    const auto shape = table->get_shape();
    const size_t length = shape[1], width = shape[2] / 2;
    attention.width = static_cast<int64_t>(width);
    attention.output = known[node->output(0)] = make(width * sizeof(float));
    attention.content_bias = bias(each.content_queries, width);
    attention.position_bias = bias(each.position_queries, width);
    attention.positions_length = static_cast<int64_t>(length);
    const size_t padded = (length + LK_PANEL - 1) / LK_PANEL * LK_PANEL;
    const auto pack = [table, length, width, heads = each.heads](uint8_t *target) {
      const auto positions = static_cast<const uint16_t *>(table->get_data_ptr());
      lk_pack_positions(positions, length, width, heads, reinterpret_cast<uint16_t *>(target));
    };
    attention.positions = constants.add(padded * width * sizeof(uint16_t), pack);
    plan.instructions.push_back(attention);
    first_positions.push_back(each.positions->input_value(1));
    inside.insert(node.get());
    inside.insert(each.inside.begin(), each.inside.end());
    return true;
  }

  /// The constants of a step in the plan's constants.
  int64_t place(const FrameProgram &node, const FrameStep &step) {
    const auto own = ov::as_type<op::Constant>(node.get_input_node_ptr(node.get_input_size() - 1));
    // The values of a step end where those of another begin, or with all values.
    size_t end = ov::shape_size(own->get_shape());
    for (const auto &other : node.program()) {
      if (other.constants > step.constants) end = std::min(end, static_cast<size_t>(other.constants));
    }
    const auto values = own->get_data_ptr<float>();
    return constants.add(std::vector<float>(values + step.constants, values + end));
  }

  int64_t bias(const Heads &queries, size_t width) {
    return queries.store.constants < 0 ? constants.add(std::vector<float>(width)) : place(*queries.program, queries.store);
  }

  /// The width of the frames that a program begins with.
  static std::optional<int64_t> frames_width(const FrameProgram &node) {
    const auto &first = node.program()[0];
    const auto &shape = node.get_input_partial_shape(first.input);
    const auto width = first.kind == LK_FRAME_LOAD_HEADS ? shape[1] * shape[3] : shape[2];
    if (width.is_dynamic()) return std::nullopt;
    return width.get_length();
  }

  /// True if all tables are read from the same row on.
  bool all_positions_agree() const {
    return std::all_of(first_positions.begin(), first_positions.end(), [&](const Value &value) {
      const auto type = value.get_element_type();
      return value == first_positions[0] && (type == ov::element::i64 || type == ov::element::i32);
    });
  }

  void replace(const std::vector<Value> &outputs) {
    if (!first_positions.empty()) {
      plan.first_position = static_cast<int64_t>(inputs.size());
      inputs.push_back(first_positions[0]);
      known[first_positions[0]] = make(0);
    }
    number_registers(outputs);
    inputs.push_back(constants.make());
    for (const auto &value : outputs) {
      const auto type = static_cast<ov::element::Type_t>(value.get_element_type());
      plan.outputs.push_back({static_cast<int64_t>(type), value.get_partial_shape()[2].get_length()});
    }
    const auto sequence = std::make_shared<LayerSequence>(inputs, std::make_shared<const SequencePlan>(plan));
    sequence->set_friendly_name(layers_name);
    for (size_t index = 0; index < outputs.size(); ++index) {
      auto value = outputs[index];
      for (const auto &reader : value.get_target_inputs()) {
        if (!inside.count(reader.get_node())) reader.replace_source_output(sequence->output(index));
      }
    }
  }

  /// Gives inputs and outputs the first numbers, and all others memory that nothing else has at the same time.
  void number_registers(const std::vector<Value> &outputs) {
    std::vector<int64_t> order, number(registers.size(), -1);
    for (const auto &value : inputs) order.push_back(known.at(value));
    for (const auto &value : outputs) order.push_back(known.at(value));
    const size_t given = order.size();
    for (size_t index = 0; index < given; ++index) number[order[index]] = static_cast<int64_t>(index);
    for (size_t index = 0; index < registers.size(); ++index) {
      if (number[index] >= 0) continue;
      number[index] = static_cast<int64_t>(order.size());
      order.push_back(static_cast<int64_t>(index));
    }
    for (const auto index : order) plan.registers.push_back(registers[index]);

    for (auto &instruction : plan.instructions) {
      each_register(instruction, [&](int64_t &index) { index = number[index]; });
    }
    place_registers(plan, given);
  }
};

}  // namespace

lk_failure lk_graph_collect_layers(lk_graph *graph, size_t *result) {
  return guarded([&] {
    *result = 0;
    if (!lk_multiplies_bytes_best()) return;
    const MappedWeights mapped(graph->model, "");
    Collection collection(mapped);
    for (const auto &node : graph->model->get_ordered_ops()) {
      if (!collection.add(node)) return;
    }
    if (!collection.insert(*graph->model)) return;
    mapped.drop_pages();
    graph->model->validate_nodes_and_infer_types();
    *result = collection.count();
  });
}
