// Plans: the memory of their registers, and their form in a file.

#include "SequencePlan.hpp"

#include <cstring>

using namespace lorikeet;

namespace {

/// Writes a plan as numbers, or reads it: a graph in a file has it in this form.
class PlanCode {
 public:
  PlanCode(std::vector<int64_t> &numbers, bool reads) : numbers(numbers), reads(reads) {}

  void visit(SequencePlan &plan) {
    visit(plan.outputs);
    visit(plan.registers);
    visit(plan.instructions);
    visit(plan.first_position);
    visit(plan.scratch);
  }

 private:
  std::vector<int64_t> &numbers;
  const bool reads;
  size_t place = 0;

  void visit(int64_t &number) {
    if (reads) number = numbers.at(place++);
    if (!reads) numbers.push_back(number);
  }

  void visit(float &value) {
    int32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    int64_t number = bits;
    visit(number);
    bits = static_cast<int32_t>(number);
    std::memcpy(&value, &bits, sizeof bits);
  }

  template <typename Element>
  void visit(std::vector<Element> &elements) {
    auto count = static_cast<int64_t>(elements.size());
    visit(count);
    elements.resize(count);
    for (auto &element : elements) visit(element);
  }

  void visit(SequenceOutput &output) {
    visit(output.type);
    visit(output.width);
  }

  void visit(SequenceRegister &each) {
    visit(each.size);
    visit(each.offset);
  }

  void visit(FrameStep &step) {
    auto kind = static_cast<int64_t>(step.kind);
    for (const auto number : {&kind, &step.input, &step.constants, &step.output, &step.count}) visit(*number);
    step.kind = static_cast<lk_frame_step_kind>(kind);
    visit(step.number);
  }

  void visit(SequenceProgram &program) {
    visit(program.steps);
    visit(program.width);
  }

  void visit(SequenceProduct::Part &part) {
    for (const auto number : {&part.panels, &part.scales, &part.offsets, &part.width, &part.output}) visit(*number);
  }

  void visit(SequenceProduct &product) {
    visit(product.input);
    visit(product.depth);
    visit(product.factor);
    visit(product.parts);
  }

  void visit(SequenceAttention &attention) {
    for (const auto number :
         {&attention.queries, &attention.keys, &attention.values, &attention.output, &attention.width, &attention.heads,
          &attention.content_bias, &attention.position_bias, &attention.positions, &attention.positions_length}) {
      visit(*number);
    }
    visit(attention.factor);
  }

  void visit(SequencePlan::Instruction &instruction) {
    auto kind = static_cast<int64_t>(instruction.index());
    visit(kind);
    if (reads && kind == 0) instruction = SequenceProgram();
    if (reads && kind == 1) instruction = SequenceProduct();
    if (reads && kind == 2) instruction = SequenceAttention();
    std::visit([this](auto &each) { visit(each); }, instruction);
  }
};

/// The first and the last instruction that uses a register.
struct Life {
  size_t first = SIZE_MAX, last = 0;

  void include(size_t index) {
    first = std::min(first, index);
    last = std::max(last, index);
  }

  bool meets(const Life &other) const { return first <= other.last && other.first <= last; }
};

bool overlap(const SequenceRegister &one, const SequenceRegister &other) {
  return one.offset < other.offset + other.size && other.offset < one.offset + one.size;
}

/// The registers of rounded frames, which those of their magnitudes follow.
std::vector<bool> rounded_registers(const SequencePlan &plan) {
  std::vector<bool> rounded(plan.registers.size());
  for (const auto &instruction : plan.instructions) {
    const auto program = std::get_if<SequenceProgram>(&instruction);
    if (!program) continue;
    for (const auto &step : program->steps) {
      if (step.rounds()) rounded[step.output] = true;
    }
  }
  return rounded;
}

}  // namespace

namespace lorikeet {

void place_registers(SequencePlan &plan, size_t given) {
  const auto rounded = rounded_registers(plan);
  std::vector<Life> lives(plan.registers.size());
  for (size_t index = 0; index < plan.instructions.size(); ++index) {
    each_register(plan.instructions[index], [&](int64_t &named) {
      lives[named].include(index);
      if (rounded[named]) lives[named + 1].include(index);
    });
  }
  for (size_t index = given; index < plan.registers.size(); ++index) {
    auto &own = plan.registers[index];
    const auto collides = [&](size_t other) {
      return lives[other].meets(lives[index]) && overlap(plan.registers[other], own);
    };
    for (size_t other = given; other < index;) {
      if (!collides(other)) {
        ++other;
        continue;
      }
      // Behind it; what is there may collide again.
      own.offset = plan.registers[other].offset + plan.registers[other].size;
      other = given;
    }
    plan.scratch = std::max(plan.scratch, own.offset + own.size);
  }
}

std::vector<int64_t> coded(const SequencePlan &plan) {
  std::vector<int64_t> numbers;
  auto copy = plan;
  PlanCode(numbers, false).visit(copy);
  return numbers;
}

SequencePlan decoded(const std::vector<int64_t> &numbers) {
  auto copy = numbers;
  SequencePlan plan;
  PlanCode(copy, true).visit(plan);
  return plan;
}

}  // namespace lorikeet
