// The layers of an encoder as one operation; see the header.

#include "LayerSequence.hpp"

#include <oneapi/tbb/task_arena.h>

#include "Shares.hpp"

using namespace lorikeet;

namespace {

/// One run of a plan.
struct Run {
  const SequencePlan &plan;
  const lk_frame_kernels &kernels;
  std::vector<void *> registers;
  const uint8_t *constants;
  size_t batch, length, first_position;

  size_t frames() const { return batch * length; }

  template <typename Element>
  const Element *constant(int64_t place) const {
    return reinterpret_cast<const Element *>(constants + place);
  }

  float *floats(int64_t index) const { return static_cast<float *>(registers[index]); }

  void run(const SequenceProgram &program, const SequencePlan::Instruction *) const {
    std::vector<lk_frame_step> steps;
    for (const auto &step : program.steps) {
      const auto find = [&](int64_t index) { return index < 0 ? nullptr : registers[index]; };
      const auto values = step.constants < 0 ? nullptr : constant<float>(0) + step.constants;
      steps.push_back(addressed(step, find(step.input), values, find(step.output)));
      if (!step.rounds()) continue;
      steps.back().magnitudes = floats(step.output + 1);
      steps.back().stride = step.count;
    }
    steps[0].width = program.width;
    share(frames(), fewest_frames, [&](size_t first, size_t end) {
      kernels.run(steps.data(), steps.size(), length, first, end);
    });
  }

  lk_byte_matrix matrix(const SequenceProduct &product, const SequenceProduct::Part &part) const {
    return {constant<int8_t>(part.panels), constant<float>(part.scales), constant<int32_t>(part.offsets),
            static_cast<size_t>(product.depth), static_cast<size_t>(part.width)};
  }

  /// The number of panels of all parts.
  static size_t panels(const SequenceProduct &product) {
    size_t count = 0;
    for (const auto &part : product.parts) count += part.width / LK_PANEL;
    return count;
  }

  const int8_t *panel(const SequenceProduct &product, size_t index) const {
    for (const auto &part : product.parts) {
      const size_t count = part.width / LK_PANEL;
      if (index < count) return constant<int8_t>(part.panels) + index * product.depth * LK_PANEL;
      index -= count;
    }
    return constant<int8_t>(product.parts[0].panels);
  }

  void run(const SequenceProduct &product, const SequencePlan::Instruction *instruction) const {
    const lk_rounded_frames rounded{
        static_cast<const uint8_t *>(registers[product.input]), frames(),
        static_cast<size_t>(plan.registers[product.input].size), floats(product.input + 1), product.factor};
    const SequenceProduct *following = nullptr;
    const auto end_of_plan = plan.instructions.data() + plan.instructions.size();
    for (auto later = instruction + 1; !following && later < end_of_plan; ++later) {
      following = std::get_if<SequenceProduct>(later);
    }
    const size_t count = panels(product);
    share(count, 1, [&](size_t first, size_t end) {
      // Threads have the same share of the next product, and fetch where they will begin.
      auto next = panel(product, first);
      if (following) next = panel(*following, first * panels(*following) / count);
      size_t before = 0;
      for (const auto &part : product.parts) {
        const size_t width = part.width / LK_PANEL;
        const size_t from = std::max(first, before), to = std::min(end, before + width);
        if (from < to) {
          const auto columns = matrix(product, part);
          kernels.multiply(
              &rounded, &columns, from - before, to - before, to == end ? next : panel(product, to),
              floats(part.output));
        }
        before += width;
      }
    });
  }

