// The one NPU that the simulator has, and what its objects have in common.
#pragma once

#include "LevelZero.hpp"

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

namespace machine {

/// Handles of things of which there is only one.
extern char driver, device;

/// The number of the driver: the UNIX time of its build, as in Intel's driver.
uint32_t driver_version();
/// The PCI identifier, which decides the architecture.
uint32_t device_id();
/// The version of the graph extension.
uint32_t graph_extension();

}  // namespace machine

/// The message of the last failed call of this thread, as pfnBuildLogGetString returns it.
extern thread_local std::string last_message;

/// Runs the body of a function that C calls; an exception becomes an error.
template <typename Body>
ze::Result guarded(Body body) {
  try {
    return body();
  } catch (const std::exception &error) {
    last_message = error.what();
  } catch (...) {
    last_message = "unknown exception";
  }
  return ze::unknown;
}

/// Gives a handle up. Null is accepted.
template <typename Object>
ze::Result destroy(void *handle) {
  return guarded([&] {
    delete static_cast<Object *>(handle);
    return ze::success;
  });
}

template <size_t size>
void copy_name(char (&destination)[size], const std::string &name) {
  std::snprintf(destination, size, "%s", name.c_str());
}

/// Copies a text in two calls: the first one, without a destination, asks for the size.
template <typename Size>
ze::Result copy_text(const std::string &text, Size *size, char *destination) {
  if (!size) return ze::invalid_null_pointer;
  if (destination && *size > 0) std::snprintf(destination, *size, "%s", text.c_str());
  *size = static_cast<Size>(text.size() + 1);
  return ze::success;
}
