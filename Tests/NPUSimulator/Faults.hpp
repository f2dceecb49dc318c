// What the simulated NPU is told to do wrong, and the log of what it was asked to do.
#pragma once

#include <cstdint>
#include <map>
#include <string>

/// The words of the file that the environment variable NPU_SIMULATOR names, as they are at this moment.
///
/// Words are separated by white space; `word=value` has a value, and `word="a value"` one with spaces.
class Faults {
public:
  /// Reads the file; without one there are no faults.
  static Faults now();

  /// Reads the file for a run of a network, and counts the run: `after=N` spares the first N runs after the file has
  /// changed.
  static Faults for_run();

  bool has(const std::string &word) const { return words.count(word) > 0; }
  std::string text(const std::string &word, const std::string &otherwise) const;
  double number(const std::string &word, double otherwise) const;

private:
  std::map<std::string, std::string> words;
};

/// Waits for some seconds, but only as long as the file has the word, so that a test can end a fault.
///
/// - Returns: False if the limit came first.
bool wait_while(const std::string &word, double seconds, double limit);

/// Appends a line to the log: the file of the faults with `.log`.
void log_call(const std::string &line);
