// Reads an ONNX graph from memory.

#include <istream>
#include <openvino/frontend/manager.hpp>
#include <streambuf>

#include "Handles.hpp"

using namespace lorikeet;

namespace {

/// A seekable stream over bytes that the caller owns.
class Bytes : public std::streambuf {
 public:
  Bytes(const void *bytes, size_t count) {
    // The get area is never written to.
    char *start = const_cast<char *>(static_cast<const char *>(bytes));
    setg(start, start, start + count);
  }

 protected:
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) override {
    const off_type base = from == std::ios_base::beg   ? 0
                          : from == std::ios_base::cur ? gptr() - eback()
                                                       : egptr() - eback();
    const off_type place = base + offset;
    if (place < 0 || place > egptr() - eback()) return pos_type(off_type(-1));
    setg(eback(), eback() + place, egptr());
    return place;
  }

  pos_type seekpos(pos_type place, std::ios_base::openmode mode) override {
    return seekoff(off_type(place), std::ios_base::beg, mode);
  }
};

/// Lives as long as the process, since it holds the library that has read the graphs.
ov::frontend::FrontEndManager &front_ends() {
  static auto *manager = new ov::frontend::FrontEndManager();
  return *manager;
}

}  // namespace

lk_failure lk_onnx_read(const void *bytes, size_t count, const char *directory, lk_graph **result) {
  return guarded([&] {
    Bytes buffer(bytes, count);
    std::istream stream(&buffer);
    const auto front_end = front_ends().load_by_framework("onnx");
    OPENVINO_ASSERT(front_end, "this OpenVINO cannot read ONNX files");
    *result = new lk_graph{front_end->convert(front_end->load(&stream, std::string(directory)))};
  });
}