  void run(const SequenceAttention &attention, const SequencePlan::Instruction *) const {
    const size_t heads = attention.heads, width = attention.width;
    const auto at = [&](int64_t index, size_t sequence) { return floats(index) + sequence * length * width; };
    // Each part of a head prepares the head's keys and values again.
    const size_t threads = std::max(1, tbb::this_task_arena::max_concurrency());
    const size_t parts = std::max<size_t>(1, std::min(threads / (batch * heads), length / 64));
    const auto last = static_cast<int64_t>(first_position + 2 * length - 1);
    OPENVINO_ASSERT(last <= attention.positions_length, "positions up to ", last, " of ", attention.positions_length);
    share(batch * heads * parts, 1, [&](size_t first, size_t end) {
      thread_local std::vector<float> memory;
      memory.resize(std::max(memory.size(), kernels.attention_scratch_size(length, width / heads)));
      for (size_t index = first; index < end; ++index) {
        const size_t part = index % parts, head = index / parts % heads, sequence = index / parts / heads;
        const lk_attention each{
            at(attention.queries, sequence),
            at(attention.keys, sequence),
            at(attention.values, sequence),
            constant<float>(attention.content_bias),
            constant<float>(attention.position_bias),
            constant<uint16_t>(attention.positions),
            static_cast<size_t>(attention.positions_length),
            first_position,
            length,
            width,
            heads,
            attention.factor,
            at(attention.output, sequence)};
        kernels.attend(&each, head, length * part / parts, length * (part + 1) / parts, memory.data());
      }
    });
  }
};

using Times = std::array<InstructionTime, 3>;

/// By the index in `SequencePlan::Instruction`.
constexpr Times no_times{{{"FramePrograms"}, {"Products"}, {"Attention"}}};

std::mutex times_mutex;
Times last_times = no_times;

}  // namespace

namespace lorikeet {

Times last_instruction_times() {
  const std::lock_guard<std::mutex> lock(times_mutex);
  return last_times;
}

LayerSequence::LayerSequence(const ov::OutputVector &inputs, std::shared_ptr<const SequencePlan> plan)
    : Op(inputs), plan(std::move(plan)) {
  constructor_validate_and_infer_types();
}

void LayerSequence::validate_and_infer_types() {
  const auto &first = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, first.rank() == 3, "frames of the shape ", first);
  for (size_t index = 0; index < plan->outputs.size(); ++index) {
    const auto &output = plan->outputs[index];
    set_output_type(index, static_cast<ov::element::Type_t>(output.type), {first[0], first[1], output.width});
  }
}

std::shared_ptr<ov::Node> LayerSequence::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  const auto copy = std::make_shared<LayerSequence>(inputs, plan);
  copy->scratch = scratch;
  return copy;
}

bool LayerSequence::visit_attributes(ov::AttributeVisitor &visitor) {
  auto numbers = plan ? coded(*plan) : std::vector<int64_t>();
  visitor.on_attribute("plan", numbers);
  plan = std::make_shared<const SequencePlan>(decoded(numbers));
  return true;
}

bool LayerSequence::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  const auto shape = inputs[0].get_shape();
  Run run{*plan, *lk_frame_kernels_for_this_processor(), {}, inputs.back().data<const uint8_t>(), shape[0], shape[1], 0};
  if (plan->first_position >= 0) {
    // The plugin has 32-bit integers where the graph has 64-bit ones.
    const auto &index = inputs[plan->first_position];
    const int64_t first = index.get_element_type() == ov::element::i64 ? index.data<const int64_t>()[0]
                                                                       : index.data<const int32_t>()[0];
    OPENVINO_ASSERT(first >= 0, "audio that is longer than the table of positions, by ", -first, " frames");
    run.first_position = static_cast<size_t>(first);
  }

  ov::Tensor memory;
  {
    const std::lock_guard<std::mutex> lock(scratch->mutex);
    if (!scratch->idle.empty()) {
      memory = std::move(scratch->idle.back());
      scratch->idle.pop_back();
    }
  }
  const size_t size = plan->scratch * run.frames();
  if (!memory || memory.get_size() < size) memory = ov::Tensor(ov::element::u8, {size});

  for (size_t index = 0; index < plan->registers.size(); ++index) {
    const size_t others = inputs.size() - 1;
    if (index < others) {
      run.registers.push_back(const_cast<void *>(inputs[index].data()));
    } else if (index < others + outputs.size()) {
      run.registers.push_back(outputs[index - others].data());
    } else {
      run.registers.push_back(memory.data<uint8_t>() + plan->registers[index].offset * run.frames());
    }
  }
  // A clock is read in 30 ns.
  Times times = no_times;
  for (const auto &instruction : plan->instructions) {
    const auto start = std::chrono::steady_clock::now();
    std::visit([&](const auto &each) { run.run(each, &instruction); }, instruction);
    auto &kind = times[instruction.index()];
    ++kind.count;
    kind.time += std::chrono::steady_clock::now() - start;
  }
  {
    const std::lock_guard<std::mutex> lock(times_mutex);
    last_times = times;
  }

  const std::lock_guard<std::mutex> lock(scratch->mutex);
  scratch->idle.push_back(std::move(memory));
  return true;
}

}  // namespace lorikeet
