// Pages of mapped weight files, given back when a device has made its own copy of the weights.

#ifndef LORIKEET_MAPPED_WEIGHTS_HPP
#define LORIKEET_MAPPED_WEIGHTS_HPP

#include <memory>
#include <mutex>
#include <openvino/core/model.hpp>
#include <openvino/op/constant.hpp>
#include <set>
#include <string>
#include <vector>

namespace lorikeet {

/// The constants of a graph that lie in mapped files, which stay mapped as long as this lives; and the files of the
/// directory that OpenVINO keeps the compiled network in, which stay mapped as long as that lives.
class MappedWeights {
 public:
  /// - cache_directory: `CACHE_DIR`, one for this network alone; empty if it has none.
  MappedWeights(const std::shared_ptr<ov::Model> &model, const std::string &cache_directory);

  /// Takes their pages out of this process: they no longer count as its memory, the system may still have
  /// them cached, and who reads them gets them back.
  void drop_pages() const;

 private:
  std::vector<std::shared_ptr<ov::op::v0::Constant>> constants;
  /// Absolute and without links.
  std::set<std::string> cache_files;
};

/// Held while networks are destroyed, which may unmap files, and while pages are dropped: what is dropped is still the
/// file's.
std::mutex &unmapping();

}  // namespace lorikeet

#endif
