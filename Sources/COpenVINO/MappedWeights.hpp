// Pages of mapped weight files, released when a device has made its own copy of the weights.

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

/// The constants of a graph in mapped files, which stay mapped for the lifetime of this object, and the files of
/// OpenVINO's cache directory, which stay mapped for the lifetime of the compiled network.
class MappedWeights {
 public:
  /// - cache_directory: `CACHE_DIR`, used by this network alone; empty if it has none.
  MappedWeights(const std::shared_ptr<ov::Model> &model, const std::string &cache_directory);

  /// Releases their pages: they no longer count as this process's memory, can still be in the page cache, and return
  /// when they are read.
  void drop_pages() const;

  /// The same for one constant, if it is one of them.
  void drop_pages(const ov::op::v0::Constant &constant) const;

 private:
  std::vector<std::shared_ptr<ov::op::v0::Constant>> constants;
  /// Absolute paths without symbolic links.
  std::set<std::string> cache_files;
};

/// The mutex that is held while networks are destroyed, which can unmap files, and while pages are dropped, so that
/// dropped pages always belong to the files.
std::mutex &unmapping();

}  // namespace lorikeet

#endif
