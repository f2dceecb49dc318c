// Core: lists devices, reads and compiles graphs.

#include <malloc.h>

#include <openvino/core/op_extension.hpp>

#include "FrameProgram.hpp"
#include "Handles.hpp"
#include "LayerSequence.hpp"

using namespace lorikeet;

void lk_string_destroy(char *string) { free(string); }

const char *lk_openvino_version(void) {
  static const std::string version = ov::get_openvino_version().buildNumber;
  return version.c_str();
}

void lk_release_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

lk_failure lk_core_create(lk_core **result) {
  return guarded([&] {
    auto core = std::make_unique<lk_core>();
    // A network that the plugin kept in a cache has them.
    core->core.add_extension<FrameProgram>();
    core->core.add_extension<RelativeSoftmax>();
    core->core.add_extension<LayerSequence>();
    *result = core.release();
  });
}

void lk_core_destroy(lk_core *core) { delete core; }

lk_failure lk_core_devices(lk_core *core, char **result) {
  return guarded([&] {
    std::string lines;
    for (const auto &device : core->core.get_available_devices()) {
      lines += lines.empty() ? device : "\n" + device;
    }
    *result = copied(lines);
  });
}

lk_failure lk_core_settable_properties(lk_core *core, const char *device, char **result) {
  return guarded([&] {
    std::string lines;
    for (const auto &name : core->core.get_property(device, ov::supported_properties)) {
      if (name.is_mutable()) lines += (lines.empty() ? "" : "\n") + std::string(name);
    }
    *result = copied(lines);
  });
}

lk_failure lk_core_try_property(
    lk_core *core, const char *device, const char *key, const char *value, const char *read) {
  return guarded([&] {
    core->core.set_property(device, {{key, std::string(value)}});
    core->core.get_property(device, read);
  });
}

lk_failure lk_core_property(lk_core *core, const char *device, const char *key, char **result) {
  return guarded([&] { *result = copied(core->core.get_property(device, key).as<std::string>()); });
}

lk_failure lk_core_read(lk_core *core, const char *path, lk_graph **result) {
  return guarded([&] { *result = new lk_graph{core->core.read_model(path)}; });
}

lk_failure lk_core_compile(
    lk_core *core, const lk_graph *graph, const char *device, const lk_property *properties,
    size_t count, lk_compiled **result) {
  return guarded([&] {
    ov::AnyMap settings;
    for (size_t index = 0; index < count; ++index) {
      settings[properties[index].key] = std::string(properties[index].value);
    }
    auto compiled = core->core.compile_model(graph->model, device, settings);
    const auto cache = settings.find("CACHE_DIR");
    *result = new lk_compiled{
        compiled,
        std::make_shared<lorikeet::MappedWeights>(
            graph->model, cache == settings.end() ? "" : cache->second.as<std::string>())};
  });
}

void lk_compiled_destroy(lk_compiled *compiled) {
  const std::lock_guard<std::mutex> lock(unmapping());
  delete compiled;
}

size_t lk_compiled_count(const lk_compiled *compiled, lk_side side) {
  return side == LK_INPUT ? compiled->model.inputs().size() : compiled->model.outputs().size();
}

lk_failure lk_compiled_property(const lk_compiled *compiled, const char *key, char **result) {
  return guarded([&] { *result = copied(compiled->model.get_property(key).as<std::string>()); });
}
