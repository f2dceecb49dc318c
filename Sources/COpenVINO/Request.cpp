// Request: one inference at a time over memory that the request owns.

#include <map>
#include <sstream>

#include "Handles.hpp"
#include "LayerSequence.hpp"

using namespace lorikeet;

namespace {

const std::vector<ov::Output<const ov::Node>> &ports(const lk_request *request, lk_side side) {
  return side == LK_INPUT ? request->inputs : request->outputs;
}

}  // namespace

lk_failure lk_compiled_request(lk_compiled *compiled, lk_request **result) {
  return guarded([&] {
    *result = new lk_request{
        compiled->model.create_infer_request(), compiled->model.inputs(), compiled->model.outputs(),
        compiled->weights};
  });
}

void lk_request_destroy(lk_request *request) {
  const std::lock_guard<std::mutex> lock(unmapping());
  delete request;
}

int32_t lk_request_index(const lk_request *request, lk_side side, const char *name) {
  const auto &all = ports(request, side);
  for (size_t index = 0; index < all.size(); ++index) {
    if (all[index].get_names().count(name) > 0) return static_cast<int32_t>(index);
  }
  return -1;
}

int lk_request_is_static(const lk_request *request, lk_side side, size_t index) {
  return ports(request, side)[index].get_partial_shape().is_static();
}

lk_failure lk_request_resize_input(
    lk_request *request, size_t index, const lk_shape *shape, lk_tensor *result) {
  return guarded([&] {
    ov::Tensor tensor = request->request.get_tensor(request->inputs.at(index));
    tensor.set_shape(ov::Shape(shape->dimensions, shape->dimensions + shape->rank));
    *result = describe(tensor);
  });
}

lk_failure lk_request_tensor(lk_request *request, lk_side side, size_t index, lk_tensor *result) {
  return guarded([&] {
    *result = describe(request->request.get_tensor(ports(request, side).at(index)));
  });
}

lk_failure lk_request_connect(
    lk_request *source, size_t output, lk_request *target, size_t input) {
  return guarded([&] {
    target->request.set_tensor(
        target->inputs.at(input), source->request.get_tensor(source->outputs.at(output)));
  });
}

lk_failure lk_request_infer(lk_request *request) {
  return guarded([&] {
    request->request.infer();
    // The CPU plugin copies weights into its own layouts until the end of the first inference. Pages of the files that
    // it reads later (embeddings, weights that were never copied) are loaded again on access.
    if (request->weights) request->weights->drop_pages();
    request->weights.reset();
  });
}

lk_failure lk_request_profile(lk_request *request, char **result) {
  return guarded([&] {
    struct Sum {
      size_t count = 0;
      int64_t microseconds = 0;
    };
    std::map<std::pair<std::string, std::string>, Sum> sums;
    for (const auto &operation : request->request.get_profiling_info()) {
      if (operation.status != ov::ProfilingInfo::Status::EXECUTED) continue;
      if (operation.node_name == layers_name) {
        for (const auto &each : last_instruction_times()) {
          const auto time = std::chrono::duration_cast<std::chrono::microseconds>(each.time);
          sums[{each.kind, "own"}] = {each.count, time.count()};
        }
        continue;
      }
      auto &sum = sums[{operation.node_type, operation.exec_type}];
      ++sum.count;
      sum.microseconds += operation.real_time.count();
    }
    std::ostringstream lines;
    for (const auto &[kind, sum] : sums) {
      lines << kind.first << '\t' << kind.second << '\t' << sum.count << '\t' << sum.microseconds << '\n';
    }
    *result = copied(lines.str());
  });
}
