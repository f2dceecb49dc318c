// The layers of an encoder as one operation of OpenVINO: frame programs, products of bytes and attention, one after
// another. Between two operations of its own, OpenVINO takes as long as an operation over a short command; here there
// is nothing between two instructions. See `LayerCollection.cpp` for its making.

#ifndef LORIKEET_LAYER_SEQUENCE_HPP
#define LORIKEET_LAYER_SEQUENCE_HPP

#include <array>
#include <chrono>
#include <mutex>
#include <openvino/runtime/tensor.hpp>

#include "SequencePlan.hpp"

namespace lorikeet {

/// The name of the operation in a graph.
constexpr const char *layers_name = "layers";

/// The number of instructions of a kind, and their time together.
struct InstructionTime {
  const char *kind;
  size_t count = 0;
  std::chrono::nanoseconds time{};
};

/// The times of the sequence that ran last in this process, for profiles.
std::array<InstructionTime, 3> last_instruction_times();

/// Runs a plan. The first input has frames; the last one is the constants, as bytes.
class LayerSequence : public ov::op::Op {
 public:
  OPENVINO_OP("LayerSequence", "lorikeet");

  LayerSequence() = default;
  LayerSequence(const ov::OutputVector &inputs, std::shared_ptr<const SequencePlan> plan);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
  bool visit_attributes(ov::AttributeVisitor &visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;

 private:
  /// Memory for registers, which inferences take and give back.
  struct Scratch {
    std::mutex mutex;
    std::vector<ov::Tensor> idle;
  };

  std::shared_ptr<const SequencePlan> plan;
  std::shared_ptr<Scratch> scratch = std::make_shared<Scratch>();
};

}  // namespace lorikeet

#endif
